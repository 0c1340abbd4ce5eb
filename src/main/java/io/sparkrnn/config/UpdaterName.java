package io.sparkrnn.config;

import java.util.Locale;

/**
 * The rule that turns gradients into steps, by the formulas of DL4J; adamw is adam with weight
 * decay that is no part of the gradient.
 */
public enum UpdaterName {
  ADAM,
  ADAMW,
  NESTEROVS,
  SGD;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
