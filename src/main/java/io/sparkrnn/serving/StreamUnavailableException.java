package io.sparkrnn.serving;

/** A model cannot go along a stream; the message is one sentence. */
public final class StreamUnavailableException extends UnsupportedOperationException {
  private static final long serialVersionUID = 1L;

  StreamUnavailableException(String message) {
    super(message);
  }
}
