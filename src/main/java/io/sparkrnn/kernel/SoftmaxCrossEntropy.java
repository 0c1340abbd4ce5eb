package io.sparkrnn.kernel;

/** The head: softmax, and the cross-entropy of each sample's class, in nats. */
final class SoftmaxCrossEntropy {
  private final double[] exponentials;

  SoftmaxCrossEntropy(int classes) {
    exponentials = new double[classes];
  }

  /**
   * The loss of a sample; puts {@code (p - y) / samples} where the deltas are. The exponentials are
   * taken in double, in order of classes.
   *
   * @param logits of the first class; the next is {@code width} behind
   * @param deltas likewise
   * @param samples of the minibatch
   */
  double loss(float[] m, int logits, int deltas, int width, int label, int samples) {
    int classes = exponentials.length;
    float max = m[logits];
    for (int c = 1; c < classes; c++) {
      max = Math.max(max, m[logits + c * width]);
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      exponentials[c] = StrictMath.exp((double) m[logits + c * width] - max);
      sum += exponentials[c];
    }
    for (int c = 0; c < classes; c++) {
      double p = exponentials[c] / sum;
      m[deltas + c * width] = (float) ((p - (c == label ? 1 : 0)) / samples);
    }
    return StrictMath.log(sum) - ((double) m[logits + label * width] - max);
  }
}
