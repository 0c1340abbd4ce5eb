package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Cell.Part;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.Arrays;

/**
 * A network's weights in the order in which tiles read them: panels of 12 rows, {@code
 * [panel][depth][12]}, of which rows that do not exist are 0. Packed once a minibatch.
 */
final class PackedWeights {
  private final ParameterBlock[] blocks;

  /**
   * Where the products of one direction of a layer, or of the head, find theirs: of each part.
   *
   * @param starts {@code [part][row]}: the bias that sums start at, or the sum of both
   */
  record Places(
      int inputs, Part[] parts, int[] forward, int[] recurrent, int[] downward, float[][] starts) {}

  private final Places[][] layers;
  private final Places head;

  /** Rows below the lowest layer that have a gradient: those of embeddings. */
  private final int firstTrained;

  private final int trained;

  private PackedWeights(Network network, Arena arena, int directions) {
    blocks = network.layout().blocks().toArray(ParameterBlock[]::new);
    firstTrained = network.input().dense();
    trained = network.input().embedded();
    layers = new Places[network.layers().size()][];
    for (int l = 0; l < layers.length; l++) {
      Cell cell = Cell.of(network.layers().get(l).cell());
      Part[] parts = cell.parts().toArray(Part[]::new);
      layers[l] = new Places[ParameterLayout.ways(network.layers().get(l))];
      for (int way = 0; way < layers[l].length; way++) {
        int units = network.units(l);
        layers[l][way] =
            places(
                arena,
                parts,
                network.inputs(l),
                units,
                units,
                l == 0 ? trained : network.inputs(l),
                directions);
      }
    }
    Part[] one = {new Part(0, 1, true, false)};
    int outputs = network.classes();
    head = places(arena, one, network.read(), outputs, 0, network.read(), directions);
  }

  private static Places places(
      Arena arena, Part[] parts, int inputs, int rows, int states, int below, int directions) {
    int[][] at = new int[3][parts.length];
    for (int p = 0; p < parts.length; p++) {
      int ofPart = parts[p].gates() * rows;
      int depth = (parts[p].inputs() ? inputs : 0) + (parts[p].state() ? states : 0);
      at[0][p] = reserve(arena, ofPart, depth);
      if (directions == 2) {
        at[1][p] = parts[p].state() ? reserve(arena, states, ofPart) : 0;
        at[2][p] = parts[p].inputs() ? reserve(arena, below, ofPart) : 0;
      }
    }
    float[][] starts =
        Arrays.stream(parts)
            .map(part -> new float[Ops.padded(part.gates() * rows, Ops.ROWS)])
            .toArray(float[][]::new);
    return new Places(inputs, parts, at[0], at[1], at[2], starts);
  }

  /** For the forward pass alone. */
  static PackedWeights forward(Network network, Arena arena) {
    return new PackedWeights(network, arena, 1);
  }

  /** For both passes. */
  static PackedWeights both(Network network, Arena arena) {
    return new PackedWeights(network, arena, 2);
  }

  private static int reserve(Arena arena, int rows, int depth) {
    return arena.reserve((long) Ops.padded(rows, Ops.ROWS) * depth);
  }

  /** Of a direction of a layer; downward, where it is the lowest, of embeddings alone. */
  Places of(int layer, int way) {
    return layers[layer][way];
  }

  Places ofHead() {
    return head;
  }

  /** Takes the weights of flat parameters. */
  void pack(float[] parameters, float[] m) {
    for (ParameterBlock block : blocks) {
      switch (block.kind()) {
        case INPUT_WEIGHTS, RECURRENT_WEIGHTS ->
            pack(parameters, block, m, layers[block.layer()][block.way()]);
        case OUTPUT_WEIGHTS -> pack(parameters, block, m, head);
        case BIAS, RECURRENT_BIAS ->
            packBias(parameters, block, layers[block.layer()][block.way()]);
        case OUTPUT_BIAS -> packBias(parameters, block, head);
        case EMBEDDING -> {} // Is looked up where it is.
      }
    }
  }

  /** The other bias comes second. */
  private static void packBias(float[] parameters, ParameterBlock block, Places places) {
    boolean recurrent = block.kind() == Kind.RECURRENT_BIAS;
    int units = block.count() / block.gates();
    for (int p = 0; p < places.parts.length; p++) {
      Part part = places.parts[p];
      if (recurrent ? !part.state() : !part.inputs()) {
        continue;
      }
      int from = block.offset() + part.firstGate() * units;
      float[] starts = places.starts[p];
      for (int row = 0; row < part.gates() * units; row++) {
        float value = parameters[from + row];
        starts[row] = recurrent && part.inputs() ? starts[row] + value : value;
      }
    }
  }

  private void pack(float[] parameters, ParameterBlock block, float[] m, Places places) {
    int inputs = block.rows();
    int units = block.columns() / block.gates();
    boolean recurrent = block.kind() == Kind.RECURRENT_WEIGHTS;
    for (int p = 0; p < places.parts.length; p++) {
      Part part = places.parts[p];
      if (recurrent ? !part.state() : !part.inputs()) {
        continue;
      }
      int from = block.offset() + part.firstGate() * units * inputs;
      int rows = part.gates() * units;
      int before = recurrent && part.inputs() ? places.inputs : 0;
      int after = !recurrent && part.state() ? units : 0;
      int at = places.forward[p] + before * Ops.ROWS;
      rows(parameters, from, inputs, rows, m, at, before + inputs + after);
      int transposed = (recurrent ? places.recurrent : places.downward)[p];
      if (transposed == 0) {
        continue;
      }
      if (block.layer() == 0 && block.kind() == Kind.INPUT_WEIGHTS) {
        transposed(parameters, from, inputs, firstTrained, trained, rows, m, transposed);
      } else {
        transposed(parameters, from, inputs, 0, inputs, rows, m, transposed);
      }
    }
  }

  /** Rows of a matrix {@code [unit][input]} into panels of a depth. */
  private static void rows(
      float[] parameters, int from, int inputs, int units, float[] m, int at, int depth) {
    for (int row = 0; row < units; row += Ops.ROWS) {
      int rows = Math.min(Ops.ROWS, units - row);
      Transpose.rows(
          parameters, from + row * inputs, inputs, rows, inputs, m, at + row * depth, Ops.ROWS);
    }
  }

  /** Some columns of a matrix {@code [unit][input]} as rows. */
  private static void transposed(
      float[] parameters,
      int from,
      int inputs,
      int first,
      int count,
      int depth,
      float[] m,
      int at) {
    for (int row = 0; row < count; row += Ops.ROWS) {
      int rows = Math.min(Ops.ROWS, count - row);
      int source = from + first + row;
      for (int k = 0; k < depth; k++) {
        System.arraycopy(parameters, source + k * inputs, m, at + row * depth + k * Ops.ROWS, rows);
      }
    }
  }
}
