package io.sparkrnn.train;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.MinibatchSource;

/** Some samples of a dataset, and then others: an iteration allocates nothing. */
final class DatasetMinibatch implements MinibatchSource {
  private SequenceDataset data;
  private int[] samples;
  private int offset;

  /** Takes the samples from {@code samples[offset]} on, by their numbers in the dataset. */
  DatasetMinibatch begin(SequenceDataset data, int[] samples, int offset) {
    this.data = data;
    this.samples = samples;
    this.offset = offset;
    return this;
  }

  @Override
  public void layOut(int first, int count, float[] target, int at, int stepStride, int width) {
    data.layOut(samples, offset + first, count, target, at, stepStride, width);
  }

  @Override
  public int label(int sample) {
    return data.label(samples[offset + sample]);
  }
}
