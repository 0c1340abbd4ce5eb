package io.sparkrnn.train;

import io.sparkrnn.kernel.Workspace;

/** Probabilities of classes, for people and tables; training has its own in the kernels. */
final class Softmax {
  private Softmax() {}

  /** Of a sample whose logits are there, taken in double: {@code [class]}. */
  static double[] of(Workspace workspace, int sample) {
    float[] logits = workspace.logits();
    int stride = workspace.paddedSamples();
    double[] probabilities = new double[workspace.shape().classes()];
    double highest = logits[workspace.predicted(sample) * stride + sample];
    double sum = 0;
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] = StrictMath.exp(logits[c * stride + sample] - highest);
      sum += probabilities[c];
    }
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] /= sum;
    }
    return probabilities;
  }
}
