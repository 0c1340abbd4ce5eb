package io.sparkrnn.kernel;

import java.util.Arrays;

/** The head for one reading, with outputs as lanes: the chain that {@link HeadPass} has. */
final class RowHead {
  private final int read;
  private final int outputs;
  private final int width;
  private final int weights;
  private int bias;

  RowHead(Network network, Arena arena) {
    read = network.read();
    outputs = network.classes();
    width = RowLayer.padded(outputs);
    weights = arena.reserve((long) read * width);
  }

  /** Floats that the outputs of a reading take. */
  int width() {
    return width;
  }

  /** Takes a block of the head. */
  void pack(ParameterBlock block, float[] parameters, float[] m) {
    if (block.kind() == ParameterBlock.Kind.OUTPUT_BIAS) {
      bias = block.offset();
    } else {
      Transpose.rows(parameters, block.offset(), read, outputs, read, m, weights, width);
    }
  }

  /**
   * The outputs of a reading.
   *
   * @param reading where it is
   * @param to where they are written
   */
  void outputs(Ops ops, float[] m, float[] parameters, int reading, int to) {
    if (outputs > 0) {
      System.arraycopy(parameters, bias, m, to, outputs);
      Arrays.fill(m, to + outputs, to + width, 0f);
      ops.multiplyAddRows(m, to, 0, 1, width, read, reading, 0, weights);
    }
  }
}
