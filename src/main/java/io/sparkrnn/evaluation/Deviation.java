package io.sparkrnn.evaluation;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A value beside what was predicted for it, in the units of the data.
 *
 * @param sample its number in what was evaluated
 * @param step its time step where each has values, else 0
 * @param target which of the values of a reading it is
 * @param error the absolute difference
 */
public record Deviation(
    int sample, int step, int target, double actual, double predicted, double error)
    implements Serializable {
  static final Comparator<Deviation> BY_PLACE =
      Comparator.comparingInt(Deviation::sample)
          .thenComparingInt(Deviation::step)
          .thenComparingInt(Deviation::target);

  static final Comparator<Deviation> WORST_FIRST =
      Comparator.comparingDouble(Deviation::error).reversed().thenComparing(BY_PLACE);
}
