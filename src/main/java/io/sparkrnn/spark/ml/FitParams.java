package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;

/**
 * Params of how {@code fit} goes about it, which leave no trace in the result.
 *
 * @param <E> the estimator
 */
public interface FitParams<E> extends KeyedParams {
  /** Adds them to those of an estimator. */
  static void addTo(KeyParams keys) {
    keys.wholeNumber("training.threads-per-worker", "threadsPerWorker");
    keys.text("training.kernels", "kernels");
    keys.text("training.rounds", "rounds");
    keys.text("spark.shards", "shards");
    keys.ofNoKey(
        "numTasks",
        "Most tasks that read, train or evaluate at a time.",
        "a whole number of at least 1",
        tasks -> tasks >= 1);
    keys.column(
        "checkpointDir", "Directory for checkpoints, from which the same training goes on.");
    keys.wholeNumber("run.checkpoint-every", "checkpointEvery");
    keys.text("training.initial-model", "initialModel");
    keys.choice(
        "handleInvalid",
        "What becomes of rows that cannot be used: error, or skip and keep, which leave them out.",
        "error",
        "skip",
        "keep");
  }

  /**
   * Threads that compute for one worker; 1 by default. Spark should count as many cores for a task
   * ({@code spark.task.cpus}).
   */
  default E setThreadsPerWorker(int value) {
    return keyParams().set(threadsPerWorker(), value);
  }

  /** {@link #setThreadsPerWorker}. */
  default IntParam threadsPerWorker() {
    return keyParams().param("threadsPerWorker");
  }

  /**
   * {@code auto} (the default), by which each executor takes the fastest that it can run, {@code
   * vector} or {@code portable}.
   */
  default E setKernels(String value) {
    return keyParams().set(kernels(), value);
  }

  /** {@link #setKernels}. */
  default Param<String> kernels() {
    return keyParams().param("kernels");
  }

  /**
   * {@code auto} (the default), {@code resident} (tasks that stay, which take the slots that there
   * are) or {@code job} (a Spark job a round).
   */
  default E setRounds(String value) {
    return keyParams().set(rounds(), value);
  }

  /** {@link #setRounds}. */
  default Param<String> rounds() {
    return keyParams().param("rounds");
  }

  /**
   * Where executors keep the samples of a table of flat features with a class each: {@code memory},
   * {@code disk}, or {@code auto} (the default), which is disk where memory is short.
   */
  default E setShards(String value) {
    return keyParams().set(shards(), value);
  }

  /** {@link #setShards}. */
  default Param<String> shards() {
    return keyParams().param("shards");
  }

  /**
   * Most tasks that read the table, train or evaluate at a time, so that other jobs have slots,
   * too; not set, as many as there are slots, partitions or workers.
   */
  default E setNumTasks(int value) {
    return keyParams().set(numTasks(), value);
  }

  /** {@link #setNumTasks}. */
  default IntParam numTasks() {
    return keyParams().param("numTasks");
  }

  /**
   * Directory on {@code file:} or {@code hdfs:} for checkpoints, from which the same training goes
   * on when it is begun again; not set, there are none.
   */
  default E setCheckpointDir(String value) {
    return keyParams().set(checkpointDir(), value);
  }

  /** {@link #setCheckpointDir}. */
  default Param<String> checkpointDir() {
    return keyParams().param("checkpointDir");
  }

  /** Epochs between two checkpoints; with early stopping always 1. */
  default E setCheckpointEvery(int value) {
    return keyParams().set(checkpointEvery(), value);
  }

  /** {@link #setCheckpointEvery}. */
  default IntParam checkpointEvery() {
    return keyParams().param("checkpointEvery");
  }

  /**
   * Model whose parameters training starts from: the directory of one that Spark ML saved, a run
   * directory or a {@code model.srnn}; not set, they are random. Part of the result.
   */
  default E setInitialModel(String value) {
    return keyParams().set(initialModel(), value);
  }

  /** {@link #setInitialModel}. */
  default Param<String> initialModel() {
    return keyParams().param("initialModel");
  }

  /**
   * What becomes of rows that cannot be used: {@code error} (the default) ends the training; {@code
   * skip} and {@code keep} leave them out, since nothing can be learnt from them.
   */
  default E setHandleInvalid(String value) {
    return keyParams().set(handleInvalid(), value);
  }

  /** {@link #setHandleInvalid}. */
  default String getHandleInvalid() {
    return keyParams().value(handleInvalid());
  }

  /** {@link #setHandleInvalid}. */
  default Param<String> handleInvalid() {
    return keyParams().param("handleInvalid");
  }
}
