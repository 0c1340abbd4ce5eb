package io.sparkrnn.config;

import java.util.Locale;

/** What becomes of numbers that are missing. */
public enum MissingName {
  /** They are refused. */
  REFUSE,
  /** The last one before stands for them. */
  FILL_FORWARD,
  /** Likewise, and one channel more says which there were. */
  MASK;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
