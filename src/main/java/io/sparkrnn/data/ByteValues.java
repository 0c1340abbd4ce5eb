package io.sparkrnn.data;

/** Unsigned bytes, scaled to {@code value / 255f}. */
record ByteValues(byte[] values) implements SequenceValues {
  // A table, because a division for each of a minibatch's 50,000 values costs as much as a kernel.
  private static final float[] SCALED = new float[256];

  static {
    for (int value = 0; value < SCALED.length; value++) {
      SCALED[value] = value / 255f;
    }
  }

  @Override
  public int length() {
    return values.length;
  }

  @Override
  public int kind() {
    return 0;
  }

  @Override
  public float scaled(int index) {
    return SCALED[values[index] & 0xFF];
  }

  @Override
  public void transpose(
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
        target[row + place] = SCALED[values[at] & 0xFF];
        target[row + place + width] = SCALED[values[at + 1] & 0xFF];
        target[row + place + 2 * width] = SCALED[values[at + 2] & 0xFF];
        target[row + place + 3 * width] = SCALED[values[at + 3] & 0xFF];
      }
    }
    for (; value < length; value++) {
      for (int place = 0; place < count; place++) {
        int at = samples[offset + place] * sampleValues + first + value;
        target[to + value * width + place] = SCALED[values[at] & 0xFF];
      }
    }
  }

  @Override
  public ByteValues gather(int[] starts, int sampleValues) {
    byte[] chosen = new byte[Math.multiplyExact(starts.length, sampleValues)];
    for (int place = 0; place < starts.length; place++) {
      System.arraycopy(values, starts[place], chosen, place * sampleValues, sampleValues);
    }
    return new ByteValues(chosen);
  }

  @Override
  public void updateDigest(DatasetDigest digest) {
    digest.update(values);
  }
}
