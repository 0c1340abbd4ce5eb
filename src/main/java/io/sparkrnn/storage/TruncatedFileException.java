package io.sparkrnn.storage;

/** A file that ends before its format does; an empty one, too. */
public final class TruncatedFileException extends FormatException {
  private static final long serialVersionUID = 1L;

  public TruncatedFileException(String message) {
    super(message);
  }
}
