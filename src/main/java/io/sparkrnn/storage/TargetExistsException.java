package io.sparkrnn.storage;

/** Something has the name already, and was left as it is. */
public final class TargetExistsException extends StorageException {
  private static final long serialVersionUID = 1L;

  TargetExistsException(String message, Throwable cause) {
    super(message, cause);
  }
}
