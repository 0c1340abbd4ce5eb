package io.sparkrnn.data;

import java.nio.ByteBuffer;

/** Finite floats, taken as they are. */
record FloatValues(float[] values) implements SequenceValues {
  /**
   * A copy.
   *
   * @throws DataException if one is not finite
   */
  static FloatValues copyOf(float[] values) {
    for (int index = 0; index < values.length; index++) {
      if (!Float.isFinite(values[index])) {
        throw new DataException(
            "Cannot build a dataset: expected finite values, found %s at index %d"
                .formatted(values[index], index));
      }
    }
    return new FloatValues(values.clone());
  }

  @Override
  public int length() {
    return values.length;
  }

  @Override
  public int kind() {
    return 1;
  }

  @Override
  public float scaled(int index) {
    return values[index];
  }

  @Override
  public FloatValues gather(Spans steps, int[] samples, int inputs) {
    return new FloatValues(steps.gather(values, samples, inputs));
  }

  @Override
  public void updateDigest(DatasetDigest digest) {
    digest.update(values);
  }

  @Override
  public void write(int from, int count, ByteBuffer target) {
    target.asFloatBuffer().put(values, from, count);
    target.position(target.position() + count * Float.BYTES);
  }
}
