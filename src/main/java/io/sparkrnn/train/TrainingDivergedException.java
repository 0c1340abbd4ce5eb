package io.sparkrnn.train;

/** Loss or parameters are no longer finite. */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingDivergedException(Round round, double lossSum, String lastCheckpoint) {
    super(
        "Training diverged in epoch %d, round %d: expected a finite loss and finite parameters, found summed loss %s; %s. Try a smaller learning rate or --clip-norm."
            .formatted(
                round.epoch() + 1,
                round.number(),
                lossSum,
                lastCheckpoint == null
                    ? "no checkpoint had been written"
                    : "the last good checkpoint is " + lastCheckpoint));
  }
}
