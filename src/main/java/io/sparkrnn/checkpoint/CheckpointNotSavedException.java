package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.StorageException;

/** A checkpoint could not be written, however often it was tried; names the last good one. */
public final class CheckpointNotSavedException extends StorageException {
  private static final long serialVersionUID = 1L;

  CheckpointNotSavedException(String message, StorageException cause) {
    super(message, cause);
  }
}
