package io.sparkrnn.cli;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.VectorLayout;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What becomes of one batch on its way through a network: every array of the computation. */
final class BatchStages {
  private static final Ops KERNELS = new PortableOps();

  private final RnnTopology topology;
  private final Network network;
  private final float[] parameters;
  private final int samples;
  private final Map<Axes, float[]> batches = new EnumMap<>(Axes.class);
  private final Map<Axes, ForwardPass> passes = new EnumMap<>(Axes.class);

  /** Runs the first samples of a dataset through the network, in both orders of axes. */
  BatchStages(RnnTopology topology, float[] parameters, SequenceDataset data, int samples) {
    this.topology = topology;
    this.network = topology.network();
    this.parameters = parameters;
    this.samples = samples;
    int[] first = IntStream.range(0, samples).toArray();
    for (Axes axes : Axes.values()) {
      float[] batch = data.batch(first, axes);
      batches.put(axes, batch);
      passes.put(axes, ForwardPass.run(KERNELS, topology, parameters, batch, axes, samples));
    }
  }

  /** Of images the batch as such, of one channel; the batch as sequences, and by time step. */
  List<NamedArray> inputs() {
    NamedArray timeMajor = input("the same, time-major", Axes.TIME_MAJOR);
    if (!topology.trainable()) {
      return List.of(input("sequences, batch-first", Axes.BATCH_FIRST), timeMajor);
    }
    NamedArray rows = input("rows as time steps, batch-first", Axes.BATCH_FIRST);
    List<Integer> images = List.of(samples, 1, network.timeSteps(), network.inputSize());
    return List.of(
        new NamedArray("images, of one channel", images, rows.values()), rows, timeMajor);
  }

  NamedArray input(String name, Axes axes) {
    return sequences(name, axes, network.inputSize(), batches.get(axes));
  }

  /** {@code h_t} of all time steps of a layer. */
  NamedArray hidden(String name, int layer, Axes axes) {
    return sequences(name, axes, network.units(layer), passes.get(axes).hidden().get(layer));
  }

  private NamedArray sequences(String name, Axes axes, int width, float[] values) {
    return new NamedArray(
        name,
        switch (axes) {
          case BATCH_FIRST -> List.of(samples, network.timeSteps(), width);
          case TIME_MAJOR -> List.of(network.timeSteps(), samples, width);
        },
        values);
  }

  /** The terms of one time step of a layer, {@code h_t = f(x_t U + h_{t-1} W + b)}. */
  List<NamedArray> step(int layer, int timeStep) {
    NamedArray inputs =
        layer == 0 ? input("x", Axes.TIME_MAJOR) : hidden("x", layer - 1, Axes.TIME_MAJOR);
    NamedArray states = hidden("h", layer, Axes.TIME_MAJOR);
    NamedArray input = inputs.at(timeStep, "x_t");
    NamedArray before =
        timeStep == 0
            ? new NamedArray(
                "h_{t-1}",
                List.of(samples, network.units(layer)),
                new float[samples * network.units(layer)])
            : states.at(timeStep - 1, "h_{t-1}");
    NamedArray u = block("U", layer, Kind.INPUT_WEIGHTS);
    NamedArray w = block("W", layer, Kind.RECURRENT_WEIGHTS);
    return List.of(
        u,
        w,
        block("b", layer, Kind.BIAS),
        input,
        input.times("U x_t", u),
        before,
        before.times("W h_{t-1}", w),
        states.at(timeStep, "h_t"));
  }

  /** {@code [layers, samples, units]}, or one array a layer where they differ in units. */
  List<NamedArray> finalHidden() {
    List<float[]> states = passes.get(Axes.BATCH_FIRST).finalHidden();
    if (network.hidden().stream().distinct().count() == 1) {
      return List.of(
          new NamedArray(
              "final hidden state, by layer",
              List.of(states.size(), samples, network.units(0)),
              VectorLayout.join(states.toArray(float[][]::new))));
    }
    return IntStream.range(0, states.size())
        .mapToObj(
            l ->
                new NamedArray(
                    "final hidden state of layer " + l,
                    List.of(1, samples, network.units(l)),
                    states.get(l)))
        .toList();
  }

  /** The output layer's terms. */
  List<NamedArray> output() {
    return List.of(
        block("V", network.layers().size(), Kind.OUTPUT_WEIGHTS),
        block("c", network.layers().size(), Kind.OUTPUT_BIAS),
        new NamedArray(
            "out", List.of(samples, network.classes()), passes.get(Axes.BATCH_FIRST).logits()));
  }

  /** Whether batch-first and time-major input gave the same numbers. */
  boolean ordersAgree() {
    ForwardPass batchFirst = passes.get(Axes.BATCH_FIRST);
    ForwardPass timeMajor = passes.get(Axes.TIME_MAJOR);
    boolean equal = Arrays.equals(batchFirst.logits(), timeMajor.logits());
    for (int l = 0; l < network.layers().size(); l++) {
      equal &= Arrays.equals(batchFirst.finalHidden().get(l), timeMajor.finalHidden().get(l));
    }
    return equal;
  }

  private NamedArray block(String name, int layer, Kind kind) {
    return NamedArray.of(name, network.layout().block(layer, kind), parameters);
  }
}
