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
  public FloatValues gather(Spans steps, int[] samples, int inputs) {
    return new FloatValues(steps.gather(values, samples, inputs));
  }

  @Override
  public void updateDigest(DatasetDigest digest) {
    digest.update(values);
  }
}
