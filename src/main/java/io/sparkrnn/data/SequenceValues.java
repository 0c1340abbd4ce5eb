package io.sparkrnn.data;

import java.io.Serializable;

/** The values of a dataset, {@code [sample][timeStep][input]} in one array. */
sealed interface SequenceValues extends Serializable permits ByteValues, FloatValues {
  int length();

  /** The number that stands for the kind of values in a dataset's digest. */
  int kind();

  float scaled(int index);

  /**
   * Writes {@code target[value * paddedSamples + place] = scaled(samples[offset + place] *
   * sampleValues + value)} for all values of a sample and places below {@code count}.
   */
  default void transpose(
      int[] samples, int offset, int count, int sampleValues, float[] target, int paddedSamples) {
    int value = 0;
    for (; value + 4 <= sampleValues; value += 4) {
      int row = value * paddedSamples;
      for (int place = 0; place < count; place++) {
        int at = samples[offset + place] * sampleValues + value;
        int to = row + place;
        target[to] = scaled(at);
        target[to + paddedSamples] = scaled(at + 1);
        target[to + 2 * paddedSamples] = scaled(at + 2);
        target[to + 3 * paddedSamples] = scaled(at + 3);
      }
    }
    for (; value < sampleValues; value++) {
      for (int place = 0; place < count; place++) {
        target[value * paddedSamples + place] =
            scaled(samples[offset + place] * sampleValues + value);
      }
    }
  }

  /** A copy of the samples that begin at the starts. */
  SequenceValues gather(int[] starts, int sampleValues);

  void updateDigest(DatasetDigest digest);
}
