package io.sparkrnn.train;

import java.io.Serializable;

/** What a task brings back from a round: one worker's result, or the sum over several workers. */
public sealed interface RoundPart extends Serializable permits WorkerResult, SubtreeSum {

  /** The lowest number of its workers. */
  int firstWorker();

  /** How many workers it covers: this and the following ones. */
  int workers();

  /** The length of its vector: parameters, then the updater's state. */
  int values();

  /** That all its workers trained on. */
  long samples();

  /** Of all readings of these samples that count, by their weights. */
  double lossSum();

  /** Of all these readings. */
  double lossWeight();

  /** Of each worker, where its streams are; null where it has none. */
  float[][] streamStates();

  /** Time that each of its workers took. */
  long[] workerNanos();
}
