package io.sparkrnn.data;

import java.util.Arrays;

/** Finite floats, taken as they are. */
@SuppressWarnings("ArrayRecordComponent") // Private to the package; never compared.
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
  public void transpose(int[] starts, int sampleValues, float[] target, int paddedSamples) {
    for (int value = 0; value < sampleValues; value++) {
      int row = value * paddedSamples;
      for (int place = 0; place < starts.length; place++) {
        target[row + place] = values[starts[place] + value];
      }
      Arrays.fill(target, row + starts.length, row + paddedSamples, 0f);
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
