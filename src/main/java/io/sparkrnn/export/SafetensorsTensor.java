package io.sparkrnn.export;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor of a safetensors file, in the file's bytes. Numbers of all types are read exactly.
 *
 * @param name as the file has it
 * @param data of all values, little-endian
 */
record SafetensorsTensor(String name, Type type, List<Integer> shape, ByteBuffer data) {
  /** What a value is; the names are the format's. */
  enum Type {
    F32(Float.BYTES),
    F16(Short.BYTES),
    BF16(Short.BYTES),
    /** Only of values that a float holds. */
    F64(Double.BYTES);

    final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  private static final int HALF_EXPONENT = 0x1F;
  private static final int HALF_FRACTION_BITS = 10;
  private static final int FRACTION_BITS = 23;
  private static final int BIAS_APART = 127 - 15;

  /**
   * A value.
   *
   * @throws IllegalArgumentException if no float is equal to it
   */
  float value(int index) {
    return switch (type) {
      case F32 -> data.getFloat(index * Float.BYTES);
      case F16 -> ofHalf(data.getShort(index * Short.BYTES));
      case BF16 -> Float.intBitsToFloat(data.getShort(index * Short.BYTES) << Short.SIZE);
      case F64 -> ofDouble(data.getDouble(index * Double.BYTES));
    };
  }

  /** IEEE 754's binary16; a float holds each. */
  private static float ofHalf(short half) {
    int sign = (half & 0x8000) << Short.SIZE;
    int exponent = half >>> HALF_FRACTION_BITS & HALF_EXPONENT;
    int fraction = half & (1 << HALF_FRACTION_BITS) - 1;
    if (exponent == 0) {
      // Zero and what is below the least normal number: multiples of 2^-24.
      return Math.copySign(fraction * 0x1p-24f, Float.intBitsToFloat(sign | 1));
    }
    int widened = exponent == HALF_EXPONENT ? 0xFF : exponent + BIAS_APART;
    return Float.intBitsToFloat(
        sign | widened << FRACTION_BITS | fraction << FRACTION_BITS - HALF_FRACTION_BITS);
  }

  private float ofDouble(double value) {
    if ((float) value != value && !Double.isNaN(value)) {
      throw new IllegalArgumentException(
          "expected values of the tensor %s, of dtype F64, that a float holds exactly, found %s; PyTorch's .float() rounds"
              .formatted(name, value));
    }
    return (float) value;
  }
}
