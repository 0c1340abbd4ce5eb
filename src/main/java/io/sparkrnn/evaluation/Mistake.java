package io.sparkrnn.evaluation;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A reading that was taken for another class than it has.
 *
 * @param sample its number in what was evaluated
 * @param probability of the predicted class
 * @param labelProbability of its own class
 * @param step its time step where each has a class, else 0
 */
public record Mistake(
    int sample, int label, int predicted, double probability, double labelProbability, int step)
    implements Serializable {
  /** How many are kept of an evaluation. */
  public static final int KEPT = Worst.KEPT;

  /** The worst one leaves its own class the least probability. */
  static final Comparator<Mistake> WORST_FIRST =
      Comparator.comparingDouble(Mistake::labelProbability)
          .thenComparingInt(Mistake::sample)
          .thenComparingInt(Mistake::step);
}
