package io.sparkrnn.data;

import java.util.Arrays;

/** Unsigned bytes, scaled to {@code value / 255f}. */
@SuppressWarnings("ArrayRecordComponent") // Private to the package; never compared.
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
  public void transpose(int[] starts, int sampleValues, float[] target, int paddedSamples) {
    for (int value = 0; value < sampleValues; value++) {
      int row = value * paddedSamples;
      for (int place = 0; place < starts.length; place++) {
        target[row + place] = SCALED[values[starts[place] + value] & 0xFF];
      }
      Arrays.fill(target, row + starts.length, row + paddedSamples, 0f);
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
