package io.sparkrnn.storage;

/** The file system's permissions forbid what was asked. */
public final class PermissionDeniedException extends StorageException {
  private static final long serialVersionUID = 1L;

  PermissionDeniedException(String message, Throwable cause) {
    super(message, cause);
  }
}
