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
  void transpose(
      int[] samples, int offset, int count, int sampleValues, float[] target, int paddedSamples);

  /** A copy of the samples that begin at the starts. */
  SequenceValues gather(int[] starts, int sampleValues);

  void updateDigest(DatasetDigest digest);
}
