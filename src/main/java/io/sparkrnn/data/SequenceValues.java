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
  void transpose(
      int[] samples,
      int offset,
      int count,
      int sampleValues,
      int first,
      int length,
      float[] target,
      int to,
      int width);

  /** A copy of the samples that begin at the starts. */
  SequenceValues gather(int[] starts, int sampleValues);

  void updateDigest(DatasetDigest digest);
}
