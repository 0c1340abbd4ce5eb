package io.sparkrnn.data.images;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Writes IDX and gzip byte by byte, independently of the code under test and of any zlib. */
final class IdxBytes {
  private IdxBytes() {}

  /** A file with these pixels, {@code [image][row][column]}. */
  static byte[] images(int count, int rows, int columns, byte[] pixels) {
    return concat(ints(0x0803, count, rows, columns), pixels);
  }

  /** A file of images whose pixels count up from 0, modulo 251. */
  static byte[] images(int count, int rows, int columns) {
    byte[] pixels = new byte[count * rows * columns];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i % 251);
    }
    return images(count, rows, columns, pixels);
  }

  static byte[] labels(int... labels) {
    byte[] values = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      values[i] = (byte) labels[i];
    }
    return concat(ints(0x0801, labels.length), values);
  }

  static byte[] ints(int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES * values.length);
    for (int value : values) {
      buffer.putInt(value);
    }
    return buffer.array();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  /** One gzip member: header of 10 bytes, one stored block with a header of 5, trailer of 8. */
  static byte[] gzip(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    ByteBuffer member =
        ByteBuffer.allocate(10 + 5 + content.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    member.put(new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF});
    member.put((byte) 1).putShort((short) content.length).putShort((short) ~content.length);
    member.put(content);
    member.putInt((int) crc.getValue()).putInt(content.length);
    return member.array();
  }

  static byte[] first(int length, byte[] bytes) {
    return Arrays.copyOf(bytes, length);
  }

  static byte[] with(byte[] bytes, int index, int value) {
    byte[] changed = bytes.clone();
    changed[index] = (byte) value;
    return changed;
  }
}
