package io.sparkrnn.evaluation;

import java.io.Serializable;
import java.util.Arrays;

/** The probabilities of class 1 that readings of two classes got, of which AUC is exact. */
final class Ranking implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int FIRST_CAPACITY = 64;

  private double[] negatives = new double[FIRST_CAPACITY];
  private double[] positives = new double[FIRST_CAPACITY];
  private int negative;
  private int positive;

  void add(int label, double probability) {
    if (label == 1) {
      positives = withRoom(positives, positive, 1);
      positives[positive++] = probability;
    } else {
      negatives = withRoom(negatives, negative, 1);
      negatives[negative++] = probability;
    }
  }

  void merge(Ranking other) {
    positives = withRoom(positives, positive, other.positive);
    System.arraycopy(other.positives, 0, positives, positive, other.positive);
    positive += other.positive;
    negatives = withRoom(negatives, negative, other.negative);
    System.arraycopy(other.negatives, 0, negatives, negative, other.negative);
    negative += other.negative;
  }

  private static double[] withRoom(double[] values, int used, int added) {
    int needed = Math.addExact(used, added);
    return needed <= values.length
        ? values
        : Arrays.copyOf(values, (int) Math.max(needed, Math.min(2L * used, Integer.MAX_VALUE - 8)));
  }

  /**
   * The share of pairs of a reading of class 1 and one of class 0 in which the former has more
   * probability; equal ones count half. One half where a class has no readings: nothing is ranked.
   */
  double auc() {
    if (positive == 0 || negative == 0) {
      return 0.5;
    }
    double[] high = Arrays.copyOf(positives, positive);
    double[] low = Arrays.copyOf(negatives, negative);
    Arrays.sort(high);
    Arrays.sort(low);
    long halves = 0;
    int below = 0;
    int notAbove = 0;
    for (double probability : high) {
      while (below < low.length && low[below] < probability) {
        below++;
      }
      while (notAbove < low.length && low[notAbove] <= probability) {
        notAbove++;
      }
      halves += below + notAbove;
    }
    return halves / (2.0 * positive * negative);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ranking ranking
        && Arrays.equals(positives, 0, positive, ranking.positives, 0, ranking.positive)
        && Arrays.equals(negatives, 0, negative, ranking.negatives, 0, ranking.negative);
  }

  @Override
  public int hashCode() {
    return 31 * positive + negative;
  }
}
