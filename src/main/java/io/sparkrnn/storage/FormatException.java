package io.sparkrnn.storage;

/**
 * A file's bytes are not what its format demands; the type tells the kind of damage, the message
 * also where it is.
 */
public abstract sealed class FormatException extends StorageException
    permits CorruptFileException,
        ForeignFileException,
        NewerFormatException,
        TrailingBytesException,
        TruncatedFileException {
  private static final long serialVersionUID = 1L;

  FormatException(String message) {
    super(message);
  }
}
