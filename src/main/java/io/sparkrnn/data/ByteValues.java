package io.sparkrnn.data;

import java.nio.ByteBuffer;

/** Unsigned bytes, scaled to {@code value / 255f}. */
public record ByteValues(byte[] values) implements SequenceValues {
  // A table, because a division for each of a minibatch's 50,000 values costs as much as a kernel.
  private static final float[] SCALED = new float[256];

  static {
    for (int value = 0; value < SCALED.length; value++) {
      SCALED[value] = value / 255f;
    }
  }

  /** Labels that files have as unsigned bytes. */
  static int[] widened(byte[] labels) {
    int[] widened = new int[labels.length];
    for (int sample = 0; sample < labels.length; sample++) {
      widened[sample] = Byte.toUnsignedInt(labels[sample]);
    }
    return widened;
  }

  /** What an unsigned byte stands for. */
  public static float scaled(byte value) {
    return SCALED[value & 0xFF];
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
    return scaled(values[index]);
  }

  @Override
  public ByteValues gather(Spans steps, int[] samples, int inputs) {
    return new ByteValues(steps.gather(values, samples, inputs));
  }

  @Override
  public void updateDigest(DatasetDigest digest) {
    digest.update(values);
  }

  @Override
  public void write(int from, int count, ByteBuffer target) {
    target.put(values, from, count);
  }
}
