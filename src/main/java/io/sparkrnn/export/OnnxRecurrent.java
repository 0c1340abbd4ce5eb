package io.sparkrnn.export;

import io.sparkrnn.export.OnnxChain.Recurrent;
import io.sparkrnn.export.OnnxModel.Attribute;
import io.sparkrnn.export.OnnxModel.Node;
import io.sparkrnn.export.OnnxModel.Tensor;
import io.sparkrnn.export.OnnxSymbol.Way;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One recurrent operator of a file, whose attributes must say what our cells compute. */
final class OnnxRecurrent {
  private static final Set<String> KNOWN =
      Set.of(
          "hidden_size",
          "direction",
          "activations",
          "linear_before_reset",
          "layout",
          "input_forget");

  private final Node node;
  private final Tensor input;
  private final Tensor state;

  OnnxRecurrent(Node node, Tensor input, Tensor state) {
    this.node = node;
    this.input = input;
    this.state = state;
  }

  /**
   * What it is.
   *
   * @param biases null for none
   */
  Recurrent layer(Tensor biases) {
    for (Map.Entry<String, Attribute> attribute : node.attributes().entrySet()) {
      if (!KNOWN.contains(attribute.getKey())) {
        throw refused("no " + attribute.getKey());
      }
    }
    if (node.number("layout", 0) != 0 || node.number("input_forget", 0) != 0) {
      throw refused("no layout and no input_forget");
    }
    if (node.operator().equals("GRU") && node.number("linear_before_reset", 0) != 1) {
      throw refused("a GRU with linear_before_reset 1, as PyTorch has it,");
    }
    Attribute way = node.attributes().get("direction");
    String direction = way == null ? "forward" : way.text();
    if (!List.of("forward", "reverse", "bidirectional").contains(direction)) {
      throw refused("a direction");
    }
    int ways = waysOf(0, direction).size();
    int gates = OnnxWeights.places(node.operator()).length;
    List<Integer> sizes = state.sizes();
    if (sizes.size() != 3 || sizes.get(2) < 1) {
      throw refused("weights of 3 axes");
    }
    int units = sizes.get(2);
    long rows = (long) gates * units;
    boolean fit =
        sizes.equals(List.of(ways, (int) rows, units))
            && input.sizes().size() == 3
            && input.sizes().subList(0, 2).equals(List.of(ways, (int) rows))
            && input.sizes().get(2) > 0
            && node.number("hidden_size", units) == units
            && (biases == null || biases.sizes().equals(List.of(ways, (int) (2 * rows))));
    if (!fit) {
      throw refused(
          "weights of %d directions, %d gates and %d units".formatted(ways, gates, units));
    }
    List<Tensor> weights = biases == null ? List.of(input, state) : List.of(input, state, biases);
    boolean relu = activations(ways);
    return new Recurrent(node.operator(), relu, direction, units, input.sizes().get(2), weights);
  }

  private IllegalArgumentException refused(String expected) {
    return OnnxChain.refused(node.where(), expected);
  }

  /** Whether they are those of {@code relu}. */
  private boolean activations(int ways) {
    Attribute given = node.attributes().get("activations");
    if (given == null || given.texts().isEmpty()) {
      return false;
    }
    List<String> usual =
        switch (node.operator()) {
          case "LSTM" -> List.of("Sigmoid", "Tanh", "Tanh");
          case "GRU" -> List.of("Sigmoid", "Tanh");
          default -> List.of("Tanh");
        };
    if (given.texts().equals(repeated(usual, ways))) {
      return false;
    }
    if (node.operator().equals("RNN") && given.texts().equals(repeated(List.of("Relu"), ways))) {
      return true;
    }
    throw refused("the usual activations");
  }

  private static List<String> repeated(List<String> texts, int times) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      all.addAll(texts);
    }
    return all;
  }

  List<Way> ways(int layer, String direction) {
    return waysOf(layer, direction);
  }

  static List<Way> waysOf(int layer, String direction) {
    return switch (direction) {
      case "bidirectional" -> List.of(new Way(layer, 0, false), new Way(layer, 1, true));
      case "reverse" -> List.of(new Way(layer, 0, true));
      default -> List.of(new Way(layer, 0, false));
    };
  }

  /** One direction's part of a tensor of all. */
  static float[] part(float[] all, int way, int ways) {
    int length = all.length / ways;
    return Arrays.copyOfRange(all, way * length, (way + 1) * length);
  }
}
