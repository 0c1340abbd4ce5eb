package io.sparkrnn.config;

import java.util.Locale;

/** What a model is trained to do with the sequences of a table. */
public enum TaskName {
  /** One class a sequence. */
  CLASSIFY,
  /** One class a time step. */
  LABEL_STEPS,
  /** Numbers, of a sequence or of each time step. */
  REGRESS,
  /** Numbers some time steps ahead, from windows over series. */
  FORECAST,
  /** The next token of a text. */
  LANGUAGE_MODEL;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
