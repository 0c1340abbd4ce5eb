package io.sparkrnn.train;

/** The run was asked to stop and did. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Between two checkpoints, or before the first. */
  TrainingStoppedException() {
    super("Stopped as asked; it goes on when it is started again.");
  }

  /** With a checkpoint of all that is done. */
  public TrainingStoppedException(long rounds, String checkpoint) {
    super(
        "Stopped as asked %s; continue from %s with --resume."
            .formatted(
                rounds == 0 ? "before the first round" : "after round " + (rounds - 1),
                checkpoint));
  }
}
