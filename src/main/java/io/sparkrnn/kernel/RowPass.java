package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Cell.Part;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Reads;
import java.util.Arrays;

/**
 * One sample's way through a network, with units as lanes: every element is the chain that {@link
 * LayerPass} has, so the bits are equal. Serves forward layers over dense values, of which a head
 * reads the last state.
 *
 * <p>Weights lie transposed, {@code [inputs, units][padded units]} of each part. A layer has a row
 * for each time step: what it reads, then its state before.
 */
final class RowPass {
  /** Lanes of a tile. */
  private static final int WIDTH = 4 * Ops.LANES;

  private final Network network;
  private final Ops ops;
  private final float[] parameters;
  private final Layer[] layers;
  private final int headWeights;
  private final int headBias;
  private final int logits;
  private final int[] order = new int[1];
  private final float[] m;

  /** Places of a layer. */
  private static final class Layer {
    final Cell cell;
    final Part[] parts;
    final int inputs;
    final int units;
    final int rowLength;
    final int rows;
    final int[] weights;
    final int[] partAt;
    final int gates;
    final int memory;
    final int kept;
    final int bias;
    final int recurrentBias;
    final Step step = new Step();

    Layer(Network network, int l, Arena arena) {
      cell = Cell.of(network.layers().get(l).cell());
      parts = cell.parts().toArray(Part[]::new);
      inputs = network.inputs(l);
      units = network.units(l);
      int lanes = Ops.padded(units, Ops.LANES);
      rowLength = inputs + padded(units);
      rows = arena.reserve((network.timeSteps() + 1L) * rowLength);
      weights = new int[parts.length];
      for (int p = 0; p < parts.length; p++) {
        int depth = (parts[p].inputs() ? inputs : 0) + (parts[p].state() ? units : 0);
        weights[p] = arena.reserve((long) depth * padded(parts[p].gates() * lanes));
      }
      Cell.Rows places = Cell.Rows.of(parts, lanes, WIDTH);
      partAt = places.ofParts();
      gates = arena.reserve(places.count());
      memory = arena.reserve((long) cell.memories() * lanes);
      kept = arena.reserve((long) cell.kept() * lanes);
      step.length = lanes;
      step.stride = 1;
      step.offsets = places.ofGates();
      bias = network.layout().offset(l, 0, ParameterBlock.Kind.BIAS);
      recurrentBias = network.layout().offset(l, 0, ParameterBlock.Kind.RECURRENT_BIAS);
    }

    int row(int t) {
      return rows + t * rowLength;
    }

    int state(int t) {
      return row(t + 1) + inputs;
    }
  }

  /** Whether it can compute a network. */
  static boolean serves(Network network) {
    return network.input().width() == network.input().dense()
        && network.input().statics() == 0
        && network.head().reads() == Reads.LAST
        && network.layers().stream().allMatch(layer -> layer.direction() == Direction.FORWARD);
  }

  /**
   * A pass.
   *
   * @param samples the most whose outputs stay
   */
  RowPass(Network network, Ops ops, float[] parameters, int samples) {
    this.network = network;
    this.ops = ops;
    this.parameters = parameters;
    Arena arena = new Arena();
    layers = new Layer[network.layers().size()];
    for (int l = 0; l < layers.length; l++) {
      layers[l] = new Layer(network, l, arena);
    }
    headWeights = arena.reserve((long) network.read() * padded(network.classes()));
    logits = arena.reserve((long) samples * padded(network.classes()));
    m = arena.allocate();
    int biasOfHead = 0;
    for (ParameterBlock block : network.layout().blocks()) {
      switch (block.kind()) {
        case INPUT_WEIGHTS, RECURRENT_WEIGHTS -> pack(block, layers[block.layer()]);
        case OUTPUT_WEIGHTS -> {
          int width = padded(block.columns());
          transpose(block.offset(), block.rows(), block.columns(), headWeights, width);
        }
        case OUTPUT_BIAS -> biasOfHead = block.offset();
        default -> {}
      }
    }
    headBias = biasOfHead;
  }

