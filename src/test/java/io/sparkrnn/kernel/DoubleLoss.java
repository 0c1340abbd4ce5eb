package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Tape.Vector;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The oracle's losses of one sample's readings. */
record DoubleLoss(Loss loss, Tape tape, MinibatchSource source, int sample) {

  /** The mean over a reading's outputs; of a softmax already by the class weights. */
  Vector of(Vector y, int step) {
    if (loss instanceof Loss.Softmax softmax) {
      return crossEntropy(softmax, y, source.label(sample, step));
    }
    int outputs = y.length();
    double[] targets =
        IntStream.range(0, outputs)
            .mapToDouble(output -> source.target(sample, step, output))
            .toArray();
    return ofEachOutput(y, tape.vector(targets)).sum().times(1.0 / outputs);
  }

  /** What a reading counts beside its own weight. */
  double weight(int step) {
    return loss instanceof Loss.Softmax softmax
        ? classWeight(softmax, source.label(sample, step))
        : 1;
  }

  /** As in PyTorch, the smoothed part of the target has the weight of each class. */
  private Vector crossEntropy(Loss.Softmax softmax, Vector y, int label) {
    double smoothing = softmax.labelSmoothing();
    double[] target = new double[y.length()];
    for (int c = 0; c < target.length; c++) {
      target[c] = smoothing / target.length * classWeight(softmax, c);
    }
    target[label] += (1 - smoothing) * classWeight(softmax, label);
    double max = Arrays.stream(y.value).max().orElseThrow();
    Vector logSum = y.plus(-max).exp().sum().log().plus(max);
    return logSum.times(Arrays.stream(target).sum()).minus(y.times(tape.vector(target)).sum());
  }

  private static double classWeight(Loss.Softmax softmax, int label) {
    return softmax.classWeights().isEmpty() ? 1 : softmax.classWeights().get(label);
  }

  private Vector ofEachOutput(Vector y, Vector target) {
    Vector error = target.minus(y);
    if (loss instanceof Loss.Sigmoid) {
      return y.softplus().minus(target.times(y));
    }
    if (loss instanceof Loss.Squared) {
      return error.times(error);
    }
    if (loss instanceof Loss.Absolute) {
      return error.abs();
    }
    if (loss instanceof Loss.Huber huber) {
      Vector beyond = tape.zeros(y.length()).max(error.abs().plus(-huber.delta()));
      Vector within = error.abs().minus(beyond);
      return within.times(within).times(0.5).plus(beyond.times(huber.delta()));
    }
    if (loss instanceof Loss.Quantile quantile) {
      Vector level = levels(quantile.levels(), y.length());
      return level.times(error).max(level.plus(-1).times(error));
    }
    if (loss instanceof Loss.Poisson) {
      return y.exp().minus(target.times(y));
    }
    throw new IllegalArgumentException("a loss without a formula: " + loss);
  }

  /** Of each output: all levels for each target. */
  private Vector levels(List<Double> levels, int outputs) {
    return tape.vector(
        IntStream.range(0, outputs)
            .mapToDouble(output -> levels.get(output % levels.size()))
            .toArray());
  }
}
