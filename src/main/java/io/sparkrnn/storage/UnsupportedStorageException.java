package io.sparkrnn.storage;

/** The kind of file system cannot do what was asked; the message says why. */
public final class UnsupportedStorageException extends StorageException {
  private static final long serialVersionUID = 1L;

  UnsupportedStorageException(String message) {
    super(message);
  }

  UnsupportedStorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
