package io.sparkrnn.train;

/** Loss, parameters or updater state are no longer finite. */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingDivergedException(Round round, double lossSum, String lastCheckpoint) {
    super(
        "Training diverged in epoch %d, round %d: expected finite loss, parameters and updater state, found summed loss %s%s; %s. Try a smaller learning rate or --clip-norm."
            .formatted(
                round.epoch() + 1,
                round.number(),
                lossSum,
                Double.isFinite(lossSum) ? " and other values that are not finite" : "",
                lastCheckpoint == null
                    ? "no checkpoint had been written"
                    : "the last good checkpoint is " + lastCheckpoint));
  }
}
