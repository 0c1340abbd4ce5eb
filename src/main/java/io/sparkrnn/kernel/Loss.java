package io.sparkrnn.kernel;

import java.io.Serializable;
import java.util.List;

/**
 * What the outputs of a head are held against. A reading is what a head reads at once: one of a
 * sample, or one of each time step. Losses of a reading's outputs are averaged, as PyTorch's are,
 * and a minibatch's loss is the mean over its readings by their weights.
 */
public sealed interface Loss extends Serializable {

  /** Softmax and cross-entropy of one class. */
  static Softmax softmax() {
    return new Softmax(0, List.of());
  }

  /**
   * The name that stands in files.
   *
   * @return such as {@code softmax}
   */
  String name();

  /** Whether a reading has one class, not a value for each output. */
  default boolean ofClasses() {
    return false;
  }

  /**
   * The loss of one output of a reading that has a value for each.
   *
   * @param output its number
   * @param y what the network gives
   * @throws UnsupportedOperationException for classes, whose outputs have a loss together
   */
  default double value(int output, double y, double target) {
    throw new UnsupportedOperationException(
        "expected a loss of values, found %s".formatted(name()));
  }

  /**
   * Requires a number of outputs that it can be used for.
   *
   * @throws IllegalArgumentException if it is another
   */
  default void requireOutputs(int outputs) {}

  /**
   * Softmax and cross-entropy of one class, in nats.
   *
   * @param labelSmoothing share of the target that all classes have together
   * @param classWeights of each class, or none: 1 for all. As in PyTorch the mean is by them, too
   */
  record Softmax(double labelSmoothing, List<Float> classWeights) implements Loss {
    public Softmax {
      classWeights = List.copyOf(classWeights);
      if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
        throw new IllegalArgumentException(
            "expected a label smoothing of at least 0 and below 1, found " + labelSmoothing);
      }
      for (float weight : classWeights) {
        if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY)) {
          throw new IllegalArgumentException(
              "expected finite class weights of at least 0, found " + weight);
        }
      }
    }

    @Override
    public String name() {
      return "softmax";
    }

    @Override
    public boolean ofClasses() {
      return true;
    }

    @Override
    public void requireOutputs(int outputs) {
      if (!classWeights.isEmpty() && classWeights.size() != outputs) {
        throw new IllegalArgumentException(
            "expected a weight for each of %d classes, found %d"
                .formatted(outputs, classWeights.size()));
      }
    }
  }

  /** The logistic function and binary cross-entropy, for targets from 0 to 1 of each output. */
  record Sigmoid() implements Loss {
    @Override
    public String name() {
      return "sigmoid";
    }

    @Override
    public double value(int output, double y, double target) {
      // The exponential of what is not above zero, so that it stays finite.
      return Math.max(y, 0) - y * target + StrictMath.log1p(StrictMath.exp(-Math.abs(y)));
    }
  }

  /** {@code (y - target)^2}. */
  record Squared() implements Loss {
    @Override
    public String name() {
      return "squared";
    }

    @Override
    public double value(int output, double y, double target) {
      double error = target - y;
      return error * error;
    }
  }

  /** {@code |y - target|}. */
  record Absolute() implements Loss {
    @Override
    public String name() {
      return "absolute";
    }

    @Override
    public double value(int output, double y, double target) {
      return Math.abs(target - y);
    }
  }

  /**
   * {@code e^2 / 2} of errors up to {@code delta}, beyond it {@code delta (|e| - delta / 2)} (Huber
   * 1964).
   */
  record Huber(double delta) implements Loss {
    public Huber {
      if (!(delta > 0 && delta < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("expected a delta above 0, found " + delta);
      }
    }

    @Override
    public String name() {
      return "huber";
    }

    @Override
    public double value(int output, double y, double target) {
      double error = target - y;
      double size = Math.abs(error);
      return size <= delta ? 0.5 * error * error : delta * (size - 0.5 * delta);
    }
  }

  /**
   * The pinball loss (Koenker and Bassett 1978).
   *
   * @param levels of the quantiles that each target has an output for: target 0 of all levels, then
   *     target 1
   */
  record Quantile(List<Double> levels) implements Loss {
    public Quantile {
      levels = List.copyOf(levels);
      if (levels.isEmpty() || !levels.stream().allMatch(level -> level > 0 && level < 1)) {
        throw new IllegalArgumentException(
            "expected levels of quantiles between 0 and 1, found " + levels);
      }
    }

    @Override
    public String name() {
      return "quantile";
    }

    @Override
    public double value(int output, double y, double target) {
      double error = target - y;
      double level = levels.get(output % levels.size());
      return Math.max(level * error, (level - 1) * error);
    }

    @Override
    public void requireOutputs(int outputs) {
      if (outputs % levels.size() != 0) {
        throw new IllegalArgumentException(
            "expected outputs for each of %d quantiles, found %d"
                .formatted(levels.size(), outputs));
      }
    }
  }

  /** {@code exp(y) - target y}: counts, of which the output is the logarithm of the mean. */
  record Poisson() implements Loss {
    @Override
    public String name() {
      return "poisson";
    }

    @Override
    public double value(int output, double y, double target) {
      return StrictMath.exp(y) - target * y;
    }
  }
}
