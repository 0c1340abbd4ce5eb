package io.sparkrnn.export;

import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.model.Floats;
import io.sparkrnn.model.RnnTopology;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * A model as ONNX, for runtimes everywhere. Operators and field numbers are those of onnx.ai,
 * operator set 14, IR version 7.
 *
 * <p>The graph has the input {@code input [batch][timeStep][input]}, images as floats from 0 to 1,
 * and the outputs {@code logits} and {@code probabilities [batch][class]}. Rounding is that of the
 * runtime.
 */
public final class OnnxFile {
  private static final int IR_VERSION = 7;
  private static final int OPERATOR_SET = 14;
  private static final int TYPE_FLOAT = 1;
  private static final int TYPE_INT64 = 7;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;
  private static final int ATTRIBUTE_STRINGS = 8;

  private OnnxFile() {}

  /**
   * The file's bytes; equal models give equal bytes.
   *
   * @throws IllegalArgumentException for a model without an output layer, which predicts nothing,
   *     and for one that is not plain
   */
  public static byte[] encode(ModelFile model, String producerVersion) {
    if (!model.topology().trainable()) {
      throw new IllegalArgumentException(
          "expected a model with an output layer, found " + model.topology().summary());
    }
    if (!model.topology().network().isPlain()) {
      throw new IllegalArgumentException(
          "expected plain Elman layers under a softmax, found " + model.topology().summary());
    }
    ProtobufMessage file =
        new ProtobufMessage()
            .number(1, IR_VERSION)
            .text(2, "spark-rnn")
            .text(3, producerVersion)
            .message(7, graph(model))
            .message(8, new ProtobufMessage().text(1, "").number(2, OPERATOR_SET));
    new TreeMap<>(model.provenance())
        .forEach(
            (name, value) -> file.message(14, new ProtobufMessage().text(1, name).text(2, value)));
    return file.toBytes();
  }

  private static ProtobufMessage graph(ModelFile model) {
    RnnTopology topology = model.topology();
    Network network = topology.network();
    ProtobufMessage graph = new ProtobufMessage();
    graph.message(1, node("Transpose", List.of("input"), List.of("x0"), ints("perm", 1, 0, 2)));
    int top = network.layers().size() - 1;
    for (int l = 0; l <= top; l++) {
      // All of its outputs go up; of the top layer, the last one.
      List<String> outputs = l < top ? List.of("y" + l) : List.of("", "h");
      graph.message(
          1,
          node(
              "RNN",
              List.of("x" + l, "U" + l, "W" + l, "b" + l),
              outputs,
              number("hidden_size", network.units(l)),
              texts("activations", activation(network))));
      graph.message(
          1,
          l < top
              ? node("Squeeze", List.of("y" + l, "second"), List.of("x" + (l + 1)))
              : node("Squeeze", List.of("h", "first"), List.of("last")));
    }
    graph.message(
        1, node("Gemm", List.of("last", "V", "c"), List.of("logits"), number("transB", 1)));
    graph.message(
        1, node("Softmax", List.of("logits"), List.of("probabilities"), number("axis", 1)));
    graph.text(2, topology.name());
    for (int l = 0; l <= top; l++) {
      addLayer(graph, model, l);
    }
    addTensor(graph, "V", model, Kind.OUTPUT_WEIGHTS, top + 1, network.classes(), network.read());
    addTensor(graph, "c", model, Kind.OUTPUT_BIAS, top + 1, network.classes());
    graph.message(5, axis("first", 0));
    if (top > 0) {
      graph.message(5, axis("second", 1));
    }
    graph.message(11, value("input", network.timeSteps(), network.inputSize()));
    graph.message(12, value("logits", network.classes()));
    graph.message(12, value("probabilities", network.classes()));
    return graph;
  }

  private static String activation(Network network) {
    return switch (network.activation()) {
      case TANH -> "Tanh";
      case RELU -> "Relu";
    };
  }

  private static void addLayer(ProtobufMessage graph, ModelFile model, int layer) {
    Network network = model.topology().network();
    int units = network.units(layer);
    int inputs = network.inputs(layer);
    addTensor(graph, "U" + layer, model, Kind.INPUT_WEIGHTS, layer, 1, units, inputs);
    addTensor(graph, "W" + layer, model, Kind.RECURRENT_WEIGHTS, layer, 1, units, units);
    // Of the inputs, then of the recurrence, which has none of its own here.
    float[] bias = Arrays.copyOf(values(model, Kind.BIAS, layer), 2 * units);
    graph.message(5, tensor("b" + layer, bias, 1, 2 * units));
  }

  private static void addTensor(
      ProtobufMessage graph, String name, ModelFile model, Kind kind, int layer, int... sizes) {
    graph.message(5, tensor(name, values(model, kind, layer), sizes));
  }

  private static float[] values(ModelFile model, Kind kind, int layer) {
    ParameterBlock block = model.topology().network().layout().block(layer, kind);
    return Arrays.copyOfRange(model.parameters(), block.offset(), block.end());
  }

  private static ProtobufMessage node(
      String operator, List<String> inputs, List<String> outputs, ProtobufMessage... attributes) {
    ProtobufMessage node = new ProtobufMessage();
    inputs.forEach(input -> node.text(1, input));
    outputs.forEach(output -> node.text(2, output));
    node.text(3, outputs.get(outputs.size() - 1) + "_" + operator.toLowerCase(Locale.ROOT));
    node.text(4, operator);
    for (ProtobufMessage attribute : attributes) {
      node.message(5, attribute);
    }
    return node;
  }

  private static ProtobufMessage number(String name, long value) {
    return new ProtobufMessage().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
  }

  private static ProtobufMessage ints(String name, long... values) {
    ProtobufMessage attribute = new ProtobufMessage().text(1, name);
    for (long value : values) {
      attribute.number(8, value);
    }
    return attribute.number(20, ATTRIBUTE_INTS);
  }

  private static ProtobufMessage texts(String name, String value) {
    return new ProtobufMessage().text(1, name).text(9, value).number(20, ATTRIBUTE_STRINGS);
  }

  private static ProtobufMessage tensor(String name, float[] values, int... sizes) {
    ProtobufMessage tensor = new ProtobufMessage();
    for (int size : sizes) {
      tensor.number(1, size);
    }
    return tensor.number(2, TYPE_FLOAT).text(8, name).bytes(9, Floats.toBytes(values));
  }

  private static ProtobufMessage axis(String name, long axis) {
    byte[] value =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(axis).array();
    return new ProtobufMessage().number(1, 1).number(2, TYPE_INT64).text(8, name).bytes(9, value);
  }

  /** A float tensor whose first axis is the batch. */
  private static ProtobufMessage value(String name, int... sizes) {
    ProtobufMessage dimensions =
        new ProtobufMessage().message(1, new ProtobufMessage().text(2, "batch"));
    for (int size : sizes) {
      dimensions.message(1, new ProtobufMessage().number(1, size));
    }
    ProtobufMessage tensor = new ProtobufMessage().number(1, TYPE_FLOAT).message(2, dimensions);
    return new ProtobufMessage().text(1, name).message(2, new ProtobufMessage().message(1, tensor));
  }
}
