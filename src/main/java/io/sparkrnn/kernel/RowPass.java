package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Reads;
import java.util.Arrays;

/**
 * One sample's way through a network, with units as lanes: every element is the chain that {@link
 * RecurrentPass} has, so the bits are equal. Time steps of a layer are its own: one that goes
 * backward begins at the sample's end.
 */
final class RowPass {
  private final Network network;
  private final Ops ops;
  private final float[] parameters;
  private final EmbeddedInputs embeddedInputs;
  private final RowLayer[][] layers;
  private final RowLayer[] top;
  private final RowHead head;
  private final int natural;
  private final int reading;
  private final int outputs;
  private final int states;
  private final int[] order = new int[1];
  private final float[] m;

  /**
   * A pass.
   *
   * @param samples the most whose outputs stay
   */
  RowPass(Network network, Ops ops, float[] parameters, int samples) {
    this.network = network;
    this.ops = ops;
    this.parameters = parameters;
    embeddedInputs = new EmbeddedInputs(network);
    Arena arena = new Arena();
    layers = layers(network, network.timeSteps(), arena);
    top = layers[layers.length - 1];
    head = new RowHead(network, arena);
    natural = arena.reserve((long) network.timeSteps() * network.inputs(0));
    reading = arena.reserve(network.read());
    outputs = arena.reserve((long) samples * head.width());
    states = arena.reserve((long) samples * network.read());
    m = arena.allocate();
    pack(network, parameters, layers, head, m);
  }

  /** The layers of a network and their directions; each has rows for so many time steps. */
  static RowLayer[][] layers(Network network, int timeSteps, Arena arena) {
    RowLayer[][] layers = new RowLayer[network.layers().size()][];
    for (int l = 0; l < layers.length; l++) {
      layers[l] = new RowLayer[ParameterLayout.ways(network.layers().get(l))];
      for (int way = 0; way < layers[l].length; way++) {
        layers[l][way] = new RowLayer(network, l, way, timeSteps, arena);
      }
    }
    return layers;
  }

  /** Transposes all weights. */
  static void pack(
      Network network, float[] parameters, RowLayer[][] layers, RowHead head, float[] m) {
    for (ParameterBlock block : network.layout().blocks()) {
      switch (block.kind()) {
        case INPUT_WEIGHTS, RECURRENT_WEIGHTS ->
            layers[block.layer()][block.way()].pack(block, parameters, m);
        case OUTPUT_WEIGHTS, OUTPUT_BIAS -> head.pack(block, parameters, m);
        default -> {}
      }
    }
  }

  /**
   * Runs a sample, whose last outputs and states stay until another with its number runs.
   *
   * @param taker takes the outputs of each reading; null for nobody
   */
  void run(MinibatchSource source, int sample, InferencePass.Readings taker) {
    int steps = source.length(sample);
    layOut(source, sample, steps);
    for (int l = 0; l < layers.length; l++) {
      for (RowLayer layer : layers[l]) {
        layer.begin(m);
        layer.readInputs(ops, m, parameters, steps);
        for (int t = 0; t < steps; t++) {
          layer.step(ops, m, t, t > 0);
        }
      }
      if (l + 1 < layers.length) {
        give(layers[l], layers[l + 1], steps);
      }
    }
    read(source, sample, steps, taker);
  }

  private void layOut(MinibatchSource source, int sample, int steps) {
    int inputs = network.inputs(0);
    RowLayer first = layers[0][0];
    int at = first.isBackward() ? natural : first.row(0);
    int stride = first.isBackward() ? inputs : first.rowLength();
    order[0] = sample;
    source.layOut(order, 0, 1, m, at, stride, 1);
    int embedded = at + network.input().dense();
    embeddedInputs.write(m, parameters, source, sample, steps, embedded, stride, 1);
    for (RowLayer way : layers[0]) {
      for (int t = 0; way.isBackward() && t < steps; t++) {
        System.arraycopy(m, at + (steps - 1 - t) * stride, m, way.row(t), inputs);
      }
    }
  }

  private void give(RowLayer[] from, RowLayer[] readers, int steps) {
    for (RowLayer reader : readers) {
      for (int t = 0; t < steps; t++) {
        int at = reader.isBackward() ? steps - 1 - t : t;
        copyStates(from, at, steps, reader.row(t));
      }
    }
  }

  /** Copies what a layer's directions give at a time step of the sample's own. */
  private void copyStates(RowLayer[] from, int t, int steps, int to) {
    int at = to;
    for (RowLayer way : from) {
      System.arraycopy(m, way.state(way.isBackward() ? steps - 1 - t : t), m, at, way.units);
      at += way.units;
    }
  }

  private void read(MinibatchSource source, int sample, int steps, InferencePass.Readings taker) {
    int stateRows = 0;
    for (RowLayer way : top) {
      int last = states + sample * network.read() + stateRows;
      System.arraycopy(m, way.state(steps - 1), m, last, way.units);
      stateRows += way.units;
    }
    for (int i = stateRows; i < network.read() && network.input().join() == Join.HEAD; i++) {
      m[reading + i] = source.fixed(sample, i - stateRows);
    }
    int to = outputs + sample * head.width();
    boolean every = network.head().reads() == Reads.EVERY;
    for (int step = 0; step < (every ? steps : 1); step++) {
      switch (network.head().reads()) {
        case LAST -> System.arraycopy(m, states + sample * network.read(), m, reading, stateRows);
        case EVERY -> copyStates(top, step, steps, reading);
        case MEAN, MAX -> pool(steps, stateRows);
      }
      head.outputs(ops, m, parameters, reading, to);
      if (taker != null && network.classes() > 0) {
        taker.reading(sample, step, m, to, 1);
      }
    }
  }

  /** The mean, or the largest, over the sample's time steps. */
  private void pool(int steps, int stateRows) {
    boolean mean = network.head().reads() == Reads.MEAN;
    Arrays.fill(m, reading, reading + stateRows, mean ? 0f : Float.NEGATIVE_INFINITY);
    for (int t = 0; t < steps; t++) {
      int at = reading;
      for (RowLayer way : top) {
        int from = way.state(way.isBackward() ? steps - 1 - t : t);
        for (int u = 0; u < way.units; u++, at++) {
          float value = m[from + u];
          if (mean) {
            m[at] += value;
          } else if (value > m[at] || Float.isNaN(value) || t == 0) {
            m[at] = value;
          }
        }
      }
    }
    for (int i = reading; mean && i < reading + stateRows; i++) {
      m[i] /= steps;
    }
  }

  float logit(int sample, int output) {
    return m[outputs + sample * head.width() + output];
  }

  /** The states that the directions of the top layer came to last. */
  void lastState(int sample, float[] to) {
    int units = network.layers().get(network.layers().size() - 1).outputs();
    System.arraycopy(m, states + sample * network.read(), to, 0, units);
  }
}
