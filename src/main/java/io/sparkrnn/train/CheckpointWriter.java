package io.sparkrnn.train;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.evaluation.EvaluationResult;
import java.util.Optional;

/** Where a loop's states are kept. Called by a thread of the loop's own, one call at a time. */
@FunctionalInterface
public interface CheckpointWriter {
  /**
   * Commits a state.
   *
   * @param validation of exactly this state's parameters, if they were evaluated
   * @return the checkpoint
   */
  CheckpointEntry save(TrainingState state, Optional<EvaluationResult> validation);
}
