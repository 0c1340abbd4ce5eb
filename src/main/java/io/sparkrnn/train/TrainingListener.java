package io.sparkrnn.train;

import java.net.URI;

/** Observes a run. What it throws is logged, and the listener dropped. */
public interface TrainingListener {
  /** After each round. */
  default void onRound(RoundReport report) {}

  /** After each epoch, its evaluation included. */
  default void onEpoch(EpochReport report) {}

  /** After a checkpoint has been committed. */
  default void onCheckpoint(URI location, TrainingState state) {}
}
