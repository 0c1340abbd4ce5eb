package io.sparkrnn.data;

import java.io.Serializable;
import java.nio.ByteBuffer;

/** The values of a dataset, {@code [sample][timeStep][input]} in one array. */
sealed interface SequenceValues extends Serializable permits ByteValues, FloatValues {
  int length();

  /** The number that stands for the kind of values in a dataset's digest. */
  int kind();

  float scaled(int index);

  /**
   * Writes {@code target[to + i * width + place] = scaled(samples[offset + places[firstPlace +
   * place]] * sampleValues + first + i)} for {@code i} below {@code length} and places below {@code
   * count}.
   */
  default void transpose(
      int[] samples,
      int offset,
      int[] places,
      int firstPlace,
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
        int at = samples[offset + places[firstPlace + place]] * sampleValues + first + value;
        target[row + place] = scaled(at);
        target[row + place + width] = scaled(at + 1);
        target[row + place + 2 * width] = scaled(at + 2);
        target[row + place + 3 * width] = scaled(at + 3);
      }
    }
    for (; value < length; value++) {
      for (int place = 0; place < count; place++) {
        int at = samples[offset + places[firstPlace + place]] * sampleValues + first + value;
        target[to + value * width + place] = scaled(at);
      }
    }
  }

  /**
   * Writes one sequence: value {@code i} of time step {@code t} to {@code target[at + t *
   * stepStride + i * width]}.
   *
   * @param start its first time step, of those of all samples
   */
  default void spread(
      int start, int timeSteps, int inputs, float[] target, int at, int stepStride, int width) {
    int from = start * inputs;
    for (int step = 0; step < timeSteps; step++) {
      for (int input = 0; input < inputs; input++) {
        target[at + step * stepStride + input * width] = scaled(from++);
      }
    }
  }

  /** A copy of what samples have. */
  SequenceValues gather(Spans steps, int[] samples, int inputs);

  void updateDigest(DatasetDigest digest);

  /** Appends values as they are kept, floats in the buffer's order of bytes. */
  void write(int from, int count, ByteBuffer target);
}
