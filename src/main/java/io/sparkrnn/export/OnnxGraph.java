package io.sparkrnn.export;

import io.sparkrnn.model.Floats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An ONNX graph as it is put together: nodes in their order, constants, inputs and outputs. */
final class OnnxGraph {
  /** A type of elements, by its number in ONNX. */
  enum Type {
    FLOAT(1),
    INT32(6),
    INT64(7);

    final int number;

    Type(int number) {
      this.number = number;
    }
  }

  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;
  private static final int ATTRIBUTE_STRINGS = 8;

  /**
   * A constant.
   *
   * @param floats null for whole numbers, which {@code longs} has
   * @param ofParameters whether they are the network's
   */
  record Constant(int[] sizes, float[] floats, long[] longs, boolean ofParameters) {
    private ProtobufMessage message(String name) {
      ProtobufMessage tensor = new ProtobufMessage();
      for (int size : sizes) {
        tensor.number(1, size);
      }
      Type type = floats == null ? Type.INT64 : Type.FLOAT;
      byte[] values = floats == null ? bytes(longs) : Floats.toBytes(floats);
      return tensor.number(2, type.number).text(8, name).bytes(9, values);
    }
  }

  private final String name;

  /** By their last output: one that is asked for again is not added again. */
  private final Map<String, ProtobufMessage> nodes = new LinkedHashMap<>();

  private final Map<String, Constant> constants = new LinkedHashMap<>();
  private final List<ProtobufMessage> inputs = new ArrayList<>();
  private final List<ProtobufMessage> outputs = new ArrayList<>();

  OnnxGraph(String name) {
    this.name = name;
  }

  ProtobufMessage message() {
    return message(constants);
  }

  /** All that there is beside constants. */
  ProtobufMessage structure() {
    return message(Map.of());
  }

  private ProtobufMessage message(Map<String, Constant> constants) {
    ProtobufMessage graph = new ProtobufMessage();
    nodes.values().forEach(node -> graph.message(1, node));
    graph.text(2, name);
    constants.forEach((label, constant) -> graph.message(5, constant.message(label)));
    inputs.forEach(input -> graph.message(11, input));
    outputs.forEach(output -> graph.message(12, output));
    return graph;
  }

  /** A node of one output, whose name is given and returned. */
  String node(String operator, List<String> from, String to, ProtobufMessage... attributes) {
    return node(operator, from, List.of(to), attributes);
  }

  /**
   * A node.
   *
   * @param to names of its outputs, empty for one that is not used
   * @return the name of the last output
   */
  String node(String operator, List<String> from, List<String> to, ProtobufMessage... attributes) {
    ProtobufMessage node = new ProtobufMessage();
    from.forEach(input -> node.text(1, input));
    to.forEach(output -> node.text(2, output));
    String last = to.get(to.size() - 1);
    node.text(3, last + "_" + operator.toLowerCase(Locale.ROOT));
    node.text(4, operator);
    for (ProtobufMessage attribute : attributes) {
      node.message(5, attribute);
    }
    nodes.putIfAbsent(last, node);
    return last;
  }

  /** Without an axis, which has one element. */
  String squeezed(String from, int axis, String to) {
    return node("Squeeze", List.of(from, axis(axis)), to);
  }

  /** With another axis of one element. */
  String unsqueezed(String from, int axis, String to) {
    return node("Unsqueeze", List.of(from, axis(axis)), to);
  }

  private String axis(int axis) {
    return longs(List.of("first", "second", "third").get(axis), axis);
  }

  static ProtobufMessage number(String name, long value) {
    return new ProtobufMessage().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
  }

  static ProtobufMessage numbers(String name, long... values) {
    ProtobufMessage attribute = new ProtobufMessage().text(1, name);
    for (long value : values) {
      attribute.number(8, value);
    }
    return attribute.number(20, ATTRIBUTE_INTS);
  }

  static ProtobufMessage texts(String name, List<String> values) {
    ProtobufMessage attribute = new ProtobufMessage().text(1, name);
    values.forEach(value -> attribute.text(9, value));
    return attribute.number(20, ATTRIBUTE_STRINGS);
  }

  /** Constant parameters of the network; the name is given and returned. */
  String parameters(String constant, float[] values, int... sizes) {
    return constant(constant, new Constant(sizes, values, null, true));
  }

  /** Other floats. */
  String floats(String constant, float[] values, int... sizes) {
    return constant(constant, new Constant(sizes, values, null, false));
  }

  /** Whole numbers of one axis, which may be asked for more than once. */
  String longs(String constant, long... values) {
    return constant(constant, new Constant(new int[] {values.length}, null, values, false));
  }

  /** A single whole number, which may be asked for more than once. */
  String scalar(String constant, long value) {
    return constant(constant, new Constant(new int[0], null, new long[] {value}, false));
  }

  private String constant(String constant, Constant values) {
    constants.putIfAbsent(constant, values);
    return constant;
  }

  Map<String, Constant> constants() {
    return constants;
  }

  private static byte[] bytes(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }

  /**
   * An input of the graph.
   *
   * @param axes sizes, or names of sizes that are free
   */
  String input(String input, Type type, String meaning, Object... axes) {
    inputs.add(value(input, type, meaning, axes));
    return input;
  }

  /** An output of the graph, which a node gives. */
  void output(String output, String meaning, Object... axes) {
    outputs.add(value(output, Type.FLOAT, meaning, axes));
  }

  private static ProtobufMessage value(String name, Type type, String meaning, Object... axes) {
    ProtobufMessage dimensions = new ProtobufMessage();
    for (Object axis : axes) {
      dimensions.message(
          1,
          axis instanceof String free
              ? new ProtobufMessage().text(2, free)
              : new ProtobufMessage().number(1, (Integer) axis));
    }
    ProtobufMessage tensor = new ProtobufMessage().number(1, type.number).message(2, dimensions);
    ProtobufMessage value =
        new ProtobufMessage().text(1, name).message(2, new ProtobufMessage().message(1, tensor));
    return meaning.isEmpty() ? value : value.text(3, meaning);
  }
}
