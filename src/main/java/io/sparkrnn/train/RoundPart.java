package io.sparkrnn.train;

import java.io.Serializable;

/** What a task brings back from a round: one worker's result, or the sum over several workers. */
public sealed interface RoundPart extends Serializable permits WorkerResult, SubtreeSum {

  /** The lowest number of its workers. */
  int firstWorker();

  /** How many workers it covers: this and the following ones. */
  int workers();
}
