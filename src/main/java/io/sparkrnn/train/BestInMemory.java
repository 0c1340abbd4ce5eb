package io.sparkrnn.train;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.evaluation.EvaluationResult;
import java.net.URI;
import java.util.Optional;

/** Keeps the state with the best validation accuracy, the earliest of equals, and no other. */
final class BestInMemory implements CheckpointWriter {
  private double accuracy = Double.NEGATIVE_INFINITY;
  private TrainingState best;

  @Override
  public CheckpointEntry save(TrainingState state, Optional<EvaluationResult> validation) {
    if (validation.isPresent() && validation.get().accuracy() > accuracy) {
      accuracy = validation.get().accuracy();
      best = state;
    }
    return new CheckpointEntry(URI.create("memory:state"), state.round(), 0);
  }

  /** For after the loop; null where nothing was evaluated. */
  TrainingState state() {
    return best;
  }
}
