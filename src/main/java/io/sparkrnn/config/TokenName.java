package io.sparkrnn.config;

import java.util.Locale;

/** What a text is cut into. */
public enum TokenName {
  /** Code points. */
  CHARACTERS,
  /** What stands between blanks. */
  WORDS;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
