package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.kernel.Tape.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The oracle: any network by the textbook's formulas, in double, one sample after another, each
 * over its own time steps only. It shares no arithmetic with the kernels, only the names of
 * parameters' places. Gradients are a {@link Tape}'s.
 */
public final class DoubleNetwork {
  /** What a value that a layer gives upwards is multiplied with; of its own time step. */
  @FunctionalInterface
  interface Dropout {
    double factor(int sample, int layer, int way, int timeStep, int unit);
  }

  /**
   * What comes of a minibatch.
   *
   * @param lossSum of all readings, by their weights
   * @param weightSum of all readings; the loss is the mean by it
   * @param outputs {@code [sample][reading][output]}; without outputs, what a head would read
   * @param gradient of the loss by all parameters
   * @param states {@code [sample][value]} in the layout of {@link Network#stateSize}, of networks
   *     that can carry it
   */
  public record Result(
      double lossSum,
      double weightSum,
      double[][][] outputs,
      double[] gradient,
      double[][] states) {
    public double loss() {
      return lossSum / weightSum;
    }
  }

  private final Network network;
  private final List<ParameterBlock> blocks;
  private final double[] parameters;
  private final double[][] initialStates;
  private final Dropout dropout;

  private DoubleNetwork(
      Network network, double[] parameters, double[][] initialStates, Dropout dropout) {
    this.network = network;
    blocks = network.layout().blocks();
    this.parameters = parameters;
    this.initialStates = initialStates;
    this.dropout = dropout;
  }

  DoubleNetwork(Network network, double[] parameters) {
    this(network, parameters, null, (sample, layer, way, timeStep, unit) -> 1);
  }

  public DoubleNetwork(Network network, float[] parameters) {
    this(network, widened(parameters));
  }

  /** The same with a state to start from, of each sample of a minibatch in its order. */
  DoubleNetwork startingAt(double[][] states) {
    if (!network.canCarryState()) {
      throw new IllegalArgumentException("a network that cannot start at a state");
    }
    return new DoubleNetwork(network, parameters, states, dropout);
  }

  DoubleNetwork with(Dropout otherDropout) {
    return new DoubleNetwork(network, parameters, initialStates, otherDropout);
  }

