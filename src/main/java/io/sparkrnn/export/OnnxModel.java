package io.sparkrnn.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An ONNX file, as it is: of the fields of {@code onnx.proto} those that decide about what a graph
 * of tensors computes.
 *
 * @param producer the program that wrote it; empty for none
 * @param metadata of any names
 * @param constants by their names
 */
record OnnxModel(
    String producer,
    Map<String, String> metadata,
    String name,
    List<Node> nodes,
    Map<String, Tensor> constants,
    List<Value> inputs,
    List<Value> outputs) {

  static final int FLOAT = 1;
  static final int INT32 = 6;
  static final int INT64 = 7;

  /** An operator with its names; of an attribute only what it has is not null. */
  record Node(
      String name,
      String operator,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {
    /** For messages. */
    String where() {
      return "node \"%s\" (%s)".formatted(name, operator);
    }

    long number(String attribute, long missing) {
      return attributes.containsKey(attribute) ? attributes.get(attribute).number() : missing;
    }

    /** An input's name; empty where it is left out. */
    String input(int index) {
      return index < inputs.size() ? inputs.get(index) : "";
    }
  }

  /** A value of one of these kinds. */
  record Attribute(
      long number,
      float real,
      String text,
      List<Long> numbers,
      List<String> texts,
      Tensor tensor) {}

  /**
   * A constant.
   *
   * @param sizes of its axes; none for a single number
   * @param bytes little-endian
   */
  record Tensor(int type, List<Integer> sizes, ByteBuffer bytes) {
    boolean isFloat() {
      return type == FLOAT;
    }

    boolean isWhole() {
      return type == INT32 || type == INT64;
    }

    int count() {
      return bytes.remaining() / bytesEach(type);
    }

    /** A view. */
    FloatBuffer view() {
      return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    float[] floats() {
      float[] values = new float[count()];
      view().get(values);
      return values;
    }

    /** Of whole numbers. */
    List<Long> longs() {
      ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      List<Long> values = new ArrayList<>();
      while (in.hasRemaining()) {
        values.add(type == INT64 ? in.getLong() : (long) in.getInt());
      }
      return values;
    }

    boolean isZero() {
      ByteBuffer in = bytes.duplicate();
      while (in.hasRemaining()) {
        if (in.get() != 0) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * An input or output of the graph.
   *
   * @param sizes of its axes, {@value #FREE} where any will do
   */
  record Value(String name, int type, List<Integer> sizes) {
    static final int FREE = -1;

    boolean isFloat() {
      return type == FLOAT;
    }
  }

  static int bytesEach(int type) {
    return switch (type) {
      case FLOAT, INT32 -> Integer.BYTES;
      case INT64 -> Long.BYTES;
      // Bytes of others are looked at by nobody.
      default -> 1;
    };
  }
}
