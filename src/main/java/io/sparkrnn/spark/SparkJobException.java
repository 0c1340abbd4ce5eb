package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.KernelUnavailableException;
import io.sparkrnn.storage.StorageException;
import org.apache.spark.SparkException;

/** Spark, not what ran on it, has failed: it could not start, or lost what a job needs. */
public final class SparkJobException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private SparkJobException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What a job's failure means: what a task threw, where it is an exception of ours; a failure of
   * Spark's; or else an unexpected exception of a task, which is a bug.
   */
  static RuntimeException translate(Exception failure) {
    Throwable inTask = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataException
          || cause instanceof StorageException
          || cause instanceof KernelUnavailableException
          || cause instanceof ConfigurationException) {
        return (RuntimeException) cause;
      }
      if (!(cause instanceof SparkException)) {
        inTask = cause;
      }
    }
    if (inTask != null && inTask != failure) {
      return new IllegalStateException("A task failed: " + inTask, failure);
    }
    return new SparkJobException("Spark gave up a job: " + firstLine(failure), failure);
  }

  /** A Spark application that did not come up. */
  static RuntimeException cannotStart(String master, Exception failure) {
    String message = "Cannot start Spark on %s: %s".formatted(master, firstLine(failure));
    return message.contains("Could not parse Master URL")
        ? new SparkSettingException(message)
        : new SparkJobException(message, failure);
  }

  private static String firstLine(Exception failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse(failure.toString());
  }
}
