package io.sparkrnn.spark.jobs;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.KernelUnavailableException;
import io.sparkrnn.run.UnavailableException;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.storage.StorageException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.SparkException;

/** Spark, not what ran on it, has failed: it could not start, or lost what a job needs. */
public final class SparkJobException extends UnavailableException {
  private static final long serialVersionUID = 1L;

  private static final String NO_SPACE = "No space left on device";
  private static final String OTHER_CLASSES = "java.io.InvalidClassException";

  private final boolean permanent;

  private SparkJobException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private SparkJobException(String message, Throwable cause, boolean permanent) {
    super(message, cause);
    this.permanent = permanent;
  }

  @Override
  public boolean isPermanent() {
    return permanent;
  }

  /**
   * What a job returns.
   *
   * @throws RuntimeException what its failure means
   */
  public static <T> T translated(Callable<T> job) {
    try {
      return job.call();
    } catch (Exception e) {
      // Scala throws checked exceptions undeclared.
      throw translate(e);
    }
  }

  /**
   * What a job's failure means: what a task threw, where it is an exception of ours; a failure of
   * Spark's; or else an unexpected exception of a task, which is a bug.
   */
  public static RuntimeException translate(Exception failure) {
    if (failure instanceof SparkJobException known) {
      return known;
    }
    Throwable inTask = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataException
          || cause instanceof StorageException
          || cause instanceof SparkJobException
          || cause instanceof KernelUnavailableException
          || cause instanceof ConfigurationException) {
        return (RuntimeException) cause;
      }
      if (!(cause instanceof SparkException)) {
        inTask = cause;
      }
    }
    if (failure.toString().contains(NO_SPACE)) {
      return new StorageException(
          "Cannot keep samples in Spark's local directories (spark.local.dir): expected room, found \"%s\""
              .formatted(NO_SPACE),
          failure);
    }
    if (failure.toString().contains("UnsupportedClassVersionError")) {
      return new SparkJobException(
          "Cannot run tasks: expected Java %d on all executors, found an older one; set spark.executorEnv.JAVA_HOME"
              .formatted(SparkCompatibility.JAVA),
          failure);
    }
    if (failure.toString().contains(OTHER_CLASSES)) {
      return new SparkJobException(
          "Cannot run tasks: expected %s on all executors as on the driver, found other classes (%s)"
              .formatted(SparkCompatibility.SPARK, OTHER_CLASSES),
          failure);
    }
    if (inTask != null && inTask != failure) {
      return new IllegalStateException("A task failed: " + inTask, failure);
    }
    return new SparkJobException("Spark gave up a job: " + firstLine(failure), failure);
  }

  /** A Spark application that did not come up. */
  public static RuntimeException cannotStart(String master, Exception failure) {
    if (failure instanceof IllegalStateException || failure instanceof NullPointerException) {
      return stopped(master, failure);
    }
    String message = "Cannot start Spark on %s: %s".formatted(master, causes(failure));
    if (message.contains("Could not parse Master URL")) {
      return new UsageException(message);
    }
    return message.contains(" is forbidden: ")
        ? new SparkJobException(message + "; apply conf/kubernetes/rbac.yaml", failure, true)
        : new SparkJobException(message, failure);
  }

  /** Spark or Java is not what the program is made for. */
  static SparkJobException incompatible(String expected, String found) {
    return new SparkJobException(
        "Cannot start Spark: expected %s, found %s".formatted(expected, found), null, true);
  }

  /** Nothing to run tasks on. */
  static SparkJobException noSlots(String master, String expected, long millis, String found) {
    return new SparkJobException(
        "Cannot run tasks on %s: expected %s within %d s (spark.rnn.slots.timeout), found %s"
            .formatted(master, expected, TimeUnit.MILLISECONDS.toSeconds(millis), found),
        null);
  }

  /** A file of samples on an executor's disk that is not what was written there. */
  public static SparkJobException damagedShard(int worker, Throwable found) {
    return new SparkJobException(
        "Cannot read the shard of worker %d: %s; it is built again when the task is run again"
            .formatted(worker, firstLine(found)),
        found);
  }

  /** Results that do not come, whoever is to compute them. */
  public static SparkJobException lateRound(
      long round, long millis, String executor, String host, int times) {
    return new SparkJobException(
        "Cannot complete round %d: expected its results within %d ms (spark.rnn.round.timeout), found some missing from executor %s on %s after executors had been replaced %d times"
            .formatted(round, millis, executor, host, times),
        null);
  }

  /** Executors that die as soon as they have something to do. */
  public static SparkJobException lostTask(long round, int task, int times) {
    return new SparkJobException(
        "Cannot complete round %d: expected an executor to run task %d, found %d lost one after the other"
            .formatted(round, task, times),
        null);
  }

  /** An application that its cluster has ended: Spark reports that in many ways, none of use. */
  public static SparkJobException stopped(String master, Exception failure) {
    return new SparkJobException(
        "Cannot run on %s: expected a running Spark application, found one that its cluster has given up or has never answered, or whose Spark is not %s"
            .formatted(master, SparkCompatibility.line()),
        failure);
  }

  /** What Spark says, and what the innermost cause says, which knows better. */
  private static String causes(Throwable failure) {
    Throwable innermost = ExceptionUtils.getRootCause(failure);
    // Kubernetes' client repeats itself.
    String cause = firstLine(innermost).replaceFirst("\\. Received status: .*", "");
    return failure.getMessage() == null || innermost == failure
        ? cause
        : firstLine(failure) + ": " + cause;
  }

  private static String firstLine(Throwable failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.toString())
        .lines()
        .findFirst()
        .orElse(failure.toString());
  }
}
