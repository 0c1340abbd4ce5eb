package io.sparkrnn.config;

import java.util.Locale;

/** Whose mean and deviation numbers are freed of. */
public enum StandardiseName {
  /** All training data's, channel by channel. */
  CHANNEL,
  /** Each series' own, of its training part. */
  SERIES,
  /** Nothing is changed. */
  NONE;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
