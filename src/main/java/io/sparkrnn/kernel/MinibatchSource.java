package io.sparkrnn.kernel;

/**
 * Where the samples of a minibatch come from. Samples are numbered from 0; of a reading, {@code
 * step} is its time step where a head reads every one, else 0. Called by several threads.
 */
public interface MinibatchSource {
  /**
   * Writes the dense values of samples: value {@code i} of time step {@code t} of sample {@code
   * samples[first + s]} to {@code target[at + t * stepStride + i * width + s]}. What lies behind a
   * sample's own end, or behind {@code count} in a row, may be left alone.
   *
   * @param count at most {@code width}
   */
  void layOut(
      int[] samples, int first, int count, float[] target, int at, int stepStride, int width);

  /** Time steps of a sample, at least 1. */
  int length(int sample);

  /** The class of a reading. */
  default int label(int sample, int step) {
    throw new UnsupportedOperationException("a source without classes");
  }

  /** What an output of a reading should be; of quantiles, what all of a target should be. */
  default float target(int sample, int step, int output) {
    throw new UnsupportedOperationException("a source without targets");
  }

  /** How much a reading counts in the mean; 0 for not at all. */
  default float weight(int sample, int step) {
    return 1;
  }

  /** An id of a categorical channel. */
  default int id(int channel, int sample, int timeStep) {
    throw new UnsupportedOperationException("a source without categorical channels");
  }

  /** A static value. */
  default float fixed(int sample, int index) {
    throw new UnsupportedOperationException("a source without static values");
  }

  /**
   * What the draws of dropout depend on: a function of the seed, the epoch and which sample of all
   * it is.
   */
  default long dropoutKey(int sample) {
    throw new UnsupportedOperationException("a source without a key for dropout");
  }
}
