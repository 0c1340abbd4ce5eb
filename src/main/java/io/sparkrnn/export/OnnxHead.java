package io.sparkrnn.export;

import static io.sparkrnn.export.OnnxGraph.number;
import static io.sparkrnn.export.OnnxGraph.numbers;

import io.sparkrnn.export.OnnxGraph.Type;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import java.util.Arrays;
import java.util.List;

/** The part of an {@link OnnxNetwork} above its recurrent layers, to the units of the table. */
final class OnnxHead {
  private final Network network;
  private final float[] parameters;
  private final TargetScale targets;
  private final OnnxGraph graph;
  private final OnnxNetwork below;

  OnnxHead(ModelFile model, OnnxGraph graph, OnnxNetwork below) {
    network = model.topology().network();
    parameters = model.parameters();
    targets = model.preparation().map(Preparation::targets).orElse(TargetScale.IDENTITY);
    this.graph = graph;
    this.below = below;
  }

  /**
   * Adds the head.
   *
   * @param states {@code [batch][value]} where it reads the last ones, else {@code
   *     [time][batch][value]}
   */
  void write(String states) {
    outputs(read(states));
  }

  /** What the head multiplies, {@code [batch][value]} or {@code [batch][time][value]}. */
  private String read(String states) {
    String read =
        switch (network.head().reads()) {
          case LAST -> states;
          case EVERY -> graph.node("Transpose", List.of(states), "steps", numbers("perm", 1, 0, 2));
          case MEAN -> mean(states);
          case MAX -> largest(states);
        };
    if (network.input().statics() == 0 || network.input().join() != Join.HEAD) {
      return read;
    }
    boolean every = network.head().reads() == Reads.EVERY;
    return graph.node(
        "Concat",
        List.of(read, every ? below.staticsOfSteps() : OnnxNetwork.STATICS),
        "read",
        number("axis", every ? 2 : 1));
  }

  /** States of {@code [time][batch][value]}, with a number instead of what is behind an end. */
  private String masked(String states, float behind) {
    String shape = graph.node("Shape", List.of(states), "states_shape");
    String steps =
        graph.node(
            "Gather", List.of(shape, graph.scalar("zeroth", 0)), "states_steps", number("axis", 0));
    String times =
        graph.node(
            "Range", List.of(graph.scalar("zeroth", 0), steps, graph.scalar("by", 1)), "times");
    String ends =
        graph.node("Cast", List.of(OnnxNetwork.LENGTHS), "ends", number("to", Type.INT64.number));
    String inside =
        graph.node(
            "Less",
            List.of(
                graph.unsqueezed(times, 1, "times_column"), graph.unsqueezed(ends, 0, "ends_row")),
            "inside");
    String mask = graph.unsqueezed(inside, 2, "mask");
    String other = graph.floats("behind", new float[] {behind}, 1);
    return graph.node("Where", List.of(mask, states, other), "masked");
  }

  private String mean(String states) {
    String sum =
        graph.node(
            "ReduceSum",
            List.of(masked(states, 0), graph.longs("first", 0)),
            "sum",
            number("keepdims", 0));
    String counts =
        graph.node("Cast", List.of(OnnxNetwork.LENGTHS), "counts", number("to", Type.FLOAT.number));
    return graph.node("Div", List.of(sum, graph.unsqueezed(counts, 1, "counts_column")), "mean");
  }

  private String largest(String states) {
    return graph.node(
        "ReduceMax",
        List.of(masked(states, -Float.MAX_VALUE)),
        "largest",
        numbers("axes", 0),
        number("keepdims", 0));
  }

  private void outputs(String read) {
    int outputs = network.classes();
    int width = network.read();
    float[] weights = values(Kind.OUTPUT_WEIGHTS);
    String bias = graph.parameters("c", values(Kind.OUTPUT_BIAS), outputs);
    boolean every = network.head().reads() == Reads.EVERY;
    Loss loss = network.head().loss();
    boolean ofValues = !loss.ofClasses() && !(loss instanceof Loss.Sigmoid);
    String to = ofValues ? "outputs" : "logits";
    if (every) {
      float[] turned = new float[weights.length];
      for (int i = 0; i < weights.length; i++) {
        turned[i % width * outputs + i / width] = weights[i];
      }
      String product =
          graph.node(
              "MatMul", List.of(read, graph.parameters("V", turned, width, outputs)), "products");
      graph.node("Add", List.of(product, bias), to);
    } else {
      String matrix = graph.parameters("V", weights, outputs, width);
      graph.node("Gemm", List.of(read, matrix, bias), to, number("transB", 1));
    }
    if (ofValues) {
      unscale(loss);
      output("values", valuesMeaning(loss), every);
    } else {
      graph.node(
          loss.ofClasses() ? "Softmax" : "Sigmoid",
          List.of("logits"),
          List.of("probabilities"),
          loss.ofClasses()
              ? new ProtobufMessage[] {number("axis", every ? 2 : 1)}
              : new ProtobufMessage[0]);
      output("logits", "before the " + (loss.ofClasses() ? "softmax" : "logistic function"), every);
      output("probabilities", loss.ofClasses() ? "of each class" : "of each output", every);
    }
  }

  private static String valuesMeaning(Loss loss) {
    return loss instanceof Loss.Quantile quantile
        ? "of each target, its quantiles " + quantile.levels()
        : "of each target";
  }

  private void output(String name, String meaning, boolean every) {
    if (every) {
      graph.output(name, meaning, OnnxNetwork.BATCH, OnnxNetwork.TIME, network.classes());
    } else {
      graph.output(name, meaning, OnnxNetwork.BATCH, network.classes());
    }
  }

  /** To the units of the table: the inverse of what targets became. */
  private void unscale(Loss loss) {
    String values = "outputs";
    if (loss instanceof Loss.Poisson) {
      values = graph.node("Exp", List.of(values), "rates");
    }
    if (!targets.means().isEmpty()) {
      int levels = loss instanceof Loss.Quantile quantile ? quantile.levels().size() : 1;
      String deviations = ofOutputs("target_deviations", targets.deviations(), levels);
      String means = ofOutputs("target_means", targets.means(), levels);
      String spread = graph.node("Mul", List.of(values, deviations), "spread");
      values = graph.node("Add", List.of(spread, means), "unscaled");
    }
    if (targets.log1p()) {
      String grown = graph.node("Exp", List.of(values), "grown");
      values =
          graph.node("Sub", List.of(grown, graph.floats("unit", new float[] {1}, 1)), "unlogged");
    }
    graph.node("Identity", List.of(values), "values");
  }

  private String ofOutputs(String name, List<Double> ofTargets, int levels) {
    float[] all = new float[network.classes()];
    for (int output = 0; output < all.length; output++) {
      all[output] = ofTargets.get(output / levels).floatValue();
    }
    return graph.floats(name, all, all.length);
  }

  private float[] values(Kind kind) {
    ParameterBlock block = network.layout().block(kind);
    return Arrays.copyOfRange(parameters, block.offset(), block.end());
  }
}
