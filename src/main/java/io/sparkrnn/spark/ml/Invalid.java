package io.sparkrnn.spark.ml;

import java.util.Locale;

/** What becomes of rows that a model cannot read. */
public enum Invalid {
  /** They end the job that needs what the model says of them. */
  ERROR,
  /** They are left out. */
  SKIP,
  /** They stay, and their predictions are NaN or null. */
  KEEP;

  /** By the name that params have. */
  public static Invalid named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
