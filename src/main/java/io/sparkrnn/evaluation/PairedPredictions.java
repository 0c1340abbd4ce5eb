package io.sparkrnn.evaluation;

import org.apache.commons.math3.distribution.BinomialDistribution;

/**
 * How the predictions of two models compare on the same samples. What both get right, or both
 * wrong, says nothing about which is better; the others are what McNemar's test is about.
 *
 * @param samples how many there are
 * @param bothRight samples that both predict right
 * @param onlyCurrentRight samples that the current model predicts right and the candidate does not:
 *     {@code b}
 * @param onlyCandidateRight the other way round: {@code c}
 */
public record PairedPredictions(
    long samples, long bothRight, long onlyCurrentRight, long onlyCandidateRight) {
  private static final double EITHER = 0.5;

  public PairedPredictions {
    if (bothRight < 0
        || onlyCurrentRight < 0
        || onlyCandidateRight < 0
        || samples < 1
        || samples > Integer.MAX_VALUE
        || bothRight + onlyCurrentRight + onlyCandidateRight > samples) {
      throw new IllegalArgumentException(
          "Cannot compare predictions: expected counts of 1 to %d samples that add up to no more, found %d, %d and %d of %d"
              .formatted(
                  Integer.MAX_VALUE, bothRight, onlyCurrentRight, onlyCandidateRight, samples));
    }
  }

  /**
   * Compares predicted classes, sample by sample.
   *
   * @param labels the actual class of each sample
   * @throws IllegalArgumentException if there are none, or not equally many of all three
   */
  public static PairedPredictions of(int[] labels, int[] current, int[] candidate) {
    if (current.length != labels.length || candidate.length != labels.length) {
      throw new IllegalArgumentException(
          "Cannot compare predictions: expected %d of both models, one a label, found %d and %d"
              .formatted(labels.length, current.length, candidate.length));
    }
    long both = 0;
    long onlyCurrent = 0;
    long onlyCandidate = 0;
    for (int sample = 0; sample < labels.length; sample++) {
      boolean currentRight = current[sample] == labels[sample];
      boolean candidateRight = candidate[sample] == labels[sample];
      if (currentRight && candidateRight) {
        both++;
      } else if (currentRight) {
        onlyCurrent++;
      } else if (candidateRight) {
        onlyCandidate++;
      }
    }
    return new PairedPredictions(labels.length, both, onlyCurrent, onlyCandidate);
  }

  /** The share of samples that the current model predicts right. */
  public double currentAccuracy() {
    return (bothRight + onlyCurrentRight) / (double) samples;
  }

  /** The share of samples that the candidate predicts right. */
  public double candidateAccuracy() {
    return (bothRight + onlyCandidateRight) / (double) samples;
  }

  /**
   * How much lower the candidate's accuracy is; negative where it is higher. Of counts, so that a
   * difference of 100 in 10,000 samples is the number 0.01 and not one beside it.
   */
  public double regression() {
    return (onlyCurrentRight - onlyCandidateRight) / (double) samples;
  }

  /**
   * One-sided p-value of the exact McNemar test that the candidate is better: how probable so many
   * samples or more that only the candidate predicts right would be, if each sample that only one
   * of them predicts right were either's by the toss of a coin. 1 where there is no such sample.
   */
  public double pValueOfBetter() {
    return atMost(onlyCurrentRight);
  }

  /** As {@link #pValueOfBetter}, that the candidate is worse. */
  public double pValueOfWorse() {
    return atMost(onlyCandidateRight);
  }

  /**
   * The lower tail: by symmetry that of the other model's upper one. Summed from single
   * probabilities, which are precise however small they are; the library's cumulative one is a
   * difference from 1.
   */
  private double atMost(long right) {
    // Without its generator, which takes its time to seed.
    BinomialDistribution toss =
        new BinomialDistribution(null, (int) (onlyCurrentRight + onlyCandidateRight), EITHER);
    double sum = 0;
    for (int k = 0; k <= right; k++) {
      sum += toss.probability(k);
    }
    return Math.min(1, sum);
  }
}
