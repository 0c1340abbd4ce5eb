package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file says of its array, strictly: IDX of any element type, or NumPy's {@code .npy} of
 * numbers in the order of C.
 *
 * @param format for messages
 * @param headerBytes how many bytes are before the elements
 */
record ArrayHeader(
    String format, ElementType type, ByteOrder order, int[] dimensions, int headerBytes) {
  static final String IDX = "IDX";
  static final String NUMPY = "NumPy";

  private static final byte[] NUMPY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_NUMPY_HEADER_BYTES = 1 << 16;
  private static final Pattern NUMPY_HEADER =
      Pattern.compile(
          "\\{'descr': *'([<>|=]?)(\\w\\d*)', *'fortran_order': *(True|False), *"
              + "'shape': *\\(([\\d, ]*)\\),? *\\} *\n?");

  static ArrayHeader ofIdx(ElementType type, int[] dimensions) {
    return new ArrayHeader(
        IDX, type, ByteOrder.BIG_ENDIAN, dimensions, Integer.BYTES * (1 + dimensions.length));
  }

  /** Whether a file begins as NumPy's arrays do. */
  static boolean isNumpy(byte[] beginning) {
    return beginning.length >= NUMPY_MAGIC.length
        && Arrays.equals(Arrays.copyOf(beginning, NUMPY_MAGIC.length), NUMPY_MAGIC);
  }

  /** Whether it is IDX of a kind's numbers, but not of the type and rank of the MNIST family. */
  static boolean isOtherIdx(byte[] beginning, IdxKind kind) {
    if (beginning.length < Integer.BYTES || beginning[0] != 0 || beginning[1] != 0) {
      return false;
    }
    int rank = beginning[3];
    boolean usual = ByteBuffer.wrap(beginning).getInt() == kind.magic();
    boolean fits = kind == IdxKind.IMAGES ? rank >= 2 && rank <= 4 : rank == 1 || rank == 2;
    return !usual && fits && ElementType.ofIdx(beginning[2]).isPresent();
  }

  /** How many bytes all elements take. */
  long elementBytes() {
    long bytes = type.bytes();
    for (int dimension : dimensions) {
      bytes *= dimension;
      if (bytes > IdxReader.MAX_VALUES) {
        // Before the next factor, so that it never exceeds 62 bits.
        return Long.MAX_VALUE;
      }
    }
    return bytes;
  }

  /** Where a dimension is said, for messages. */
  String placeOfDimension(int axis) {
    return format.equals(IDX) ? " at byte " + Integer.BYTES * (1 + axis) : " in the header";
  }

  /** An element, for messages. */
  String place(int index) {
    return format.equals(IDX)
        ? "byte " + (headerBytes + (long) index * type.bytes())
        : "index " + index;
  }

  /** Reads the header of a file that {@link #isOtherIdx}. */
  static Read readIdx(InputStream content, IdxKind kind, String where) throws IOException {
    byte[] magic = content.readNBytes(Integer.BYTES);
    int rank = magic[3];
    byte[] rest = content.readNBytes(rank * Integer.BYTES);
    if (rest.length < rank * Integer.BYTES) {
      throw refusal(
          IDX,
          kind,
          where,
          "a header of %d bytes".formatted(Integer.BYTES * (1 + rank)),
          "end of file at byte " + (Integer.BYTES + rest.length));
    }
    int[] dimensions = new int[rank];
    ByteBuffer.wrap(rest).asIntBuffer().get(dimensions);
    ElementType type = ElementType.ofIdx(magic[2]).orElseThrow();
    return new Read(requirePositive(ofIdx(type, dimensions), kind, where), concat(magic, rest));
  }

  /** Reads the header of a file that {@link #isNumpy}. */
  static Read readNumpy(InputStream content, IdxKind kind, String where) throws IOException {
    byte[] fixed = content.readNBytes(NUMPY_MAGIC.length + 2);
    int major = fixed.length < NUMPY_MAGIC.length + 2 ? 0 : fixed[NUMPY_MAGIC.length];
    if (major < 1 || major > 3) {
      throw refusal(NUMPY, kind, where, "format version 1 to 3", "version " + major);
    }
    byte[] lengthBytes = content.readNBytes(major == 1 ? Short.BYTES : Integer.BYTES);
    ByteBuffer length =
        ByteBuffer.wrap(Arrays.copyOf(lengthBytes, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    long headerLength = length.getLong();
    if (headerLength > MAX_NUMPY_HEADER_BYTES) {
      throw refusal(
          NUMPY,
          kind,
          where,
          "a header of at most %d bytes".formatted(MAX_NUMPY_HEADER_BYTES),
          headerLength);
    }
    byte[] text = content.readNBytes((int) headerLength);
    String header = new String(text, StandardCharsets.UTF_8);
    Matcher fields = NUMPY_HEADER.matcher(header);
    if (text.length < headerLength || !fields.matches()) {
      throw refusal(
          NUMPY,
          kind,
          where,
          "a header with descr of plain numbers, fortran_order and shape",
          "\"%s\"".formatted(header.strip().replaceAll("[^ -~]", "?")));
    }
    byte[] read = concat(concat(fixed, lengthBytes), text);
    return new Read(requirePositive(numpy(fields, read.length, kind, where), kind, where), read);
  }

  private static ArrayHeader numpy(Matcher fields, int bytes, IdxKind kind, String where) {
    Optional<ElementType> type = ElementType.ofNumpy(fields.group(2));
    if (type.isEmpty()) {
      throw refusal(
          NUMPY,
          kind,
          where,
          "integers, floats or booleans",
          "'%s%s'%s"
              .formatted(
                  fields.group(1),
                  fields.group(2),
                  fields.group(2).startsWith("O") ? ", pickled Python objects" : ""));
    }
    if (fields.group(3).equals("True")) {
      throw refusal(
          NUMPY, kind, where, "the order of C, as numpy.ascontiguousarray has it", "Fortran's");
    }
    int[] dimensions;
    try {
      dimensions =
          Arrays.stream(fields.group(4).split("[, ]+", -1))
              .filter(text -> !text.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
    } catch (NumberFormatException e) {
      throw refusal(NUMPY, kind, where, "dimensions below 2^31", fields.group(4));
    }
    ByteOrder order = fields.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return new ArrayHeader(NUMPY, type.get(), order, dimensions, bytes);
  }

  private static ArrayHeader requirePositive(ArrayHeader header, IdxKind kind, String where) {
    for (int axis = 0; axis < header.dimensions().length; axis++) {
      if (header.dimensions()[axis] < 1) {
        throw refusal(
            header.format(),
            kind,
            where,
            "a dimension of at least 1",
            header.dimensions()[axis] + header.placeOfDimension(axis));
      }
    }
    if (header.dimensions().length == 0) {
      throw refusal(header.format(), kind, where, "an array", "a single number");
    }
    return header;
  }

  private static DataException refusal(
      String format, IdxKind kind, String where, String expected, Object found) {
    return new DataException(
        "Cannot read %s %s %s: expected %s, found %s"
            .formatted(format, kind.plural(), where, expected, found));
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(first.length + second.length);
    bytes.writeBytes(first);
    bytes.writeBytes(second);
    return bytes.toByteArray();
  }

  /** A header, and the bytes that it was read from. */
  record Read(ArrayHeader header, byte[] bytes) {}
}
