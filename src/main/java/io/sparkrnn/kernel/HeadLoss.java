package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Loss.Huber;
import io.sparkrnn.kernel.Loss.Quantile;
import io.sparkrnn.kernel.Loss.Softmax;

/**
 * Losses of readings, and the deltas of their outputs: one after another in double, so that all
 * kernels have the same.
 */
final class HeadLoss {
  private final Loss loss;
  private final int outputs;
  private final double[] exponentials;

  HeadLoss(Loss loss, int outputs) {
    this.loss = loss;
    this.outputs = outputs;
    exponentials = new double[outputs];
  }

  /** How much a reading counts: the sample's weight there, times its class's. */
  double weight(MinibatchSource source, int sample, int step) {
    double weight = source.weight(sample, step);
    if (weight != 0 && loss instanceof Softmax softmax && !softmax.classWeights().isEmpty()) {
      weight *= softmax.classWeights().get(source.label(sample, step));
    }
    return weight;
  }

  /**
   * The loss of a reading times its weight; puts its gradient, divided by a total, where the deltas
   * are.
   *
   * @param at of the first output; the next is {@code width} behind
   * @param deltas likewise
   * @param total of all weights
   */
  double loss(
      float[] m,
      int at,
      int deltas,
      int width,
      MinibatchSource source,
      int sample,
      int step,
      double total) {
    double weight = source.weight(sample, step);
    if (weight == 0) {
      // A target that does not count may be anything, such as missing.
      for (int c = 0; c < outputs; c++) {
        m[deltas + c * width] = 0f;
      }
      return 0;
    }
    if (loss instanceof Softmax softmax) {
      return softmax(softmax, m, at, deltas, width, source.label(sample, step), weight, total);
    }
    double sum = 0;
    for (int c = 0; c < outputs; c++) {
      double y = m[at + c * width];
      double target = source.target(sample, step, c);
      sum += loss.value(c, y, target);
      m[deltas + c * width] = (float) (weight * slope(c, y, target) / outputs / total);
    }
    return weight * (sum / outputs);
  }

  private double slope(int output, double y, double target) {
    double error = y - target;
    if (loss instanceof Loss.Squared) {
      return 2 * error;
    } else if (loss instanceof Loss.Absolute) {
      return Math.signum(error);
    } else if (loss instanceof Huber huber) {
      return Math.max(-huber.delta(), Math.min(huber.delta(), error));
    } else if (loss instanceof Quantile quantile) {
      double level = quantile.levels().get(output % quantile.levels().size());
      return error > 0 ? 1 - level : error < 0 ? -level : 0;
    } else if (loss instanceof Loss.Poisson) {
      return StrictMath.exp(y) - target;
    }
    return 1 / (1 + StrictMath.exp(-y)) - target;
  }

  /**
   * As {@code torch.nn.CrossEntropyLoss}: the smoothed part of each class has its own weight. The
   * exponentials are taken in order of classes.
   */
  private double softmax(
      Softmax softmax,
      float[] m,
      int at,
      int deltas,
      int width,
      int label,
      double weight,
      double total) {
    float max = m[at];
    for (int c = 1; c < outputs; c++) {
      max = Math.max(max, m[at + c * width]);
    }
    double sum = 0;
    for (int c = 0; c < outputs; c++) {
      exponentials[c] = StrictMath.exp((double) m[at + c * width] - max);
      sum += exponentials[c];
    }
    double log = StrictMath.log(sum);
    double value = 0;
    double targets = 0;
    for (int c = 0; c < outputs; c++) {
      double target = target(softmax, c, label);
      targets += target;
      if (target != 0) {
        value += target * (log - ((double) m[at + c * width] - max));
      }
    }
    for (int c = 0; c < outputs; c++) {
      double p = exponentials[c] / sum;
      double target = target(softmax, c, label);
      m[deltas + c * width] = (float) (weight * (targets * p - target) / total);
    }
    return weight * value;
  }

  /** Of a class: what its probability should be, times its weight. */
  private double target(Softmax softmax, int c, int label) {
    double smoothing = softmax.labelSmoothing();
    double share = (c == label ? 1 - smoothing : 0) + smoothing / outputs;
    return softmax.classWeights().isEmpty() ? share : share * softmax.classWeights().get(c);
  }
}
