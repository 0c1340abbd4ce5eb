package io.sparkrnn.kernel;

/**
 * A network's weights in the order in which tiles read them: panels of 12 rows, {@code
 * [panel][depth][12]}, of which rows that do not exist are 0. Packed once a minibatch.
 */
final class PackedWeights {
  private final ParameterBlock[] blocks;
  private final Network network;

  /** Of each layer and the head: what pre-activations are products with, inputs, then units. */
  private final int[] forward;

  /** Of each layer: transposed recurrent weights. */
  private final int[] recurrent;

  /** Of each layer above the lowest, and the head: transposed input weights. */
  private final int[] downward;

  private PackedWeights(Network network, Arena arena, int directions) {
    this.network = network;
    blocks = network.layout().blocks().toArray(ParameterBlock[]::new);
    int layers = network.layers().size();
    forward = new int[layers + 1];
    recurrent = new int[directions == 1 ? 0 : layers];
    downward = new int[directions == 1 ? 0 : layers + 1];
    for (int l = 0; l < layers; l++) {
      int units = network.units(l);
      int inputs = network.inputs(l);
      forward[l] = reserve(arena, units, inputs + units);
      if (directions == 2) {
        recurrent[l] = reserve(arena, units, units);
        downward[l] = l == 0 ? 0 : reserve(arena, inputs, units);
      }
    }
    forward[layers] = reserve(arena, network.classes(), network.topUnits());
    if (directions == 2) {
      downward[layers] = reserve(arena, network.topUnits(), network.classes());
    }
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

  int forward(int layer) {
    return forward[layer];
  }

  int recurrent(int layer) {
    return recurrent[layer];
  }

  int downward(int layer) {
    return downward[layer];
  }

  /** Takes the weights of flat parameters. */
  void pack(float[] parameters, float[] m) {
    for (ParameterBlock block : blocks) {
      int l = block.layer();
      int inputs = block.rows();
      int units = block.columns();
      switch (block.kind()) {
        case INPUT_WEIGHTS -> {
          rows(parameters, block, m, forward[l], inputs + units);
          if (downward.length > 0 && l > 0) {
            transposed(parameters, block, m, downward[l]);
          }
        }
        case RECURRENT_WEIGHTS -> {
          int below = network.inputs(l);
          rows(parameters, block, m, forward[l] + below * Ops.ROWS, below + units);
          if (recurrent.length > 0) {
            transposed(parameters, block, m, recurrent[l]);
          }
        }
        case OUTPUT_WEIGHTS -> {
          rows(parameters, block, m, forward[l], inputs);
          if (downward.length > 0) {
            transposed(parameters, block, m, downward[l]);
          }
        }
        default -> {}
      }
    }
  }

  /** Rows of a matrix {@code [unit][input]} into panels of a depth. */
  private static void rows(float[] parameters, ParameterBlock block, float[] m, int at, int depth) {
    int inputs = block.rows();
    for (int row = 0; row < block.columns(); row += Ops.ROWS) {
      int rows = Math.min(Ops.ROWS, block.columns() - row);
      Transpose.rows(
          parameters,
          block.offset() + row * inputs,
          inputs,
          rows,
          inputs,
          m,
          at + row * depth,
          Ops.ROWS);
    }
  }

  /** Columns of a matrix {@code [unit][input]} as rows. */
  private static void transposed(float[] parameters, ParameterBlock block, float[] m, int at) {
    int inputs = block.rows();
    int depth = block.columns();
    for (int row = 0; row < inputs; row += Ops.ROWS) {
      int rows = Math.min(Ops.ROWS, inputs - row);
      for (int k = 0; k < depth; k++) {
        System.arraycopy(
            parameters,
            block.offset() + k * inputs + row,
            m,
            at + row * depth + k * Ops.ROWS,
            rows);
      }
    }
  }
}
