package io.sparkrnn.train;

/** The run was asked to stop and did, after writing a checkpoint. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingStoppedException(long round, String checkpoint) {
    super(
        "Stopped as asked after round %d; continue from %s with --resume."
            .formatted(round - 1, checkpoint));
  }
}
