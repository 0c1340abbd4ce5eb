package io.sparkrnn.data;

import io.sparkrnn.storage.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256 over little-endian numbers. */
final class DatasetDigest {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final MessageDigest sha256 = Sha256.begin();

  void update(byte[] values) {
    sha256.update(values);
  }

  void update(int... values) {
    ByteBuffer buffer = buffer(CHUNK_BYTES);
    for (int value : values) {
      if (!buffer.hasRemaining()) {
        sha256.update(buffer.flip());
        buffer.clear();
      }
      buffer.putInt(value);
    }
    sha256.update(buffer.flip());
  }

  void update(short[] values) {
    ByteBuffer buffer = buffer(Math.multiplyExact(Short.BYTES, values.length));
    buffer.asShortBuffer().put(values);
    sha256.update(buffer);
  }

  void update(float[] values) {
    ByteBuffer buffer = buffer(CHUNK_BYTES);
    for (float value : values) {
      if (!buffer.hasRemaining()) {
        sha256.update(buffer.flip());
        buffer.clear();
      }
      buffer.putFloat(value);
    }
    sha256.update(buffer.flip());
  }

  String hex() {
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
