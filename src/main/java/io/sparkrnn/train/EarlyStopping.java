package io.sparkrnn.train;

import java.util.List;

/**
 * When a run has learnt what it can: a pure function of the accuracies on held-out samples.
 *
 * @param patienceEpochs epochs without a better accuracy after which a run ends; 0: it never does
 * @param minDelta an accuracy is better if it exceeds the best one before it by more than this
 */
public record EarlyStopping(int patienceEpochs, double minDelta) {
  boolean isOn() {
    return patienceEpochs > 0;
  }

  /**
   * Whether a run ends.
   *
   * @param accuracies of its epochs so far
   */
  boolean ends(List<Double> accuracies) {
    double best = Double.NEGATIVE_INFINITY;
    int waited = 0;
    for (double accuracy : accuracies) {
      if (accuracy > best + minDelta) {
        best = accuracy;
        waited = 0;
      } else {
        waited++;
      }
    }
    return isOn() && waited >= patienceEpochs;
  }
}
