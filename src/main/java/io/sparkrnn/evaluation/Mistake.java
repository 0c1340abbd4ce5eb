package io.sparkrnn.evaluation;

import java.io.Serializable;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * A sample that was taken for another class than it has.
 *
 * @param sample its number in what was evaluated
 * @param probability of the predicted class
 * @param labelProbability of its own class
 */
public record Mistake(
    int sample, int label, int predicted, double probability, double labelProbability)
    implements Serializable {
  /** How many are kept of an evaluation. */
  public static final int KEPT = 50;

  private static final Comparator<Mistake> WORST_FIRST =
      Comparator.comparingDouble(Mistake::labelProbability).thenComparingInt(Mistake::sample);

  /** The worst ones, which leave their own class the least probability, the worst first. */
  public static List<Mistake> worst(Collection<Mistake> mistakes) {
    return mistakes.stream().sorted(WORST_FIRST).limit(KEPT).toList();
  }
}
