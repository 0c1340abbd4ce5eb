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
