package io.sparkrnn.export;

import io.sparkrnn.export.OnnxModel.Node;
import io.sparkrnn.export.OnnxModel.Tensor;
import io.sparkrnn.export.OnnxModel.Value;
import io.sparkrnn.export.OnnxSymbol.Axis;
import io.sparkrnn.export.OnnxSymbol.Constant;
import io.sparkrnn.export.OnnxSymbol.Moment;
import io.sparkrnn.export.OnnxSymbol.Stage;
import io.sparkrnn.export.OnnxSymbol.Steps;
import io.sparkrnn.export.OnnxSymbol.Unknown;
import io.sparkrnn.export.OnnxSymbol.Zeros;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Follows a graph node by node, without computing it: an embedding perhaps, recurrent layers one
 * above the other, one product with a bias, perhaps a softmax or a logistic function. Each operator
 * has a rule for what it does to the axes of sequences; what no rule knows is an {@link Unknown},
 * and refused where something depends on it.
 */
final class OnnxChain {
  /** A recurrent operator, as the file has its weights. */
  record Recurrent(
      String operator,
      boolean relu,
      String direction,
      int units,
      int inputs,
      List<Tensor> weights) {}

  private final OnnxModel model;
  private final Map<String, OnnxSymbol> symbols = new HashMap<>();
  private final Set<String> lengths = new HashSet<>();
  private String timeAxis = "";

  // What was found, from below.
  private Tensor embedding;
  private Axis time;
  private final List<Recurrent> layers = new ArrayList<>();
  private Moment reads;
  private Tensor headWeights;
  private boolean headTransposed;
  private Tensor headBias;
  private String activation = "";

  OnnxChain(OnnxModel model) {
    this.model = model;
    model.constants().forEach((name, tensor) -> symbols.put(name, new Constant(tensor)));
    for (Value input : model.inputs()) {
      input(input);
    }
    for (Node node : model.nodes()) {
      follow(node);
    }
    for (Value output : model.outputs()) {
      Steps steps = steps(output.name(), "output \"%s\"".formatted(output.name()));
      if (steps.stage().compareTo(Stage.STATES) < 0) {
        throw refused("output \"%s\"".formatted(output.name()), "outputs of a network");
      }
    }
    if (headWeights == null || layers.isEmpty()) {
      throw new IllegalArgumentException(
          "expected recurrent layers under a MatMul or Gemm, found none in the graph \"%s\""
              .formatted(model.name()));
    }
  }

  Optional<Tensor> embedding() {
    return Optional.ofNullable(embedding);
  }

  /** Of the longest sequence, where the file says. */
  Optional<Integer> timeSteps() {
    return time.isFree() ? Optional.empty() : Optional.of(time.size());
  }

  List<Recurrent> layers() {
    return layers;
  }

  Moment reads() {
    return reads;
  }

  int outputs() {
    return headWeights.sizes().get(headTransposed ? 0 : 1);
  }

