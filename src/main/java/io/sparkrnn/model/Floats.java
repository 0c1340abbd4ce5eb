package io.sparkrnn.model;

import io.sparkrnn.storage.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Float arrays as little-endian bytes, and back. */
public final class Floats {
  private Floats() {}

  public static byte[] toBytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** SHA-256 of the bytes, in hexadecimal: equal for equal bits. */
  public static String sha256(float[] values) {
    return Sha256.hex(toBytes(values));
  }

  public static float[] fromBytes(byte[] bytes) {
    if (bytes.length % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          "floats take a multiple of %d bytes, found %d".formatted(Float.BYTES, bytes.length));
    }
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
