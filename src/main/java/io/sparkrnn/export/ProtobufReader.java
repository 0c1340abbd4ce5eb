package io.sparkrnn.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The fields of one message in Protocol Buffers' wire format, one after another. What it gives are
 * views of the bytes, so a length that a file only says is never allocated. {@link ProtobufMessage}
 * writes.
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final ByteBuffer bytes;
  private final int end;
  private int wireType;

  ProtobufReader(ByteBuffer bytes) {
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    end = bytes.remaining();
  }

  /** The number of the next field, whose value is to be read or skipped; 0 at the end. */
  int next() {
    if (!bytes.hasRemaining()) {
      return 0;
    }
    long tag = varint();
    wireType = (int) (tag & 7);
    long field = tag >>> 3;
    if (field < 1 || field > 1 << 29) {
      throw damaged("a field");
    }
    return (int) field;
  }

  long number() {
    require(VARINT);
    return varint();
  }

  float fixed() {
    require(FIXED32);
    need(Float.BYTES);
    return bytes.getFloat();
  }

  ByteBuffer bytes() {
    require(LENGTH_DELIMITED);
    long length = varint();
    if (length < 0) {
      throw damaged("a length");
    }
    need(length);
    ByteBuffer value = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    value.limit((int) length);
    bytes.position(bytes.position() + (int) length);
    return value;
  }

  String text() {
    return StandardCharsets.UTF_8.decode(bytes()).toString();
  }

  ProtobufReader message() {
    return new ProtobufReader(bytes());
  }

  boolean isPacked() {
    return wireType == LENGTH_DELIMITED;
  }

  /** Numbers of a repeated field, packed or not, as far as there are any left. */
  static boolean hasMore(ProtobufReader packed) {
    return packed.bytes.hasRemaining();
  }

  /** The next number of a packed field. */
  long packedNumber() {
    return varint();
  }

  /** The next float of a packed field. */
  float packedFloat() {
    need(Float.BYTES);
    return bytes.getFloat();
  }

  void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> advance(Long.BYTES);
      case LENGTH_DELIMITED -> bytes();
      case FIXED32 -> advance(Integer.BYTES);
      default -> throw damaged("a value");
    }
  }

  private void advance(int length) {
    need(length);
    bytes.position(bytes.position() + length);
  }

  private void require(int expected) {
    if (wireType != expected) {
      throw damaged("a value");
    }
  }

  private void need(long length) {
    if (length > bytes.remaining()) {
      throw damaged("%d more bytes".formatted(length));
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      need(1);
      byte next = bytes.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw damaged("a number of at most 10 bytes");
  }

  private IllegalArgumentException damaged(String expected) {
    return new IllegalArgumentException(
        "expected %s of a protocol buffer, found another at byte %d of a message of %d"
            .formatted(expected, bytes.position(), end));
  }
}
