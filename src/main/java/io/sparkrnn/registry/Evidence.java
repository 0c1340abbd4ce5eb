package io.sparkrnn.registry;

import java.util.Optional;

/**
 * What a decision about a trained model rests on.
 *
 * @param gate what was asked of it
 * @param samples on which it was measured: readings, where a sequence has several
 * @param accuracy the candidate's; empty where there are no classes
 * @param comparison with the current version by classes of whole samples, if there was one
 * @param score by which it was decided, if that was another than the accuracy of whole samples
 */
public record Evidence(
    Gate gate,
    long samples,
    Optional<Double> accuracy,
    Optional<Comparison> comparison,
    Optional<DecidingScore> score) {
  public Evidence {
    if (accuracy.isEmpty() && score.isEmpty()) {
      throw new IllegalArgumentException("expected an accuracy or a score, found neither");
    }
  }

  /** Of classes of whole samples. */
  public Evidence(Gate gate, long samples, double accuracy, Optional<Comparison> comparison) {
    this(gate, samples, Optional.of(accuracy), comparison, Optional.empty());
  }

  /**
   * McNemar's test on the same samples.
   *
   * @param currentAccuracy the current version's
   * @param onlyCurrentRight samples that only the current version predicts right: {@code b}
   * @param onlyCandidateRight samples that only the candidate predicts right: {@code c}
   * @param pValue one-sided, that the candidate is better, or worse where the gate requires only
   *     that it is not
   */
  public record Comparison(
      double currentAccuracy, long onlyCurrentRight, long onlyCandidateRight, double pValue) {}

  /**
   * A score that decides.
   *
   * @param name of its kind, as in configurations
   * @param better {@code higher} or {@code lower}
   * @param value the candidate's
   * @param bootstrap the comparison with the current version, if there was one
   */
  public record DecidingScore(
      String name, String better, double value, Optional<Bootstrap> bootstrap) {}

  /**
   * A paired bootstrap over the same sequences.
   *
   * @param currentValue the current version's score
   * @param errors what was compared
   * @param sequences how many were drawn
   * @param blockLength how many on end were drawn together
   * @param pValue as McNemar's
   */
  public record Bootstrap(
      double currentValue, String errors, long sequences, long blockLength, double pValue) {}
}
