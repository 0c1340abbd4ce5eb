package io.sparkrnn.config;

import java.util.Locale;

/** Which implementation of the arithmetic runs; the result does not depend on it. */
public enum KernelChoice {
  AUTO,
  VECTOR,
  PORTABLE;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