  /** Runs samples of a source as one minibatch. */
  public Result run(MinibatchSource source, int... samples) {
    double lossSum = 0;
    double weightSum = 0;
    double[][][] outputs = new double[samples.length][][];
    double[] gradient = new double[parameters.length];
    double[][] states = new double[samples.length][];
    for (int s = 0; s < samples.length; s++) {
      Sample sample = new Sample(source, samples[s]);
      double[] state = initialStates == null ? new double[network.stateSize()] : initialStates[s];
      List<Vector> readings = sample.outputs(state);
      outputs[s] = readings.stream().map(y -> y.value.clone()).toArray(double[][]::new);
      states[s] = network.canCarryState() ? sample.state() : new double[0];
      if (network.head().outputs() > 0) {
        Vector loss = sample.loss(readings);
        sample.tape.backward(loss);
        lossSum += loss.value[0];
        weightSum += sample.weight;
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] += sample.parameters.gradient[i];
        }
      }
    }
    if (network.head().outputs() > 0) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] /= weightSum;
      }
    }
    return new Result(lossSum, weightSum, outputs, gradient, states);
  }

  /** A layer's state: its output, and what an LSTM remembers. */
  private record State(Vector h, Vector c) {}

  /** The parameters of one direction of a layer. */
  private record Way(Vector u, Vector w, Vector b, Vector bh) {}

  private final class Sample {
    final Tape tape = new Tape();
    final Vector parameters = tape.vector(DoubleNetwork.this.parameters);
    final MinibatchSource source;
    final int sample;
    final int length;

    /** Of all readings. */
    double weight;

    /** Of each layer after the last time step. */
    final List<State> last = new ArrayList<>();

    Sample(MinibatchSource source, int sample) {
      this.source = source;
      this.sample = sample;
      length = source.length(sample);
    }

    /** Of each reading. */
    List<Vector> outputs(double[] initialState) {
      List<Vector> values = inputs();
      int at = 0;
      for (int l = 0; l < network.layers().size(); l++) {
        int units = network.units(l);
        Vector h = tape.vector(Arrays.copyOfRange(initialState, at, at + units));
        at += units;
        Vector c = tape.zeros(units);
        if (isLstm(l)) {
          c = tape.vector(Arrays.copyOfRange(initialState, at, at + units));
          at += units;
        }
        values = layer(l, values, new State(h, c));
      }
      return read(values).stream().map(this::output).toList();
    }

    private List<Vector> inputs() {
      int width = network.input().dense();
      float[] dense = new float[network.timeSteps() * width];
      source.layOut(new int[] {sample}, 0, 1, dense, 0, width, 1);
      List<Vector> inputs = new ArrayList<>();
      for (int t = 0; t < length; t++) {
        List<Vector> parts = new ArrayList<>();
        parts.add(tape.vector(widened(Arrays.copyOfRange(dense, t * width, (t + 1) * width))));
        for (int channel = 0; channel < network.input().categorical().size(); channel++) {
          parts.add(embedded(channel, source.id(channel, sample, t)));
        }
        if (network.input().join() == Join.EVERY_STEP) {
          parts.add(statics());
        }
        inputs.add(tape.joined(parts));
      }
      return inputs;
    }

    /** The vector of an id; that of the padding is read, but never trained. */
    private Vector embedded(int channel, int id) {
      Embedding embedding = network.input().categorical().get(channel);
      int at = place(channel, 0, Kind.EMBEDDING).offset() + id * embedding.width();
      Vector vector = parameters.part(at, embedding.width());
      return id == embedding.padding() ? tape.vector(vector.value) : vector;
    }

    private Vector statics() {
      return tape.vector(
          IntStream.range(0, network.input().statics())
              .mapToDouble(i -> source.fixed(sample, i))
              .toArray());
    }

    /** What a layer gives upwards at each time step. */
    private List<Vector> layer(int l, List<Vector> below, State initial) {
      List<List<Vector>> outputs = new ArrayList<>();
      for (int t = 0; t < length; t++) {
        outputs.add(new ArrayList<>());
      }
      for (int way = 0; way < ways(l); way++) {
        Way parametersOfWay = way(l, way);
        List<Integer> timeSteps = new ArrayList<>(IntStream.range(0, length).boxed().toList());
        if (isReversed(l, way)) {
          Collections.reverse(timeSteps);
        }
        State state = initial;
        for (int t : timeSteps) {
          state = next(network.layers().get(l).cell(), parametersOfWay, below.get(t), state);
          outputs.get(t).add(state.h().times(factors(l, way, t)));
        }
        last.add(state);
      }
      return outputs.stream().map(tape::joined).toList();
    }

    private Vector factors(int l, int way, int t) {
      return tape.vector(
          IntStream.range(0, network.units(l))
              .mapToDouble(unit -> dropout.factor(sample, l, way, t, unit))
              .toArray());
    }

    private Way way(int l, int way) {
      Vector bias = block(l, way, Kind.BIAS);
      return new Way(
          block(l, way, Kind.INPUT_WEIGHTS),
          block(l, way, Kind.RECURRENT_WEIGHTS),
          bias,
          network.layers().get(l).biases() == Biases.TWO
              ? block(l, way, Kind.RECURRENT_BIAS)
              : tape.zeros(bias.length()));
    }

    /** The state after a time step: the formulas of the cells. */
    private State next(String cell, Way way, Vector x, State before) {
      int units = before.h().length();
      Vector ux = way.u().product(x).plus(way.b());
      Vector wh = way.w().product(before.h()).plus(way.bh());
      Vector a = ux.plus(wh);
      switch (cell) {
        case "elman-tanh":
          return new State(a.tanh(), before.c());
        case "elman-relu":
          return new State(tape.zeros(units).max(a), before.c());
        case "lstm":
          Vector z = gate(a, 0, units).tanh();
          Vector f = gate(a, 1, units).sigmoid();
          Vector o = gate(a, 2, units).sigmoid();
          Vector i = gate(a, 3, units).sigmoid();
          Vector c = f.times(before.c()).plus(i.times(z));
          return new State(o.times(c.tanh()), c);
        case "gru":
          Vector reset = gate(a, 0, units).sigmoid();
          Vector update = gate(a, 1, units).sigmoid();
          Vector n = gate(ux, 2, units).plus(reset.times(gate(wh, 2, units))).tanh();
          Vector one = tape.zeros(units).plus(1);
          return new State(one.minus(update).times(n).plus(update.times(before.h())), before.c());
        default:
          throw new IllegalArgumentException("a cell without formulas: " + cell);
      }
    }

    private static Vector gate(Vector all, int gate, int units) {
      return all.part(gate * units, units);
    }

    /** What the head reads, once or at each time step. */
    private List<Vector> read(List<Vector> top) {
      Reads reads = network.head().reads();
      List<Vector> read =
          switch (reads) {
            case LAST -> List.of(lastOfEachWay(top));
            case MEAN ->
                List.of(top.stream().reduce(Vector::plus).orElseThrow().times(1.0 / length));
            case MAX -> List.of(top.stream().reduce(Vector::max).orElseThrow());
            case EVERY -> top;
          };
      if (network.input().join() == Join.EVERY_STEP) {
        return read;
      }
      return read.stream().map(states -> tape.joined(List.of(states, statics()))).toList();
    }

    private Vector lastOfEachWay(List<Vector> top) {
      int l = network.layers().size() - 1;
      int units = network.units(l);
      return tape.joined(
          IntStream.range(0, ways(l))
              .mapToObj(
                  way -> top.get(isReversed(l, way) ? 0 : length - 1).part(way * units, units))
              .toList());
    }

    private Vector output(Vector read) {
      if (network.head().outputs() == 0) {
        return read;
      }
      int top = network.layers().size();
      Vector product = block(top, 0, Kind.OUTPUT_WEIGHTS).product(read);
      return product.plus(block(top, 0, Kind.OUTPUT_BIAS));
    }

    /** The sum over readings by their weights, which are added up beside it. */
    Vector loss(List<Vector> readings) {
      DoubleLoss loss = new DoubleLoss(network.head().loss(), tape, source, sample);
      Vector sum = tape.zeros(1);
      for (int step = 0; step < readings.size(); step++) {
        double readingWeight = source.weight(sample, step);
        // Nothing need be known of a reading that does not count.
        if (readingWeight != 0) {
          sum = sum.plus(loss.of(readings.get(step), step).times(readingWeight));
          weight += readingWeight * loss.weight(step);
        }
      }
      return sum;
    }

    /** After the last time step, in the layout of {@link Network#stateSize}. */
    double[] state() {
      List<Vector> parts = new ArrayList<>();
      for (int l = 0; l < last.size(); l++) {
        parts.add(last.get(l).h());
        if (isLstm(l)) {
          parts.add(last.get(l).c());
        }
      }
      return tape.joined(parts).value;
    }

    private Vector block(int layer, int way, Kind kind) {
      ParameterBlock place = place(layer, way, kind);
      return parameters.part(place.offset(), place.count());
    }
  }

  private ParameterBlock place(int layer, int way, Kind kind) {
    return blocks.stream()
        .filter(block -> block.layer() == layer && block.way() == way && block.kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  private boolean isLstm(int l) {
    return network.layers().get(l).cell().equals("lstm");
  }

  private int ways(int l) {
    return network.layers().get(l).direction() == Direction.BOTH ? 2 : 1;
  }

  private boolean isReversed(int l, int way) {
    Layer layer = network.layers().get(l);
    return way == 1 || layer.direction() == Direction.BACKWARD;
  }

  private static double[] widened(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
