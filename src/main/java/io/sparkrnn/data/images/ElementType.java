package io.sparkrnn.data.images;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** What the elements of an array in a file are, in IDX and in NumPy. */
enum ElementType {
  UNSIGNED_BYTE(1, 0x08, "u1"),
  SIGNED_BYTE(1, 0x09, "i1"),
  BOOLEAN(1, 0, "b1"),
  SHORT(2, 0x0B, "i2"),
  UNSIGNED_SHORT(2, 0, "u2"),
  INT(4, 0x0C, "i4"),
  UNSIGNED_INT(4, 0, "u4"),
  LONG(8, 0, "i8"),
  UNSIGNED_LONG(8, 0, "u8"),
  FLOAT(4, 0x0D, "f4"),
  DOUBLE(8, 0x0E, "f8");

  private final int bytes;
  private final int idx;
  private final String numpy;

  ElementType(int bytes, int idx, String numpy) {
    this.bytes = bytes;
    this.idx = idx;
    this.numpy = numpy;
  }

  /** By the third byte of an IDX file. */
  static Optional<ElementType> ofIdx(int type) {
    return Arrays.stream(values()).filter(known -> known.idx != 0 && known.idx == type).findFirst();
  }

  /** By NumPy's name without the order of bytes. */
  static Optional<ElementType> ofNumpy(String name) {
    return Arrays.stream(values()).filter(known -> known.numpy.equals(name)).findFirst();
  }

  /** Of an element. */
  int bytes() {
    return bytes;
  }

  boolean isFloating() {
    return this == FLOAT || this == DOUBLE;
  }

  /** An element; what a long has beyond a double's 53 bits is no pixel and no label. */
  double number(ByteBuffer elements, int index) {
    int at = index * bytes;
    return switch (this) {
      case UNSIGNED_BYTE, BOOLEAN -> elements.get(at) & 0xFF;
      case SIGNED_BYTE -> elements.get(at);
      case SHORT -> elements.getShort(at);
      case UNSIGNED_SHORT -> elements.getShort(at) & 0xFFFF;
      case INT -> elements.getInt(at);
      case UNSIGNED_INT -> elements.getInt(at) & 0xFFFFFFFFL;
      case LONG, UNSIGNED_LONG -> elements.getLong(at);
      case FLOAT -> elements.getFloat(at);
      case DOUBLE -> elements.getDouble(at);
    };
  }
}
