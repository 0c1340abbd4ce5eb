package io.sparkrnn.model;

import java.io.Serializable;
import java.util.List;

/**
 * How the targets that a network is trained on became what they are: perhaps a logarithm, then mean
 * 0 and deviation 1.
 *
 * @param means of each target; empty: all are 0
 * @param deviations of each target; empty: all are 1
 * @param log1p whether {@code log(1 + value)} was taken first
 */
public record TargetScale(List<Double> means, List<Double> deviations, boolean log1p)
    implements Serializable {
  /** Of targets that are as the data have them. */
  public static final TargetScale IDENTITY = new TargetScale(List.of(), List.of(), false);

  private static final double ROUNDING = 0x1.0p-22;

  public TargetScale {
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
    ChannelScale.require(means, deviations);
  }

  /**
   * What a target, or a prediction for it, is in the units of the data. What is as near to 0 as a
   * float can be that was scaled is 0: relative errors would be without bounds.
   */
  public double original(int target, double value) {
    double mean = means.isEmpty() ? 0 : means.get(target);
    double unscaled = means.isEmpty() ? value : value * deviations.get(target) + mean;
    if (Math.abs(unscaled) <= Math.abs(mean) * ROUNDING) {
      return 0;
    }
    return log1p ? StrictMath.expm1(unscaled) : unscaled;
  }
}
