package io.sparkrnn.evaluation;

/**
 * What two models come to on the same sequences, by the score that decides.
 *
 * @param measure the errors that were compared
 * @param blockLength how many sequences on end were drawn together
 * @param bootstrap how they compare
 */
public record PairedScores(
    EvaluationResult current,
    EvaluationResult candidate,
    SequenceErrors.Measure measure,
    int blockLength,
    PairedBootstrap bootstrap) {
  /** The fewest sequences of which draws say what chance can do. */
  public static final int FEWEST = 10;

  /** Whether there are too few sequences to tell the models apart. */
  public boolean isOfTooFew() {
    return bootstrap.sequences() < FEWEST;
  }

  /**
   * How much worse the candidate is: by the difference where scores go up to 1, else by its share
   * of the current score; negative where it is better.
   */
  public double regression() {
    Score before = current.score();
    double difference = before.merit() - candidate.score().merit();
    return difference == 0 || before.kind().scale() == ScoreKind.Scale.NATURAL
        ? difference
        : difference / Math.abs(before.value());
  }

  /** Whether the candidate's score is the better one. */
  public boolean isBetter() {
    return candidate.score().merit() > current.score().merit();
  }
}
