package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Cell.Part;
import io.sparkrnn.kernel.Cell.Step;
import io.sparkrnn.kernel.Network.Direction;
import java.util.Arrays;

/**
 * One direction of a layer, for one sample, with units as lanes: every element is the chain that
 * {@link LayerPass} has, so the bits are equal.
 *
 * <p>Weights lie transposed, {@code [inputs, units][padded units]} of each part. There is a row for
 * each time step: what the layer reads, then its state before.
 */
final class RowLayer {
  /** Lanes of the smallest tile. */
  private static final int WIDTH = 2 * Ops.LANES;

  final int inputs;
  final int units;

  private final boolean backward;
  private final Cell cell;
  private final Part[] parts;
  private final int rowLength;
  private final int rows;
  private final int[] weights;
  private final int[] partAt;
  private final int gates;
  private final int gatesLength;
  private final int memory;
  private final int kept;
  private final int bias;
  private final int recurrentBias;
  private final Step step = new Step();

  /**
   * A direction of a layer.
   *
   * @param timeSteps that have rows of their own
   */
  RowLayer(Network network, int layer, int way, int timeSteps, Arena arena) {
    backward = way == 1 || network.layers().get(layer).direction() == Direction.BACKWARD;
    cell = Cell.of(network.layers().get(layer).cell());
    parts = cell.parts().toArray(Part[]::new);
    inputs = network.inputs(layer);
    units = network.units(layer);
    int lanes = Ops.padded(units, Ops.LANES);
    rowLength = inputs + padded(units);
    rows = arena.reserve((timeSteps + 1L) * rowLength);
    weights = new int[parts.length];
    for (int p = 0; p < parts.length; p++) {
      int depth = (parts[p].inputs() ? inputs : 0) + (parts[p].state() ? units : 0);
      weights[p] = arena.reserve((long) depth * padded(parts[p].gates() * lanes));
    }
    Cell.Rows places = Cell.Rows.of(parts, lanes, WIDTH);
    partAt = places.ofParts();
    gatesLength = cell.inPlace() ? rowLength : places.count();
    gates = cell.inPlace() ? state(0) : arena.reserve((long) timeSteps * gatesLength);
    memory = arena.reserve((long) cell.memories() * lanes);
    kept = arena.reserve((long) cell.kept() * lanes);
    step.length = lanes;
    step.stride = 1;
    step.offsets = places.ofGates();
    bias = network.layout().offset(layer, way, ParameterBlock.Kind.BIAS);
    recurrentBias = network.layout().offset(layer, way, ParameterBlock.Kind.RECURRENT_BIAS);
  }

  /** Whether its first time step is the sample's last one. */
  boolean isBackward() {
    return backward;
  }

  /** What a row of outputs or units takes. */
  static int padded(int units) {
    return Ops.padded(units, WIDTH);
  }

  /** Takes a block of weights of this layer. */
  void pack(ParameterBlock block, float[] parameters, float[] m) {
    boolean recurrent = block.kind() == ParameterBlock.Kind.RECURRENT_WEIGHTS;
    for (int p = 0; p < parts.length; p++) {
      Part part = parts[p];
      if (recurrent ? part.state() : part.inputs()) {
        int width = padded(part.gates() * step.length);
        int before = recurrent && part.inputs() ? inputs : 0;
        for (int i = 0; i < part.gates(); i++) {
          int from = block.offset() + (part.firstGate() + i) * units * block.rows();
          int to = weights[p] + before * width + i * step.length;
          Transpose.rows(parameters, from, block.rows(), units, block.rows(), m, to, width);
        }
      }
    }
  }

  /** What it reads at a time step. */
  int row(int t) {
    return rows + t * rowLength;
  }

  int rowLength() {
    return rowLength;
  }

  /** The state after a time step; of -1 the one before the first. */
  int state(int t) {
    return row(t + 1) + inputs;
  }

  /** Begins without a state before. */
  void begin(float[] m) {
    Arrays.fill(m, memory, memory + cell.memories() * step.length, 0f);
  }

  /**
   * Begins with a state.
   *
   * @param from the output, then the memory
   */
  void begin(float[] m, float[] from, int at) {
    System.arraycopy(from, at, m, state(-1), units);
    if (cell.memories() > 0) {
      System.arraycopy(from, at + units, m, memory, units);
    }
  }

  /** Writes the state after a time step, as {@link #begin} takes it. */
  void end(float[] m, int t, float[] to, int at) {
    System.arraycopy(m, state(t), to, at, units);
    if (cell.memories() > 0) {
      System.arraycopy(m, memory, to, at + units, units);
    }
  }

  /**
   * Sets the pre-activations of the first time steps to their biases and what comes of the inputs.
   */
  void readInputs(Ops ops, float[] m, float[] parameters, int steps) {
    for (int p = 0; p < parts.length; p++) {
      Part part = parts[p];
      int width = padded(part.gates() * step.length);
      for (int t = 0; t < steps; t++) {
        int at = gates(t) + partAt[p];
        Arrays.fill(m, at, at + width, 0f);
        for (int i = 0; i < part.gates(); i++) {
          startAtBias(m, parameters, part, part.firstGate() + i, at + i * step.length);
        }
      }
      if (part.inputs()) {
        int to = gates(0) + partAt[p];
        ops.multiplyAddRows(
            m, to, gatesLength, steps, width, inputs, row(0), rowLength, weights[p]);
      }
    }
  }

  private int gates(int t) {
    return gates + t * gatesLength;
  }

  /**
   * The state after a time step whose inputs have been read.
   *
   * @param hasStateBefore there is none before the first, unless one is given
   */
  void step(Ops ops, float[] m, int t, boolean hasStateBefore) {
    step.gates = gates(t);
    step.h = state(t);
    step.before = state(t - 1);
    step.memory = memory;
    step.memoryBefore = memory;
    step.kept = kept;
    for (int p = 0; p < parts.length && hasStateBefore; p++) {
      if (parts[p].state()) {
        int width = padded(parts[p].gates() * step.length);
        int from = weights[p] + (parts[p].inputs() ? inputs * width : 0);
        int to = step.gates + partAt[p];
        ops.multiplyAddRows(m, to, 0, 1, width, units, step.before, 0, from);
      }
    }
    cell.forward(ops, m, step);
  }

  private void startAtBias(float[] m, float[] parameters, Part part, int gate, int at) {
    int first = gate * units;
    if (part.inputs()) {
      System.arraycopy(parameters, bias + first, m, at, units);
    }
    if (part.state() && recurrentBias >= 0) {
      for (int u = 0; u < units; u++) {
        float other = parameters[recurrentBias + first + u];
        m[at + u] = part.inputs() ? m[at + u] + other : other;
      }
    }
  }
}
