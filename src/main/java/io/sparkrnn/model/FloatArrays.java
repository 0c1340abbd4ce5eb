package io.sparkrnn.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Arrays of floats, of which some may be missing, as bytes: how many (int), then for each its
 * length (int; -1 for none) and its floats; little-endian.
 */
public final class FloatArrays {
  private static final int NONE = -1;

  private FloatArrays() {}

  /** How many bytes they take. */
  public static long bytes(float[][] arrays) {
    long floats = Arrays.stream(arrays).mapToLong(s -> s == null ? 0 : s.length).sum();
    return Integer.BYTES * (1L + arrays.length) + Float.BYTES * floats;
  }

  public static byte[] toBytes(float[][] arrays) {
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(bytes(arrays))).order(ByteOrder.LITTLE_ENDIAN);
    put(out, arrays);
    return out.array();
  }

  /** Writes them to a little-endian buffer. */
  public static void put(ByteBuffer out, float[][] arrays) {
    out.putInt(arrays.length);
    for (float[] array : arrays) {
      out.putInt(array == null ? NONE : array.length);
      for (int i = 0; array != null && i < array.length; i++) {
        out.putFloat(array[i]);
      }
    }
  }

  /**
   * Reads all bytes.
   *
   * @throws IllegalArgumentException if they are not what {@link #toBytes} gives
   */
  public static float[][] fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[][] arrays = get(in);
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(
          "expected the end of arrays of floats, found %d more bytes".formatted(in.remaining()));
    }
    return arrays;
  }

  /**
   * Reads them from a little-endian buffer.
   *
   * @throws IllegalArgumentException if they do not fit what is left
   */
  public static float[][] get(ByteBuffer in) {
    float[][] arrays = new float[length(in, Integer.BYTES)][];
    for (int i = 0; i < arrays.length; i++) {
      int length = length(in, Float.BYTES);
      if (length != NONE) {
        arrays[i] = new float[length];
        for (int k = 0; k < length; k++) {
          arrays[i][k] = in.getFloat();
        }
      }
    }
    return arrays;
  }

  /** Checked before anything of that length is allocated. */
  private static int length(ByteBuffer in, int bytesEach) {
    int left = in.remaining();
    int length = left < Integer.BYTES ? Integer.MAX_VALUE : in.getInt();
    boolean none = length == NONE && bytesEach == Float.BYTES;
    if (!none && (length < 0 || (long) length * bytesEach > in.remaining())) {
      throw new IllegalArgumentException(
          "expected arrays of floats of a length that fits %d bytes, found %d"
              .formatted(left, length));
    }
    return length;
  }
}
