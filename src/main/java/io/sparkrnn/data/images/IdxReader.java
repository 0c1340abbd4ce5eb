package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import io.sparkrnn.storage.FileKind;
import io.sparkrnn.storage.Sha256;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * Reads images and labels in the IDX format of the MNIST family, strictly: magic, element type,
 * rank, dimensions and exact length. Integers are big-endian:
 *
 * <pre>{@code
 * images: 0x00000803, count, rows, columns, then one unsigned byte a pixel, [image][row][column]
 * labels: 0x00000801, count, then one unsigned byte a label
 * }</pre>
 *
 * <p>A file is gzip if its first two bytes say so, whatever its name. Nothing is trusted before it
 * is checked: memory is taken as data arrives, not as the header promises, and never more is
 * decompressed than the header's dimensions and one byte. More than the heap holds is a defect,
 * too.
 *
 * <p>Every defect is a {@link DataException} with file, expected, found, and the byte offset, which
 * counts the bytes of the uncompressed content unless the message says otherwise.
 *
 * <p>Source of the format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten
 * digits".
 *
 * @param offsetSuffix follows byte offsets in messages
 */
record IdxReader(IdxKind kind, String where, InputStream content, String offsetSuffix) {
  /** The most values a file may have: what an array holds. */
  static final int MAX_VALUES = Integer.MAX_VALUE - 16;

  static final String PLAIN = "";
  static final String DECOMPRESSED = " of the decompressed content";

  private static final int FIRST_ALLOCATION_BYTES = 64 << 20;

  /** Reads a file and closes the stream. */
  static IdxFile read(IdxKind kind, InputStream in, String where) throws IOException {
    try (InputStream file = new BufferedInputStream(in)) {
      if (!isGzip(file)) {
        return new IdxReader(kind, where, file, PLAIN).read();
      }
      try (InputStream content = new GzipContent(file, kind, where)) {
        return new IdxReader(kind, where, content, DECOMPRESSED).read();
      }
    }
  }

  /** Whether it begins as gzip does; reads nothing of a stream that can be reset. */
  static boolean isGzip(InputStream file) throws IOException {
    file.mark(2);
    boolean gzip = file.read() == GzipContent.MAGIC_1 && file.read() == GzipContent.MAGIC_2;
    file.reset();
    return gzip;
  }

  /** Reads what is left of the stream, which is all of it. */
  IdxFile read() throws IOException {
    byte[] header = content.readNBytes(kind.headerBytes());
    int[] dimensions = dimensions(header);
    byte[] values = readValues(checkProduct(dimensions));
    if (content.read() >= 0) {
      throw defect("end of file", "more data", kind.headerBytes() + (long) values.length);
    }
    MessageDigest digest = Sha256.begin();
    digest.update(header);
    digest.update(values);
    return new IdxFile(kind, where, dimensions, values, HexFormat.of().formatHex(digest.digest()));
  }

  /** The dimensions that a header says, each at least 1. */
  int[] dimensions(byte[] header) throws IOException {
    // The magic first, if it is there: a foreign short file is foreign rather than short.
    ByteBuffer fields = ByteBuffer.wrap(header);
    if (header.length >= Integer.BYTES) {
      int magic = fields.getInt();
      if (magic != kind.magic()) {
        throw new DataException(
            "Cannot read IDX %s %s: expected magic 0x%08X, found 0x%08X at byte 0%s%s"
                .formatted(
                    kind.plural(),
                    where,
                    kind.magic(),
                    magic,
                    offsetSuffix,
                    kind.explain(magic, beginning(header))));
      }
    }
    if (header.length < kind.headerBytes()) {
      throw defect(
          "a header of %d bytes".formatted(kind.headerBytes()), "end of file", header.length);
    }
    int[] dimensions = new int[kind.rank()];
    for (int axis = 0; axis < dimensions.length; axis++) {
      int offset = fields.position();
      dimensions[axis] = fields.getInt();
      if (dimensions[axis] < 1) {
        throw defect("a dimension of at least 1", Integer.toString(dimensions[axis]), offset);
      }
    }
    return dimensions;
  }

  /** As much of the file as tells what it is, if it can be read at all. */
  private byte[] beginning(byte[] header) throws IOException {
    byte[] beginning = Arrays.copyOf(header, FileKind.BYTES);
    try {
      int more = content.readNBytes(beginning, header.length, FileKind.BYTES - header.length);
      return Arrays.copyOf(beginning, header.length + more);
    } catch (DataException e) {
      // A damaged gzip file; what was expected is told already.
      return header;
    }
  }

  private int checkProduct(int[] dimensions) {
    long product = 1;
    for (int dimension : dimensions) {
      product *= dimension;
      // Before the next factor, so that the product never exceeds 62 bits.
      if (product > MAX_VALUES) {
        throw defect(
            "at most %d values".formatted(MAX_VALUES),
            Arrays.stream(dimensions)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" x ")),
            Integer.BYTES);
      }
    }
    return (int) product;
  }

  private byte[] readValues(int count) throws IOException {
    byte[] values = grown(new byte[0], Math.min(count, FIRST_ALLOCATION_BYTES), count);
    int filled = 0;
    while (true) {
      filled += content.readNBytes(values, filled, values.length - filled);
      if (filled < values.length) {
        long end = kind.headerBytes() + (long) filled;
        throw defect("%d bytes".formatted(kind.headerBytes() + (long) count), "end of file", end);
      }
      if (filled == count) {
        return values;
      }
      values = grown(values, (int) Math.min(count, 2L * values.length), count);
    }
  }

  private byte[] grown(byte[] values, int length, int count) {
    try {
      return Arrays.copyOf(values, length);
    } catch (OutOfMemoryError e) {
      // A single array too large for the heap leaves the JVM as it was; what is wrong is the file.
      throw defect(
          "values that fit in the JVM's %d bytes of memory"
              .formatted(Runtime.getRuntime().maxMemory()),
          "%d bytes of them".formatted(count),
          Integer.BYTES);
    }
  }

  DataException defect(String expected, String found, long offset) {
    return new DataException(
        "Cannot read IDX %s %s: expected %s, found %s at byte %d%s"
            .formatted(kind.plural(), where, expected, found, offset, offsetSuffix));
  }
}
