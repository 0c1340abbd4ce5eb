package io.sparkrnn.config;

import java.util.Locale;

/** How the learning rate changes over the iterations of a run. */
public enum ScheduleName {
  COSINE,
  CONSTANT,
  STEP,
  EXPONENTIAL,
  LINEAR,
  ONE_CYCLE;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
