package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Cell.Part;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient of one layer's weights: the products of its deltas with what it read, {@code
 * [inputs, 1]}, and with its states before, {@code [units]}, added over time steps and samples.
 * Lanes are columns of the weights, in panels of 32, the last of 16 where that is enough; both
 * operands are transposed first, as many time steps at a time as fit the cache.
 */
final class GradientProduct {
  private static final int WIDTH = 32;

  /** Time steps times samples of a pass. */
  private static final int DEPTH = 256;

  private final Ops ops;
  private final int inputs;
  private final int states;
  private final int units;
  private final Part[] parts;
  private final List<ParameterBlock> blocks;
  private final int paddedRows;
  private final int inputPanels;
  private final int panels;

  // Where deltas and factors lie, transposed.
  private final int deltas;
  private final int factors;

  /**
   * A product.
   *
   * @param inputs values that the layer reads at a time step
   * @param states of the state before; 0 for none
   * @param units of each gate
   * @param parts of the deltas, each padded to panels
   * @param blocks of the parameters whose gradient it is
   */
  GradientProduct(
      Ops ops,
      Arena arena,
      int inputs,
      int states,
      int units,
      Part[] parts,
      List<ParameterBlock> blocks) {
    this.ops = ops;
    this.inputs = inputs;
    this.states = states;
    this.units = units;
    this.parts = parts;
    this.blocks = blocks;
    int rows = 0;
    for (Part part : parts) {
      rows += rows(part);
    }
    paddedRows = rows;
    inputPanels = panels(inputs + 1);
    panels = inputPanels + panels(states);
    deltas = arena.reserve((long) paddedRows * DEPTH);
    factors = arena.reserve((long) panels * WIDTH * DEPTH);
  }

