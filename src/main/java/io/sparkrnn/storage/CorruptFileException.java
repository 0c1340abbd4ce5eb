package io.sparkrnn.storage;

/** A file of the right format and length whose bytes contradict its checksums or each other. */
public final class CorruptFileException extends FormatException {
  private static final long serialVersionUID = 1L;

  public CorruptFileException(String message) {
    super(message);
  }
}
