package io.sparkrnn.kernel;

import io.sparkrnn.kernel.ParameterBlock.Kind;
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
  private final ParameterLayout layout;
  private final int layers;
  private final int[] weights;
  private final int[] rows;
  private final int logits;

  RowPass(Network network, Ops ops, Arena arena, int samples) {
    this.network = network;
    this.ops = ops;
    this.layout = network.layout();
    this.layers = network.layers().size();
    weights = new int[layers + 1];
    rows = new int[layers];
    for (int l = 0; l < layers; l++) {
      int units = network.units(l);
      weights[l] = arena.reserve((long) (network.inputs(l) + units) * padded(units));
      rows[l] = arena.reserve((long) (network.timeSteps() + 1) * rowLength(l));
    }
    weights[layers] = arena.reserve((long) network.topUnits() * padded(network.classes()));
    logits = arena.reserve((long) samples * padded(network.classes()));
  }

  private static int padded(int units) {
    return Ops.padded(units, WIDTH);
  }

  private int rowLength(int layer) {
    return network.inputs(layer) + padded(network.units(layer));
  }

  /** Takes the weights of flat parameters. */
  void pack(float[] parameters, float[] m) {
    for (ParameterBlock block : layout.blocks()) {
      int l = block.layer();
      int width = padded(block.columns());
      int at =
          switch (block.kind()) {
            case INPUT_WEIGHTS, OUTPUT_WEIGHTS -> weights[l];
            case RECURRENT_WEIGHTS -> weights[l] + network.inputs(l) * width;
            case BIAS, OUTPUT_BIAS -> -1;
          };
      if (at >= 0) {
        int inputs = block.rows();
        Transpose.rows(parameters, block.offset(), inputs, block.columns(), inputs, m, at, width);
      }
    }
  }

  /** Runs a sample, whose outputs stay until another with its number runs. */
  void run(float[] m, float[] parameters, MinibatchSource source, int sample) {
    source.layOut(sample, 1, m, rows[0], rowLength(0), 1);
    for (int l = 0; l < layers; l++) {
      Cell cell = Cell.of(network.layers().get(l).cell());
      int bias = layout.block(l, Kind.BIAS).offset();
      int inputs = network.inputs(l);
      int units = network.units(l);
      for (int t = 0; t < network.timeSteps(); t++) {
        int row = rows[l] + t * rowLength(l);
        int h = row + rowLength(l) + inputs;
        product(m, h, parameters, bias, units, row, t == 0 ? inputs : inputs + units, weights[l]);
        cell.forward(ops, m, h, padded(units));
        if (l + 1 < layers) {
          System.arraycopy(m, h, m, rows[l + 1] + t * rowLength(l + 1), units);
        }
      }
    }
    int top = layers - 1;
    int last = rows[top] + network.timeSteps() * rowLength(top) + network.inputs(top);
    int classes = network.classes();
    if (classes > 0) {
      int bias = layout.block(Kind.OUTPUT_BIAS).offset();
      int at = logits + sample * padded(classes);
      product(m, at, parameters, bias, classes, last, network.topUnits(), weights[layers]);
    }
  }

  private void product(
      float[] m, int c, float[] parameters, int bias, int units, int a, int depth, int b) {
    System.arraycopy(parameters, bias, m, c, units);
    Arrays.fill(m, c + units, c + padded(units), 0f);
    ops.multiplyAddRow(m, c, padded(units), depth, a, b);
  }

  float logit(float[] m, int sample, int output) {
    return m[logits + sample * padded(network.classes()) + output];
  }
}
