package io.sparkrnn.model;

import java.io.Serializable;
import java.util.List;

/**
 * How the values that a network is trained on become those of the data again: it learns targets of
 * mean 0 and deviation 1, users think in their own units.
 *
 * @param targets of each target; none: all are as the network has them
 */
public record TargetScale(List<Target> targets) implements Serializable {

  private static final double NOTHING = 0x1.0p-22;

  /**
   * One target.
   *
   * @param mean of the training samples, after the logarithm if there is one
   * @param deviation the standard deviation likewise
   * @param values what these are of
   */
  public record Target(double mean, double deviation, Values values) implements Serializable {
    public Target {
      if (!(deviation > 0 && deviation < Double.POSITIVE_INFINITY) || !Double.isFinite(mean)) {
        throw new IllegalArgumentException(
            "expected a finite mean and a deviation above 0, found %s and %s"
                .formatted(mean, deviation));
      }
    }
  }

  /** What a target is of its value in the data. */
  public enum Values {
    SAME,
    /** {@code log(1 + value)}: of sizes that differ by orders of magnitude. */
    LOG1P
  }

  public TargetScale {
    targets = List.copyOf(targets);
  }

  /** Of targets that are as the data have them. */
  public static TargetScale identity() {
    return new TargetScale(List.of());
  }

  /**
   * What a value of a target, or a prediction for it, is in the units of the data. What is as near
   * to 0 as a float can be that was scaled is 0: relative errors would be without bounds.
   */
  public double original(int target, double value) {
    if (targets.isEmpty()) {
      return value;
    }
    Target scaled = targets.get(target);
    double unscaled = value * scaled.deviation() + scaled.mean();
    if (Math.abs(unscaled) <= Math.abs(scaled.mean()) * NOTHING) {
      return 0;
    }
    return scaled.values() == Values.LOG1P ? StrictMath.expm1(unscaled) : unscaled;
  }
}
