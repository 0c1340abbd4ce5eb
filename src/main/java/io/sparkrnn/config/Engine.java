package io.sparkrnn.config;

import java.util.Locale;

/** Who runs the rounds of a training. */
public enum Engine {
  /** Our rounds, as Spark jobs. */
  SPARK,
  /** Our rounds, in a bare JVM. */
  LOCAL,
  /** The parameter averaging master of DL4J Spark. */
  DL4J;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
