package io.sparkrnn.storage;

/** A whole file with more bytes after its end. */
public final class TrailingBytesException extends FormatException {
  private static final long serialVersionUID = 1L;

  TrailingBytesException(String message) {
    super(message);
  }
}
