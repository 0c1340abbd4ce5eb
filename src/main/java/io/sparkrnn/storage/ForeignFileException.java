package io.sparkrnn.storage;

/** A file of another format, or of another kind than was asked for. */
public final class ForeignFileException extends FormatException {
  private static final long serialVersionUID = 1L;

  public ForeignFileException(String message) {
    super(message);
  }
}
