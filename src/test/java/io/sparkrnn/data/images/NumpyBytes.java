package io.sparkrnn.data.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes NumPy's files as NumPy does, independently of the code under test. */
final class NumpyBytes {
  private NumpyBytes() {}

  /** A file as {@code numpy.save} writes it: the header is padded to 64 bytes. */
  static byte[] npy(String descr, String shape, byte[] elements) {
    return npy(
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(descr, shape),
        elements);
  }

  static byte[] npy(String header, byte[] elements) {
    int padding = 63 - (10 + header.length()) % 64;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    return IdxBytes.concat(
        new byte[] {
          (byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, (byte) (text.length >> 8)
        },
        text,
        elements);
  }

  static byte[] littleEndian(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return bytes.array();
  }

  static byte[] floats(ByteOrder order, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(order);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  /** As {@code numpy.savez_compressed}. */
  static byte[] npz(Map<String, byte[]> arrays) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
        zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
        zip.write(array.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
