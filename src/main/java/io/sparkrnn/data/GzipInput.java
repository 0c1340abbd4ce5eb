package io.sparkrnn.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses gzip (RFC 1952), strictly. The JDK's {@code GZIPInputStream} ignores what follows
 * the last member and cannot tell where damage is; here everything up to the end of the file is
 * accounted for, and every failure is a {@link CorruptGzipException} with its place in the
 * compressed file.
 */
final class GzipInput extends InputStream {
  static final int MAGIC_1 = 0x1F;
  static final int MAGIC_2 = 0x8B;

  private static final int DEFLATED = 8;
  private static final int HEADER_CRC_FLAG = 0x02;
  private static final int EXTRA_FLAG = 0x04;
  private static final int NAME_FLAG = 0x08;
  private static final int COMMENT_FLAG = 0x10;
  private static final int RESERVED_FLAGS = 0xE0;

  private final InputStream compressed;
  private final byte[] buffer = new byte[16 * 1024];
  private int position;
  private int limit;
  // The place in the compressed file of the buffer's first byte.
  private long bufferOffset;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private long memberBytes;
  private boolean finished;

  GzipInput(InputStream compressed) throws IOException {
    this.compressed = compressed;
    readHeader();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!finished) {
      int inflated = inflate(target, offset, length);
      if (inflated > 0) {
        crc.update(target, offset, inflated);
        memberBytes += inflated;
        return inflated;
      }
      if (inflater.finished()) {
        readTrailer();
        finished = !hasMore();
        if (!finished) {
          readHeader();
        }
      }
    }
    return -1;
  }

  /** As much as the buffered input gives, filling the buffer first if the inflater is hungry. */
  private int inflate(byte[] target, int offset, int length) throws IOException {
    if (position == limit && !inflater.finished()) {
      requireMore("compressed data");
    }
    inflater.setInput(buffer, position, limit - position);
    long readBefore = inflater.getBytesRead();
    String damage = null;
    int inflated = 0;
    try {
      inflated = inflater.inflate(target, offset, length);
    } catch (DataFormatException e) {
      damage = e.getMessage();
    }
    position += (int) (inflater.getBytesRead() - readBefore);
    if (damage != null) {
      throw new CorruptGzipException("valid compressed data", damage, offset() - 1);
    }
    return inflated;
  }

  private void readHeader() throws IOException {
    long start = offset();
    int magic = next("a gzip header") << 8 | next("a gzip header");
    if (magic != (MAGIC_1 << 8 | MAGIC_2)) {
      throw new CorruptGzipException(
          "the end of the file or another gzip member", "0x%04X".formatted(magic), start);
    }
    int method = next("a gzip header");
    if (method != DEFLATED) {
      throw new CorruptGzipException(
          "gzip compression method 8", Integer.toString(method), offset() - 1);
    }
    int flags = next("a gzip header");
    if ((flags & RESERVED_FLAGS) != 0) {
      throw new CorruptGzipException(
          "gzip flags below 0x20", "0x%02X".formatted(flags), offset() - 1);
    }
    skip(6); // Time of modification, extra flags, operating system.
    if ((flags & EXTRA_FLAG) != 0) {
      skip(next("a gzip header") | next("a gzip header") << 8);
    }
    if ((flags & NAME_FLAG) != 0) {
      skipText();
    }
    if ((flags & COMMENT_FLAG) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC_FLAG) != 0) {
      skip(2); // Covers the header only, of which nothing else is used.
    }
    inflater.reset();
    crc.reset();
    memberBytes = 0;
  }

  private void readTrailer() throws IOException {
    long start = offset();
    long storedCrc = nextUnsignedInt();
    if (storedCrc != crc.getValue()) {
      throw new CorruptGzipException(
          "CRC-32 0x%08X of the decompressed content".formatted(storedCrc),
          "0x%08X".formatted(crc.getValue()),
          start);
    }
    long storedLength = nextUnsignedInt();
    if (storedLength != (memberBytes & 0xFFFFFFFFL)) {
      throw new CorruptGzipException(
          "%d decompressed bytes".formatted(storedLength),
          Long.toString(memberBytes),
          start + Integer.BYTES);
    }
  }

  private long nextUnsignedInt() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      value |= (long) next("a gzip trailer") << shift;
    }
    return value;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      next("a gzip header");
    }
  }

  private void skipText() throws IOException {
    while (next("a gzip header") != 0) {}
  }

  private int next(String expected) throws IOException {
    if (position == limit) {
      requireMore(expected);
    }
    return buffer[position++] & 0xFF;
  }

  private void requireMore(String expected) throws IOException {
    if (!hasMore()) {
      throw new CorruptGzipException(expected, "end of file", offset());
    }
  }

  private boolean hasMore() throws IOException {
    if (position < limit) {
      return true;
    }
    bufferOffset += limit;
    position = 0;
    limit = 0;
    limit = Math.max(0, compressed.read(buffer));
    return limit > 0;
  }

  private long offset() {
    return bufferOffset + position;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    compressed.close();
  }
}