  /** {@code [output][value]} flat. */
  float[] headWeights() {
    float[] values = headWeights.floats();
    if (headTransposed) {
      return values;
    }
    int outputs = outputs();
    int rows = values.length / outputs;
    float[] turned = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      turned[i % outputs * rows + i / outputs] = values[i];
    }
    return turned;
  }

  Optional<Tensor> headBias() {
    return Optional.ofNullable(headBias);
  }

  /** {@code Softmax}, {@code Sigmoid}, or nothing that the file says. */
  String activation() {
    return activation;
  }

  private void input(Value input) {
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < input.sizes().size(); i++) {
      axes.add(new Axis(String.valueOf(i), input.sizes().get(i)));
    }
    if (input.isFloat() && axes.size() == 3) {
      symbols.put(input.name(), new Steps(Stage.BELOW, List.of(), Moment.ALL, axes));
    } else if (!input.isFloat() && axes.size() == 2) {
      symbols.put(input.name(), new Steps(Stage.IDS, List.of(), Moment.ALL, axes));
    } else if (!input.isFloat() && axes.size() == 1) {
      lengths.add(input.name());
    } else {
      throw new IllegalArgumentException(
          "expected an input of 3 axes of numbers, or 2 of ids, found \"%s\" of %d axes"
              .formatted(input.name(), axes.size()));
    }
  }

  private void follow(Node node) {
    OnnxSymbol symbol =
        switch (node.operator()) {
          case "RNN", "LSTM", "GRU" -> recurrent(node);
          case "MatMul", "Gemm" -> product(node);
          case "Add" -> biased(node);
          case "Softmax", "LogSoftmax", "Sigmoid" -> activated(node);
          default -> new OnnxShapes(node, this::symbol, timeAxis).result();
        };
    if (symbol instanceof Unknown) {
      symbol = origin(node);
    }
    if (symbol instanceof Steps steps
        && node.operator().equals("Gather")
        && steps.stage() == Stage.BELOW
        && symbol(node.input(0)) instanceof Constant constant) {
      embedding = once(embedding, constant.tensor(), node);
    }
    for (int i = 0; i < node.outputs().size(); i++) {
      String name = node.outputs().get(i);
      OnnxSymbol other = i == 1 && isRecurrent(node) ? reached((Steps) symbol) : new Unknown(node);
      if (!name.isEmpty() && symbols.put(name, i == 0 ? symbol : other) != null) {
        throw new IllegalArgumentException("expected one value \"%s\", found two".formatted(name));
      }
    }
  }

  /** The first node on the way here that no rule knows. */
  private Unknown origin(Node node) {
    return node.inputs().stream()
        .map(this::symbol)
        .filter(Unknown.class::isInstance)
        .map(Unknown.class::cast)
        .findFirst()
        .orElse(new Unknown(node));
  }

  private static boolean isRecurrent(Node node) {
    return Set.of("RNN", "LSTM", "GRU").contains(node.operator());
  }

  /** The second output: the state that each way comes to last. */
  private static Steps reached(Steps all) {
    List<Axis> axes = List.of(all.axes().get(1), all.axes().get(2), all.axes().get(3));
    return new Steps(Stage.STATES, all.ways(), Moment.REACHED, axes);
  }

  private OnnxSymbol symbol(String name) {
    return symbols.get(name);
  }

  private Steps steps(String name, String where) {
    OnnxSymbol symbol = symbols.get(name);
    if (symbol instanceof Unknown unknown) {
      throw refused(unknown.node().where(), "a graph of recurrent layers under one dense layer");
    }
    if (symbol instanceof Steps steps) {
      return steps;
    }
    throw new IllegalArgumentException(
        "expected sequences in %s, found \"%s\", which is none".formatted(where, name));
  }

  static IllegalArgumentException refused(String where, String expected) {
    return new IllegalArgumentException("expected %s, found %s".formatted(expected, where));
  }

  private static <T> T once(T before, T now, Node node) {
    if (before != null) {
      throw refused("another of them, " + node.where(), "one chain of layers");
    }
    return now;
  }

  private Tensor constant(Node node, int input) {
    if (symbol(node.input(input)) instanceof Constant constant && constant.tensor().isFloat()) {
      return constant.tensor();
    }
    throw refused(node.where(), "constant floats as input %d of a node".formatted(input));
  }

  private OnnxSymbol recurrent(Node node) {
    Steps x = steps(node.input(0), node.where());
    OnnxRecurrent read = new OnnxRecurrent(node, constant(node, 1), constant(node, 2));
    Tensor biases = node.input(3).isEmpty() ? null : constant(node, 3);
    Recurrent layer = read.layer(biases);
    for (int state = 5; state <= 6; state++) {
      requireNoState(node, state);
    }
    if (!node.input(4).isEmpty() && !lengths.contains(node.input(4))) {
      throw refused(node.where(), "an input of the graph as lengths of a node");
    }
    if (!node.input(7).isEmpty()) {
      throw refused(node.where() + " with them", "an LSTM without peepholes");
    }
    boolean above = x.stage() == Stage.STATES && x.moment() == Moment.ALL;
    boolean ofTop =
        above
            && x.ways().equals(read.ways(layers.size() - 1, below()))
            && x.last().size() == layers.get(layers.size() - 1).units() * x.ways().size();
    if (x.axes().size() != 3
        || x.last().size() != layer.inputs()
        || (layers.isEmpty() ? x.stage() != Stage.BELOW : !ofTop)) {
      throw refused(node.where(), "a layer that reads all time steps of the one below");
    }
    if (layers.isEmpty()) {
      time = x.axes().get(0);
      timeAxis = time.name();
    } else if (!x.axes().get(0).name().equals(timeAxis)) {
      throw refused(node.where(), "layers of the same time steps");
    }
    layers.add(layer);
    List<OnnxSymbol.Way> ways = read.ways(layers.size() - 1, layer.direction());
    List<Axis> axes =
        List.of(
            x.axes().get(0),
            new Axis(OnnxAxes.WAYS, ways.size()),
            x.axes().get(1),
            new Axis(OnnxAxes.UNITS, layer.units()));
    return new Steps(Stage.STATES, ways, Moment.ALL, axes);
  }

  private String below() {
    return layers.isEmpty() ? "" : layers.get(layers.size() - 1).direction();
  }

  private void requireNoState(Node node, int input) {
    OnnxSymbol state = symbol(node.input(input));
    boolean zeros =
        state instanceof Zeros || state instanceof Constant constant && constant.tensor().isZero();
    if (!node.input(input).isEmpty() && !zeros) {
      throw refused(node.where(), "zeros as the first state of a node");
    }
  }

  /** The only product with what the head reads. */
  private OnnxSymbol product(Node node) {
    OnnxSymbol read = symbol(node.input(0));
    if (!(read instanceof Steps steps)) {
      return new Unknown(node);
    }
    boolean gemm = node.operator().equals("Gemm");
    Tensor weights = constant(node, 1);
    boolean transposed = gemm && node.number("transB", 0) == 1;
    if (gemm
        && (node.number("transA", 0) != 0 || isScaled(node, "alpha") || isScaled(node, "beta"))) {
      throw refused(node.where(), "a Gemm without transA, alpha and beta");
    }
    int top = layers.size() - 1;
    List<OnnxSymbol.Way> all = top < 0 ? List.of() : OnnxRecurrent.waysOf(top, below());
    boolean fits =
        weights.sizes().size() == 2
            && weights.sizes().get(transposed ? 1 : 0) == steps.last().size()
            && weights.sizes().get(transposed ? 0 : 1) > 0;
    if (steps.stage() != Stage.STATES
        || !steps.ways().equals(all)
        || steps.axes().stream().anyMatch(axis -> axis.name().equals(OnnxAxes.WAYS))
        || steps.moment() == Moment.FIRST
        || steps.moment() == Moment.FINAL
        || !fits) {
      throw refused(
          node.where(),
          "a product of the states that each direction of the top layer comes to last, of their mean, of the largest or of all");
    }
    if ((steps.moment() == Moment.MEAN || steps.moment() == Moment.LARGEST) && usesLengths()) {
      throw refused(node.where(), "no mean or maximum beside lengths");
    }
    headWeights = once(headWeights, weights, node);
    headTransposed = transposed;
    reads = steps.moment();
    if (gemm && !node.input(2).isEmpty()) {
      headBias = bias(constant(node, 2), node);
    }
    List<Axis> axes = new ArrayList<>(steps.axes());
    axes.set(axes.size() - 1, new Axis(OnnxAxes.VALUES, outputs()));
    Stage stage = headBias == null ? Stage.PRODUCTS : Stage.OUTPUTS;
    return new Steps(stage, steps.ways(), steps.moment(), axes);
  }

  private boolean usesLengths() {
    return model.nodes().stream().anyMatch(node -> isRecurrent(node) && !node.input(4).isEmpty());
  }

  private static boolean isScaled(Node node, String attribute) {
    return node.attributes().containsKey(attribute) && node.attributes().get(attribute).real() != 1;
  }

  private Tensor bias(Tensor values, Node node) {
    if (values.count() != outputs() || values.sizes().size() != 1) {
      throw refused(node.where(), "a bias of %d values".formatted(outputs()));
    }
    return values;
  }

  private OnnxSymbol biased(Node node) {
    for (int i = 0; i < 2; i++) {
      if (symbol(node.input(i)) instanceof Steps steps && steps.stage() == Stage.PRODUCTS) {
        headBias = once(headBias, bias(constant(node, 1 - i), node), node);
        return steps.at(Stage.OUTPUTS);
      }
    }
    return new Unknown(node);
  }

  private OnnxSymbol activated(Node node) {
    if (!(symbol(node.input(0)) instanceof Steps steps)) {
      return new Unknown(node);
    }
    int rank = steps.axes().size();
    long axis = node.number("axis", -1);
    boolean ofHead = steps.stage() == Stage.PRODUCTS || steps.stage() == Stage.OUTPUTS;
    if (!ofHead || !node.operator().equals("Sigmoid") && axis != -1 && axis != rank - 1) {
      return new Unknown(node);
    }
    String name = node.operator().equals("Sigmoid") ? "Sigmoid" : "Softmax";
    if (!activation.isEmpty() && !activation.equals(name)) {
      throw refused(node.where(), "one kind of outputs");
    }
    activation = name;
    return steps.at(Stage.ACTIVATED);
  }
}
