package io.sparkrnn.export;

import static io.sparkrnn.export.OnnxGraph.number;
import static io.sparkrnn.export.OnnxGraph.numbers;
import static io.sparkrnn.export.OnnxGraph.text;
import static io.sparkrnn.export.OnnxGraph.texts;

import io.sparkrnn.export.OnnxGraph.Type;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The graph of any network with a head, from what a table has to what it asks for. Sequences of a
 * batch have lengths of their own; what stands behind an end is not looked at, and what the graph
 * gives there means nothing.
 *
 * <p>Inputs, as far as the network has them: {@code input [batch][time][number]} as the table has
 * it, {@code ids [batch][time]} of tokens, {@code statics [batch][number]}, {@code lengths
 * [batch]}, and {@code series [batch]} where each series has its own scale. Outputs: {@code logits}
 * and {@code probabilities}, or {@code values} in the units of the table; {@code [batch][output]},
 * or {@code [batch][time][output]} where the head reads every time step.
 */
final class OnnxNetwork {
  static final String BATCH = "batch";
  static final String TIME = "time";
  static final String LENGTHS = "lengths";
  static final String STATICS = "statics";

  private final Network network;
  private final float[] parameters;
  private final List<ParameterBlock> blocks;
  private final Optional<Preparation> preparation;
  private final OnnxGraph graph;

  private OnnxNetwork(ModelFile model) {
    network = model.topology().network();
    parameters = model.parameters();
    blocks = model.topology().parameters();
    preparation = model.preparation();
    graph = new OnnxGraph(model.topology().name());
  }

  static OnnxGraph graph(ModelFile model) {
    OnnxNetwork made = new OnnxNetwork(model);
    String steps = made.steps();
    new OnnxHead(model, made.graph, made).write(made.layers(steps));
    return made.graph;
  }

  /** What the lowest layer reads, {@code [time][batch][value]}. */
  private String steps() {
    Input input = network.input();
    List<String> parts = new ArrayList<>();
    if (input.dense() > 0) {
      String meaning =
          preparation.isPresent()
              ? "numbers of each time step, as the table has them"
              : "numbers of each time step, as the network reads them";
      graph.input("input", Type.FLOAT, meaning, BATCH, TIME, input.dense());
      parts.add(standardised("input"));
    }
    for (int c = 0; c < input.categorical().size(); c++) {
      String number = input.categorical().size() == 1 ? "" : String.valueOf(c);
      Embedding embedding = input.categorical().get(c);
      String ids = graph.input("ids" + number, Type.INT64, "ids of tokens", BATCH, TIME);
      float[] vectors = values(network.layout().block(c, Kind.EMBEDDING));
      String table = graph.floats("E" + number, vectors, embedding.vocabulary(), embedding.width());
      parts.add(graph.node("Gather", List.of(table, ids), "embedded" + number, number("axis", 0)));
    }
    graph.input(LENGTHS, Type.INT32, "time steps of each sequence, at least 1", BATCH);
    if (input.statics() > 0) {
      graph.input(STATICS, Type.FLOAT, "numbers of each sequence", BATCH, input.statics());
    }
    if (input.statics() > 0 && input.join() == Join.EVERY_STEP) {
      parts.add(staticsOfSteps());
    }
    String joined =
        parts.size() == 1 ? parts.get(0) : graph.node("Concat", parts, "joined", number("axis", 2));
    return graph.node("Transpose", List.of(joined), "x0", numbers("perm", 1, 0, 2));
  }

  private String standardised(String raw) {
    ChannelScale channels = preparation.map(Preparation::channels).orElse(ChannelScale.NONE);
    List<ChannelScale> series =
        preparation.map(fitted -> List.copyOf(fitted.series().values())).orElse(List.of());
    if (channels.isNone() && series.isEmpty()) {
      return raw;
    }
    String means;
    String deviations;
    int width = network.input().dense();
    if (series.isEmpty()) {
      means = graph.floats("means", floats(channels.means()), width);
      deviations = graph.floats("deviations", floats(channels.deviations()), width);
    } else {
      graph.input("series", Type.INT64, "number of each sequence's series", BATCH);
      means = ofSeries("means", series.stream().map(ChannelScale::means).toList());
      deviations = ofSeries("deviations", series.stream().map(ChannelScale::deviations).toList());
    }
    String centred = graph.node("Sub", List.of(raw, means), "centred");
    return graph.node("Div", List.of(centred, deviations), "standardised");
  }

  /** Of each sequence's series, {@code [batch][1][number]}. */
  private String ofSeries(String what, List<List<Double>> ofEach) {
    float[] all = floats(ofEach.stream().flatMap(List::stream).toList());
    String table = graph.floats(what, all, ofEach.size(), network.input().dense());
    String rows = graph.node("Gather", List.of(table, "series"), what + "_rows", number("axis", 0));
    return graph.unsqueezed(rows, 1, what + "_steps");
  }

