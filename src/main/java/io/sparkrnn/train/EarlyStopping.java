package io.sparkrnn.train;

import io.sparkrnn.evaluation.ScoreKind;
import java.util.List;

/**
 * When a run has learnt what it can: a pure function of the scores on held-out samples.
 *
 * @param patienceEpochs epochs without a better score after which a run ends; 0: it never does
 * @param minDelta a score is better if it exceeds the best one before it by more than this; a share
 *     of the best one where the score has no natural scale
 * @param kind of the scores
 */
public record EarlyStopping(int patienceEpochs, double minDelta, ScoreKind kind) {

  /** By accuracy. */
  public EarlyStopping(int patienceEpochs, double minDelta) {
    this(patienceEpochs, minDelta, ScoreKind.ACCURACY);
  }

  boolean isOn() {
    return patienceEpochs > 0;
  }

  /**
   * Whether a run ends.
   *
   * @param merits of its epochs so far
   */
  boolean ends(List<Double> merits) {
    double best = Double.NEGATIVE_INFINITY;
    int waited = 0;
    for (double merit : merits) {
      if (isBetter(merit, best)) {
        best = merit;
        waited = 0;
      } else {
        waited++;
      }
    }
    return isOn() && waited >= patienceEpochs;
  }

  /** Whether a score is better than the best one before it. */
  boolean isBetter(double merit, double best) {
    if (kind.scale() == ScoreKind.Scale.NATURAL || Double.isInfinite(best)) {
      return merit > best + minDelta;
    }
    return merit > best + Math.abs(best) * minDelta;
  }
}
