package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.storage.StorageException;

/** Spark gave a job up. */
public final class SparkJobException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private SparkJobException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What a task threw, where it is an exception of ours; else a Spark job failure with Spark's
   * first line.
   */
  static RuntimeException translate(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataException
          || cause instanceof StorageException
          || cause instanceof ConfigurationException) {
        return (RuntimeException) cause;
      }
    }
    String message = String.valueOf(failure.getMessage());
    return new SparkJobException(
        "Spark gave up a job: " + message.lines().findFirst().orElse(failure.getClass().getName()),
        failure);
  }
}
