package io.sparkrnn.registry;

import java.util.Optional;

/**
 * What a decision about a trained model rests on.
 *
 * @param gate what was asked of it
 * @param samples on which it was measured
 * @param accuracy the candidate's
 * @param comparison with the current version, if there was one
 */
public record Evidence(Gate gate, long samples, double accuracy, Optional<Comparison> comparison) {

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
}
