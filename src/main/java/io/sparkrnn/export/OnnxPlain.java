package io.sparkrnn.export;

import io.sparkrnn.export.OnnxGraph.Type;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.Arrays;
import java.util.List;

/**
 * The graph of a plain network of images, all of one length. Its bytes are those of the first
 * version, so it has no more than that version had.
 */
final class OnnxPlain {
  private OnnxPlain() {}

  /** {@code input [batch][timeStep][input]} to {@code logits} and {@code probabilities}. */
  static OnnxGraph graph(ModelFile model) {
    Network network = model.topology().network();
    OnnxGraph graph = new OnnxGraph(model.topology().name());
    graph.node("Transpose", List.of("input"), "x0", OnnxGraph.numbers("perm", 1, 0, 2));
    int top = network.layers().size() - 1;
    for (int l = 0; l <= top; l++) {
      // All of its outputs go up; of the top layer, the last one.
      graph.node(
          "RNN",
          List.of("x" + l, "U" + l, "W" + l, "b" + l),
          l < top ? List.of("y" + l) : List.of("", "h"),
          OnnxGraph.number("hidden_size", network.units(l)),
          OnnxGraph.texts("activations", List.of(activation(network))));
      if (l < top) {
        graph.node("Squeeze", List.of("y" + l, "second"), "x" + (l + 1));
      } else {
        graph.node("Squeeze", List.of("h", "first"), "last");
      }
    }
    graph.node("Gemm", List.of("last", "V", "c"), "logits", OnnxGraph.number("transB", 1));
    graph.node("Softmax", List.of("logits"), "probabilities", OnnxGraph.number("axis", 1));
    for (int l = 0; l <= top; l++) {
      int units = network.units(l);
      graph.parameters("U" + l, values(model, Kind.INPUT_WEIGHTS, l), 1, units, network.inputs(l));
      graph.parameters("W" + l, values(model, Kind.RECURRENT_WEIGHTS, l), 1, units, units);
      // Of the inputs, then of the recurrence, which has none of its own here.
      float[] bias = Arrays.copyOf(values(model, Kind.BIAS, l), 2 * units);
      graph.parameters("b" + l, bias, 1, 2 * units);
    }
    int classes = network.classes();
    graph.parameters("V", values(model, Kind.OUTPUT_WEIGHTS, top + 1), classes, network.read());
    graph.parameters("c", values(model, Kind.OUTPUT_BIAS, top + 1), classes);
    graph.longs("first", 0);
    if (top > 0) {
      graph.longs("second", 1);
    }
    graph.input("input", Type.FLOAT, "", "batch", network.timeSteps(), network.inputSize());
    graph.output("logits", "", "batch", classes);
    graph.output("probabilities", "", "batch", classes);
    return graph;
  }

  private static String activation(Network network) {
    return switch (network.activation()) {
      case TANH -> "Tanh";
      case RELU -> "Relu";
    };
  }

  private static float[] values(ModelFile model, Kind kind, int layer) {
    ParameterBlock block = model.topology().network().layout().block(layer, kind);
    return Arrays.copyOfRange(model.parameters(), block.offset(), block.end());
  }
}
