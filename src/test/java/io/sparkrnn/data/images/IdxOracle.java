package io.sparkrnn.data.images;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Reads small IDX files the slow and obvious way, with the JDK's gzip. */
final class IdxOracle {
  private static final int MAX_CONTENT_BYTES = 16 << 20;

  private IdxOracle() {}

  /** The uncompressed file if it is a valid one; empty also for what is larger than 16 MiB. */
  static Optional<byte[]> read(IdxKind kind, int classes, byte[] file) {
    return content(file).filter(content -> isValid(kind, classes, content));
  }

  private static Optional<byte[]> content(byte[] file) {
    if (file.length < 2 || file[0] != 0x1F || file[1] != (byte) 0x8B) {
      return Optional.of(file);
    }
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(file))) {
      byte[] content = gzip.readNBytes(MAX_CONTENT_BYTES + 1);
      return content.length > MAX_CONTENT_BYTES ? Optional.empty() : Optional.of(content);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isValid(IdxKind kind, int classes, byte[] content) {
    int axes = kind == IdxKind.IMAGES ? 3 : 1;
    int headerBytes = 4 + 4 * axes;
    if (content.length < headerBytes) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(content);
    if (in.getInt() != 0x0800 + axes) {
      return false;
    }
    long values = 1;
    for (int axis = 0; axis < axes; axis++) {
      int dimension = in.getInt();
      if (dimension < 1 || dimension > content.length) {
        return false;
      }
      values *= dimension;
      if (values > content.length) {
        return false;
      }
    }
    byte[] payload = Arrays.copyOfRange(content, headerBytes, content.length);
    if (kind == IdxKind.LABELS) {
      for (byte label : payload) {
        if (label < 0 || label >= classes) {
          return false;
        }
      }
    }
    return payload.length == values;
  }
}