  /** Static values at every time step, {@code [batch][time][value]}. */
  String staticsOfSteps() {
    String shape =
        graph.node(
            "Concat",
            List.of(graph.longs("one", 1), timeSteps(), graph.longs("one", 1)),
            "steps_shape",
            number("axis", 0));
    String single = graph.unsqueezed(STATICS, 1, "statics_single");
    return graph.node("Expand", List.of(single, shape), "statics_steps");
  }

  /** How many time steps a batch has, of one axis. */
  private String timeSteps() {
    Input input = network.input();
    if (input.dense() == 0 && input.categorical().isEmpty()) {
      String longest =
          graph.node(
              "ReduceMax", List.of(LENGTHS), "longest", numbers("axes", 0), number("keepdims", 1));
      return graph.node("Cast", List.of(longest), "time_steps", number("to", Type.INT64.number));
    }
    String first = input.dense() > 0 ? "input" : input.categorical().size() == 1 ? "ids" : "ids0";
    String shape = graph.node("Shape", List.of(first), "input_shape");
    return graph.node(
        "Gather", List.of(shape, graph.longs("one", 1)), "time_steps", number("axis", 0));
  }

  /** All layers; of the top one, the states that the head reads first. */
  private String layers(String steps) {
    String x = steps;
    int top = network.layers().size() - 1;
    for (int l = 0; l < top; l++) {
      recurrent(l, x, List.of("y" + l));
      x = joined("y" + l, l, "x" + (l + 1));
    }
    if (network.head().reads() == Reads.LAST) {
      recurrent(top, x, List.of("", "h"));
      return bothWays(top)
          ? flattened(
              graph.node("Transpose", List.of("h"), "h_batch", numbers("perm", 1, 0, 2)),
              "last",
              0,
              -1)
          : graph.squeezed("h", 0, "last");
    }
    recurrent(top, x, List.of("y" + top));
    return joined("y" + top, top, "states");
  }

  private boolean bothWays(int l) {
    return network.layers().get(l).direction() == Direction.BOTH;
  }

  /** {@code [time][way][batch][unit]} as {@code [time][batch][value]}. */
  private String joined(String y, int l, String to) {
    return bothWays(l)
        ? flattened(
            graph.node("Transpose", List.of(y), y + "_steps", numbers("perm", 0, 2, 1, 3)),
            to,
            0,
            0,
            -1)
        : graph.squeezed(y, 1, to);
  }

  private void recurrent(int l, String x, List<String> to) {
    Layer layer = network.layers().get(l);
    String operator = OnnxWeights.operator(layer.cell());
    int gates = OnnxWeights.places(operator).length;
    int ways = bothWays(l) ? 2 : 1;
    int rows = gates * layer.units();
    float[] input = OnnxWeights.matrix(blocks, parameters, layer, l, Kind.INPUT_WEIGHTS);
    float[] state = OnnxWeights.matrix(blocks, parameters, layer, l, Kind.RECURRENT_WEIGHTS);
    List<ProtobufMessage> attributes = new ArrayList<>();
    attributes.add(number("hidden_size", layer.units()));
    attributes.add(
        text(
            "direction",
            switch (layer.direction()) {
              case FORWARD -> "forward";
              case BACKWARD -> "reverse";
              case BOTH -> "bidirectional";
            }));
    switch (operator) {
      case "RNN" -> {
        String activation = layer.cell().equals("elman-relu") ? "Relu" : "Tanh";
        attributes.add(texts("activations", Collections.nCopies(ways, activation)));
      }
      case "GRU" -> attributes.add(number("linear_before_reset", 1));
      default -> {}
    }
    graph.node(
        operator,
        List.of(
            x,
            graph.floats("U" + l, input, ways, rows, network.inputs(l)),
            graph.floats("W" + l, state, ways, rows, layer.units()),
            graph.floats(
                "b" + l, OnnxWeights.biases(blocks, parameters, layer, l, ways), ways, 2 * rows),
            LENGTHS),
        to,
        attributes.toArray(ProtobufMessage[]::new));
  }

  /** Joins the axes behind; 0 is the size that there was. */
  private String flattened(String from, String to, long... sizes) {
    String shape = graph.longs("shape" + sizes.length, sizes);
    return graph.node("Reshape", List.of(from, shape), to);
  }

  private float[] values(ParameterBlock block) {
    return Arrays.copyOfRange(parameters, block.offset(), block.end());
  }

  private static float[] floats(List<Double> numbers) {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.get(i).floatValue();
    }
    return values;
  }
}
