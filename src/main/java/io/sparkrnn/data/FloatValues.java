package io.sparkrnn.data;

/** Finite floats, taken as they are. */
record FloatValues(float[] values) implements SequenceValues {
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
        target[row + place] = values[at];
        target[row + place + width] = values[at + 1];
        target[row + place + 2 * width] = values[at + 2];
        target[row + place + 3 * width] = values[at + 3];
      }
    }
    for (; value < length; value++) {
      for (int place = 0; place < count; place++) {
        int at = samples[offset + place] * sampleValues + first + value;
        target[to + value * width + place] = values[at];
      }
    }
  }

  @Override
  public FloatValues gather(int[] starts, int sampleValues) {
    float[] chosen = new float[Math.multiplyExact(starts.length, sampleValues)];
    for (int place = 0; place < starts.length; place++) {
      System.arraycopy(values, starts[place], chosen, place * sampleValues, sampleValues);
    }
    return new FloatValues(chosen);
  }

  @Override
  public void updateDigest(DatasetDigest digest) {
    digest.update(values);
  }
}
