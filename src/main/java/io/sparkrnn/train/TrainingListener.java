package io.sparkrnn.train;

import io.sparkrnn.evaluation.EvaluationResult;

/**
 * Observes a run, on the thread of its loop. What it throws is logged, and the listener dropped.
 */
public interface TrainingListener {
  /** After each round. */
  default void onRound(RoundReport report) {}

  /** After each epoch, its evaluation included; where rounds overlap, some rounds into the next. */
  default void onEpoch(EpochReport report) {}

  /** After a checkpoint has been committed; at the latest when the next epoch ends. */
  default void onCheckpoint(CheckpointReport report) {}

  /** After the last epoch, with the evaluation of its parameters on the test samples. */
  default void onTest(EvaluationResult test) {}
}