  private static int padded(int units) {
    return Ops.padded(units, WIDTH);
  }

  private void pack(ParameterBlock block, Layer layer) {
    boolean recurrent = block.kind() == ParameterBlock.Kind.RECURRENT_WEIGHTS;
    for (int p = 0; p < layer.parts.length; p++) {
      Part part = layer.parts[p];
      if (recurrent ? part.state() : part.inputs()) {
        int width = padded(part.gates() * layer.step.length);
        int before = recurrent && part.inputs() ? layer.inputs : 0;
        for (int i = 0; i < part.gates(); i++) {
          int from = block.offset() + (part.firstGate() + i) * layer.units * block.rows();
          int to = layer.weights[p] + before * width + i * layer.step.length;
          transpose(from, block.rows(), layer.units, to, width);
        }
      }
    }
  }

  private void transpose(int from, int inputs, int units, int to, int width) {
    Transpose.rows(parameters, from, inputs, units, inputs, m, to, width);
  }

  /** Runs a sample, whose outputs stay until another with its number runs. */
  void run(MinibatchSource source, int sample) {
    order[0] = sample;
    source.layOut(order, 0, 1, m, layers[0].rows, layers[0].rowLength, 1);
    int length = source.length(sample);
    for (int l = 0; l < layers.length; l++) {
      Layer layer = layers[l];
      Arrays.fill(m, layer.memory, layer.memory + layer.cell.memories() * layer.step.length, 0f);
      for (int t = 0; t < length; t++) {
        step(layer, t);
        if (l + 1 < layers.length) {
          System.arraycopy(m, layer.state(t), m, layers[l + 1].row(t), layer.units);
        }
      }
    }
    Layer top = layers[layers.length - 1];
    int classes = network.classes();
    if (classes > 0) {
      int at = logits + sample * padded(classes);
      System.arraycopy(parameters, headBias, m, at, classes);
      Arrays.fill(m, at + classes, at + padded(classes), 0f);
      int state = top.state(length - 1);
      ops.multiplyAddRow(m, at, padded(classes), top.units, state, headWeights);
    }
  }

  private void step(Layer layer, int t) {
    Step step = layer.step;
    int state = layer.state(t);
    step.gates = layer.cell.inPlace() ? state : layer.gates;
    step.h = state;
    step.before = layer.state(t - 1);
    step.memory = layer.memory;
    step.memoryBefore = layer.memory;
    step.kept = layer.kept;
    for (int p = 0; p < layer.parts.length; p++) {
      Part part = layer.parts[p];
      int width = padded(part.gates() * step.length);
      int at = step.gates + layer.partAt[p];
      Arrays.fill(m, at, at + width, 0f);
      for (int i = 0; i < part.gates(); i++) {
        startAtBias(layer, part, part.firstGate() + i, at + i * step.length);
      }
      // There is no state before the first.
      int ofInputs = part.inputs() ? layer.inputs : 0;
      int depth = ofInputs + (part.state() && t > 0 ? layer.units : 0);
      int from = layer.row(t) + layer.inputs - ofInputs;
      ops.multiplyAddRow(m, at, width, depth, from, layer.weights[p]);
    }
    layer.cell.forward(ops, m, step);
  }

  private void startAtBias(Layer layer, Part part, int gate, int at) {
    int first = gate * layer.units;
    if (part.inputs()) {
      System.arraycopy(parameters, layer.bias + first, m, at, layer.units);
    }
    if (part.state() && layer.recurrentBias >= 0) {
      for (int u = 0; u < layer.units; u++) {
        float other = parameters[layer.recurrentBias + first + u];
        m[at + u] = part.inputs() ? m[at + u] + other : other;
      }
    }
  }

  float logit(int sample, int output) {
    return m[logits + sample * padded(network.classes()) + output];
  }
}
