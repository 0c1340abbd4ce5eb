package io.sparkrnn.config;

import java.util.Locale;

/**
 * The rule that turns gradients into steps, by the formulas of DL4J; adamw is adam with weight
 * decay that is no part of the gradient; muon is none of DL4J's.
 */
public enum UpdaterName {
  /** What suits what is averaged: {@code updater.name} says it. */
  AUTO,
  ADAM,
  ADAMW,
  MUON,
  NESTEROVS,
  SGD;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
