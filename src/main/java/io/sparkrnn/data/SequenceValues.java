package io.sparkrnn.data;

import java.io.Serializable;

/** The values of a dataset, {@code [sample][timeStep][input]} in one array. */
sealed interface SequenceValues extends Serializable permits ByteValues, FloatValues {
  int length();

  /** The number that stands for the kind of values in a dataset's digest. */
  int kind();

  float scaled(int index);

  /**
   * Writes {@code target[to + i * width + place] = scaled(samples[offset + place] * sampleValues +
   * first + i)} for {@code i} below {@code length} and places below {@code count}.
   */
  default void transpose(
      int[] samples,
      int offset,
      int count,
      int sampleValues,
      int first,
      int length,
      float[] target,
      int to,
      int width) {
    int value = 0;
    for (; value + 4 <= length; value += 4) {
      int row = to + value * width;
      for (int place = 0; place < count; place++) {
        int at = samples[offset + place] * sampleValues + first + value;
        target[row + place] = scaled(at);
        target[row + place + width] = scaled(at + 1);
        target[row + place + 2 * width] = scaled(at + 2);
        target[row + place + 3 * width] = scaled(at + 3);
      }
    }
    for (; value < length; value++) {
      for (int place = 0; place < count; place++) {
        int at = samples[offset + place] * sampleValues + first + value;
        target[to + value * width + place] = scaled(at);
      }
    }
  }

  /** A copy of the samples that begin at the starts. */
  SequenceValues gather(int[] starts, int sampleValues);

  void updateDigest(DatasetDigest digest);
}
