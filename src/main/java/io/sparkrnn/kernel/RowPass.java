package io.sparkrnn.kernel;

import java.util.Arrays;

/**
 * One sample's way through a network, with units as lanes: every element is the chain that {@link
 * RecurrentPass} has, so the bits are equal.
 *
 * <p>Weights lie transposed, {@code [inputs, units][padded units]}. A layer has a row for each time
 * step: what it reads, then its state before.
 */
final class RowPass {
  /** Lanes of a tile. */
  private static final int WIDTH = 4 * Ops.LANES;

  private final Network network;
  private final Ops ops;
  private final float[] parameters;
  private final int layers;
  private final Cell[] cells;
  private final int[] biases;
  private final int[] weights;
  private final int[] rows;
  private final int logits;
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
    this.layers = network.layers().size();
    Arena arena = new Arena();
    cells = new Cell[layers];
    biases = new int[layers + 1];
    weights = new int[layers + 1];
    rows = new int[layers];
    for (int l = 0; l < layers; l++) {
      int units = network.units(l);
      cells[l] = Cell.of(network.layers().get(l).cell());
      weights[l] = arena.reserve(((long) network.inputs(l) + units) * padded(units));
      rows[l] = arena.reserve((network.timeSteps() + 1L) * rowLength(l));
    }
    weights[layers] = arena.reserve((long) network.topUnits() * padded(network.classes()));
    logits = arena.reserve((long) samples * padded(network.classes()));
    m = arena.allocate();
    for (ParameterBlock block : network.layout().blocks()) {
      pack(block);
    }
  }

  private static int padded(int units) {
    return Ops.padded(units, WIDTH);
  }

  private int rowLength(int layer) {
    return network.inputs(layer) + padded(network.units(layer));
  }

  private void pack(ParameterBlock block) {
    int l = block.layer();
    int inputs = block.rows();
    int units = block.columns();
    int width = padded(units);
    switch (block.kind()) {
      case INPUT_WEIGHTS, OUTPUT_WEIGHTS ->
          Transpose.rows(parameters, block.offset(), inputs, units, inputs, m, weights[l], width);
      case RECURRENT_WEIGHTS -> {
        int to = weights[l] + network.inputs(l) * width;
        Transpose.rows(parameters, block.offset(), inputs, units, inputs, m, to, width);
      }
      case BIAS, OUTPUT_BIAS -> biases[l] = block.offset();
    }
  }

  /** Runs a sample, whose outputs stay until another with its number runs. */
  void run(MinibatchSource source, int sample) {
    source.layOut(sample, 1, m, rows[0], rowLength(0), 1);
    for (int l = 0; l < layers; l++) {
      int inputs = network.inputs(l);
      int units = network.units(l);
      for (int t = 0; t < network.timeSteps(); t++) {
        int row = rows[l] + t * rowLength(l);
        int h = row + rowLength(l) + inputs;
        product(h, biases[l], units, row, t == 0 ? inputs : inputs + units, weights[l]);
        cells[l].forward(ops, m, h, padded(units));
        if (l + 1 < layers) {
          System.arraycopy(m, h, m, rows[l + 1] + t * rowLength(l + 1), units);
        }
      }
    }
    int top = layers - 1;
    int last = rows[top] + network.timeSteps() * rowLength(top) + network.inputs(top);
    int classes = network.classes();
    if (classes > 0) {
      int at = logits + sample * padded(classes);
      product(at, biases[layers], classes, last, network.topUnits(), weights[layers]);
    }
  }

  private void product(int c, int bias, int units, int a, int depth, int b) {
    System.arraycopy(parameters, bias, m, c, units);
    Arrays.fill(m, c + units, c + padded(units), 0f);
    ops.multiplyAddRow(m, c, padded(units), depth, a, b);
  }

  float logit(int sample, int output) {
    return m[logits + sample * padded(network.classes()) + output];
  }
}
