package io.sparkrnn.config;

import java.util.Locale;

/** How rounds run on Spark; the result does not depend on it. */
public enum RoundsChoice {
  AUTO,
  RESIDENT,
  JOB;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
