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
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  void update(byte[] values) {
    endChunk();
    sha256.update(values);
  }

  void update(int... values) {
    for (int value : values) {
      chunk().putInt(value);
    }
  }

  void update(short[] values) {
    for (short value : values) {
      chunk().putShort(value);
    }
  }

  void update(float[] values) {
    for (float value : values) {
      chunk().putFloat(value);
    }
  }

  String hex() {
    endChunk();
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** With room for any number. */
  private ByteBuffer chunk() {
    if (chunk.remaining() < Long.BYTES) {
      endChunk();
    }
    return chunk;
  }

  private void endChunk() {
    sha256.update(chunk.flip());
    chunk.clear();
  }
}
