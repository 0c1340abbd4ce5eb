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
      int[] samples, int offset, int count, int sampleValues, float[] target, int paddedSamples) {
    int value = 0;
    for (; value + 4 <= sampleValues; value += 4) {
      int row = value * paddedSamples;
      for (int place = 0; place < count; place++) {
        int at = samples[offset + place] * sampleValues + value;
        int to = row + place;
        target[to] = values[at];
        target[to + paddedSamples] = values[at + 1];
        target[to + 2 * paddedSamples] = values[at + 2];
        target[to + 3 * paddedSamples] = values[at + 3];
      }
    }
    for (; value < sampleValues; value++) {
      for (int place = 0; place < count; place++) {
        target[value * paddedSamples + place] =
            values[samples[offset + place] * sampleValues + value];
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
