package io.sparkrnn.kernel;

/** Where the samples of a minibatch come from. */
public interface MinibatchSource {
  /**
   * Writes samples: value {@code i} of time step {@code t} of sample {@code first + s} to {@code
   * target[at + t * stepStride + i * width + s]}. Called by several threads.
   *
   * @param first number of a sample of this minibatch
   * @param count at most {@code width}; what lies behind in a row is left alone
   */
  void layOut(int first, int count, float[] target, int at, int stepStride, int width);

  /** The class of a sample of this minibatch. */
  int label(int sample);
}
