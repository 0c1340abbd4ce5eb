package io.sparkrnn.config;

import java.util.Locale;

/** Where executors keep the samples of their workers; the result does not depend on it. */
public enum ShardsChoice {
  AUTO,
  MEMORY,
  DISK;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