  private static int panels(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  private int rows(Part part) {
    return Ops.padded(part.gates() * units, Ops.ROWS);
  }

  /** Floats of the product. */
  long length() {
    return (long) panels * WIDTH * paddedRows;
  }

  /** Columns of a panel that are in use. */
  private int columns(int panel) {
    int ofInputs = inputs + 1 - panel * WIDTH;
    int ofStates = states - (panel - inputPanels) * WIDTH;
    return Math.min(WIDTH, panel < inputPanels ? ofInputs : ofStates);
  }

  private int width(int panel) {
    return columns(panel) <= Ops.LANES ? Ops.LANES : WIDTH;
  }

  /** Lanes of a group, or some of them: where their deltas and what the layer read lie. */
  static final class Lanes {
    private Groups groups;
    private int group;
    private int delta;
    private int deltaStep;
    private int block;
    private int blockStep;

    /**
     * Is these from now on.
     *
     * @param delta of the first time step, {@code [paddedRows][width]}
     * @param deltaStep from one time step to the next
     * @param block of the first time step, {@code [inputs, states][width]}
     */
    void set(Groups groups, int group, int delta, int deltaStep, int block, int blockStep) {
      this.groups = groups;
      this.group = group;
      this.delta = delta;
      this.deltaStep = deltaStep;
      this.block = block;
      this.blockStep = blockStep;
    }

    private int alive(int t) {
      return groups.alive(group, t);
    }
  }

  /** A share of the rows: threads that have a group's product together take one each. */
  record Share(int index, int of) {
    static final Share ALL = new Share(0, 1);

    private int first(int rows) {
      return rows / Ops.ROWS * index / of * Ops.ROWS;
    }

    private int end(int rows) {
      return rows / Ops.ROWS * (index + 1) / of * Ops.ROWS;
    }
  }

  /** Sets a share of a product to zero. */
  void clear(float[] m, int c, Share share) {
    for (int panel = 0; panel < panels; panel++) {
      int at = c + panel * WIDTH * paddedRows;
      int width = width(panel);
      Arrays.fill(
          m, at + share.first(paddedRows) * width, at + share.end(paddedRows) * width, 0f);
    }
  }

  /**
   * Adds the products of a group.
   *
   * @param c where, {@link #length} floats
   * @param lanes of the group, in their order
   * @param count how many of them, which together have all its lanes
   * @param from first time step, whose alive lanes take part, as those of all others do
   * @param stateBefore whether the first time step has a state before it
   */
  void add(
      float[] m,
      int c,
      Lanes[] lanes,
      int count,
      int from,
      int to,
      boolean stateBefore,
      Share share) {
    int firstRow = share.first(paddedRows);
    int endRow = share.end(paddedRows);
    int t = from;
    while (t < to) {
      int skipped = t == from && !stateBefore ? alive(lanes, count, t) : 0;
      int depth = 0;
      for (; t < to && depth + alive(lanes, count, t) <= DEPTH; t++) {
        for (int i = 0; i < count; i++) {
          transpose(m, lanes[i], t, t - from, depth, firstRow, endRow);
          depth += lanes[i].alive(t);
        }
      }
      int ofPart = 0;
      for (Part part : parts) {
        int first = Math.max(firstRow, ofPart);
        ofPart += rows(part);
        int rows = Math.min(endRow, ofPart) - first;
        if (rows > 0) {
          // The factor 1 of the bias is in the last panel of inputs.
          int panel = part.inputs() ? 0 : inputPanels - 1;
          multiplyAdd(m, c, first, rows, panel, inputPanels, depth, 0);
          if (part.state()) {
            multiplyAdd(m, c, first, rows, inputPanels, panels, depth, skipped);
          }
        }
      }
    }
  }

  private static int alive(Lanes[] lanes, int count, int t) {
    int alive = 0;
    for (int i = 0; i < count; i++) {
      alive += lanes[i].alive(t);
    }
    return alive;
  }

  /** Lays out both operands of a time step behind those that are there. */
  private void transpose(
      float[] m, Lanes lanes, int t, int step, int depth, int firstRow, int endRow) {
    int count = lanes.alive(t);
    int width = lanes.groups.width(lanes.group);
    int delta = lanes.delta + step * lanes.deltaStep;
    for (int row = firstRow; row < endRow; row += Ops.ROWS) {
      int at = deltas + row * DEPTH + depth * Ops.ROWS;
      Transpose.rows(m, delta + row * width, width, Ops.ROWS, count, m, at, Ops.ROWS);
    }
    transposeFactors(m, lanes.block + step * lanes.blockStep, depth, count, width);
  }

  /** Adds the products of some rows and panels, of which the last may be narrower. */
  private void multiplyAdd(
      float[] m, int c, int firstRow, int rows, int from, int to, int depth, int skipped) {
    for (int panel = from, alike; panel < to && skipped < depth; panel += alike) {
      int width = width(panel);
      alike = panel < to - 1 && width(to - 1) != width ? to - 1 - panel : to - panel;
      ops.multiplyAdd(
          m,
          c + panel * WIDTH * paddedRows + firstRow * width,
          WIDTH * paddedRows,
          width,
          width,
          alike,
          rows / Ops.ROWS,
          depth - skipped,
          deltas + firstRow * DEPTH + skipped * Ops.ROWS,
          DEPTH * Ops.ROWS,
          factors + panel * WIDTH * DEPTH + skipped * width,
          WIDTH * DEPTH);
    }
  }

  private void transposeFactors(float[] m, int block, int k, int count, int width) {
    for (int panel = 0; panel < panels; panel++) {
      int stride = width(panel);
      int to = factors + panel * WIDTH * DEPTH + k * stride;
      int first = panel < inputPanels ? panel * WIDTH : inputs + (panel - inputPanels) * WIDTH;
      boolean hasOne = panel == inputPanels - 1;
      int rows = hasOne ? columns(panel) - 1 : columns(panel);
      Transpose.rows(m, block + first * width, width, rows, count, m, to, stride);
      if (hasOne) {
        for (int s = 0; s < count; s++) {
          m[to + s * stride + rows] = 1f;
        }
      }
    }
  }

  /**
   * Takes the gradient out of the panels.
   *
   * @param c where the product is
   */
  void unpack(float[] m, int c, float[] gradient) {
    for (ParameterBlock block : blocks) {
      unpack(m, c, block, gradient);
    }
  }

  private void unpack(float[] m, int c, ParameterBlock block, float[] gradient) {
    int first = 0;
    for (Part part : parts) {
      boolean reads =
          switch (block.kind()) {
            case RECURRENT_WEIGHTS, RECURRENT_BIAS -> part.state();
            default -> part.inputs();
          };
      if (reads) {
        int rows = part.gates() * units;
        int to = block.offset() + part.firstGate() * units * block.rows();
        switch (block.kind()) {
          case INPUT_WEIGHTS, OUTPUT_WEIGHTS ->
              unpack(m, c, first, rows, 0, inputPanels, gradient, to, inputs);
          case RECURRENT_WEIGHTS ->
              unpack(m, c, first, rows, inputPanels, panels, gradient, to, states);
          default -> unpackBias(m, c, first, rows, gradient, to);
        }
      }
      first += rows(part);
    }
  }

  private void unpack(
      float[] m,
      int c,
      int first,
      int rows,
      int from,
      int end,
      float[] gradient,
      int to,
      int length) {
    for (int panel = from; panel < end; panel++) {
      int stride = width(panel);
      int columns = columns(panel) - (panel == inputPanels - 1 ? 1 : 0);
      int at = c + panel * WIDTH * paddedRows + first * stride;
      for (int row = 0; row < rows; row++) {
        System.arraycopy(
            m, at + row * stride, gradient, to + row * length + (panel - from) * WIDTH, columns);
      }
    }
  }

  private void unpackBias(float[] m, int c, int first, int rows, float[] gradient, int to) {
    int panel = inputPanels - 1;
    int stride = width(panel);
    int at = c + panel * WIDTH * paddedRows + first * stride + columns(panel) - 1;
    for (int row = 0; row < rows; row++) {
      gradient[to + row] = m[at + row * stride];
    }
  }
}
