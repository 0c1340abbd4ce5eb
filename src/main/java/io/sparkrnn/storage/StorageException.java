package io.sparkrnn.storage;

/** A file could not be read, written or moved. The message is one sentence that names the path. */
public class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    super(message);
  }

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
