package io.sparkrnn.storage;

/**
 * A file's bytes are not what its format demands; the message names the kind of damage and where it
 * is.
 */
public sealed class FormatException extends StorageException permits NewerFormatException {
  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }
}
