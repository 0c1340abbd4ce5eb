package io.sparkrnn.spark.data;

/**
 * Time steps of a sequence that become one sample, or that something is fitted on.
 *
 * @param start the first step
 * @param counted the first of the window's steps whose answer counts
 */
record Window(RawSequence sequence, int start, int steps, int counted) {
  /** A whole sequence, all of which counts. */
  static Window of(RawSequence sequence) {
    return new Window(sequence, 0, sequence.steps(), 0);
  }
}
