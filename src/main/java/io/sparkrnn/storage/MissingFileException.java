package io.sparkrnn.storage;

/** There is no such file or directory. */
public final class MissingFileException extends StorageException {
  private static final long serialVersionUID = 1L;

  MissingFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
