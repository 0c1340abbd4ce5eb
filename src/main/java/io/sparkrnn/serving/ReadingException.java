package io.sparkrnn.serving;

/** A model was given what it cannot read; the message is one sentence. */
public final class ReadingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  ReadingException(String message) {
    super(message);
  }
}
