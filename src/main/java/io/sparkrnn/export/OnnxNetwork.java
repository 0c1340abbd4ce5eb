package io.sparkrnn.export;

import static io.sparkrnn.export.OnnxGraph.number;
import static io.sparkrnn.export.OnnxGraph.numbers;
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
import java.util.List;
import java.util.Optional;

/**
 * The graph of any network with a head, from what a table has to what it asks for. Sequences of a
 * batch have lengths of their own; what stands behind an end is not looked at, and what the graph
 * gives there means nothing.
 *
 * <p>Recurrent operators are told the lengths, but nothing depends on their heeding them: OpenVINO
 * does not where the time axis is free. So all of them go forward, over sequences that are reversed
 * up to their own ends where a layer goes backward, and the last states are gathered.
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
      String table =
          graph.parameters("E" + number, vectors, embedding.vocabulary(), embedding.width());
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

  /** All layers: the states of the top one that the head reads first. */
  private String layers(String steps) {
    String x = steps;
    int top = network.layers().size() - 1;
    for (int l = 0; l <= top; l++) {
      boolean last = l == top && network.head().reads() == Reads.LAST;
      Direction direction = network.layers().get(l).direction();
      List<String> ways = new ArrayList<>();
      if (direction != Direction.BACKWARD) {
        String states = recurrent(l, 0, x, "y" + l);
        ways.add(last ? last(states, "h" + l) : states);
      }
      if (direction != Direction.FORWARD) {
        int way = direction == Direction.BOTH ? 1 : 0;
        String states = recurrent(l, way, reversed(x, "r" + l), "z" + l);
        ways.add(last ? last(states, "g" + l) : reversed(states, "w" + l));
      }
      x =
          ways.size() == 1
              ? ways.get(0)
              : graph.node("Concat", ways, "x" + (l + 1), number("axis", last ? 1 : 2));
    }
    return x;
  }

  /** One direction of a layer, {@code [time][batch][unit]} in the order in which it goes. */
  private String recurrent(int l, int way, String x, String to) {
    Layer layer = network.layers().get(l);
    String operator = OnnxWeights.operator(layer.cell());
    int rows = OnnxWeights.places(operator).length * layer.units();
    List<ProtobufMessage> attributes = new ArrayList<>();
    attributes.add(number("hidden_size", layer.units()));
    switch (operator) {
      case "RNN" ->
          attributes.add(
              texts("activations", List.of(layer.cell().equals("elman-relu") ? "Relu" : "Tanh")));
      case "GRU" -> attributes.add(number("linear_before_reset", 1));
      default -> {}
    }
    OnnxWeights weights = OnnxWeights.of(network, l, way);
    String states =
        graph.node(
            operator,
            List.of(
                x,
                graph.parameters("U" + to, weights.input(parameters), 1, rows, network.inputs(l)),
                graph.parameters("W" + to, weights.state(parameters), 1, rows, layer.units()),
                graph.parameters("b" + to, weights.biases(parameters), 1, 2 * rows),
                LENGTHS),
            to,
            attributes.toArray(ProtobufMessage[]::new));
    return graph.squeezed(states, 1, to + "_states");
  }

  /** Each sequence the other way round, up to its own end. */
  private String reversed(String steps, String to) {
    return graph.node(
        "ReverseSequence",
        List.of(steps, ends()),
        to,
        number("time_axis", 0),
        number("batch_axis", 1));
  }

  /** The state that each sequence comes to, {@code [batch][unit]}. */
  private String last(String states, String to) {
    String before = graph.node("Sub", List.of(ends(), graph.longs("one", 1)), "last_steps");
    String places = graph.unsqueezed(before, 1, "places");
    String rows = graph.node("Transpose", List.of(states), to + "_rows", numbers("perm", 1, 0, 2));
    return graph.node("GatherND", List.of(rows, places), to, number("batch_dims", 1));
  }

  /** The lengths, as most operators take them. */
  String ends() {
    return graph.node("Cast", List.of(LENGTHS), "ends", number("to", Type.INT64.number));
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
