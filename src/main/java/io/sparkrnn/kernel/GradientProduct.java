package io.sparkrnn.kernel;

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
  private final int units;
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
   * @param units of its state; 0 for one without
   * @param paddedRows units, or outputs, rounded up to panels
   */
  GradientProduct(Ops ops, Arena arena, int inputs, int units, int paddedRows) {
    this.ops = ops;
    this.inputs = inputs;
    this.units = units;
    this.paddedRows = paddedRows;
    inputPanels = panels(inputs + 1);
    panels = inputPanels + panels(units);
    deltas = arena.reserve((long) paddedRows * DEPTH);
    factors = arena.reserve((long) panels * WIDTH * DEPTH);
  }

  private static int panels(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  /** Floats of the product. */
  long length() {
    return (long) panels * WIDTH * paddedRows;
  }

  /** Columns of a panel that are in use. */
  private int columns(int panel) {
    int ofInputs = inputs + 1 - panel * WIDTH;
    int ofUnits = units - (panel - inputPanels) * WIDTH;
    return Math.min(WIDTH, panel < inputPanels ? ofInputs : ofUnits);
  }

  private int width(int panel) {
    return columns(panel) <= Ops.LANES ? Ops.LANES : WIDTH;
  }

  /**
   * Adds the products of a group.
   *
   * @param c where, {@link #length} floats
   * @param count samples
   * @param width of the group's panels
   * @param delta of the first time step, {@code [paddedRows][width]}
   * @param deltaStep from one time step to the next
   * @param block of the first time step, {@code [inputs, units][width]}
   */
  void add(
      float[] m,
      int c,
      int timeSteps,
      int count,
      int width,
      int delta,
      int deltaStep,
      int block,
      int blockStep) {
    int most = Math.max(1, DEPTH / count);
    for (int from = 0; from < timeSteps; from += most) {
      int steps = Math.min(most, timeSteps - from);
      int depth = steps * count;
      for (int t = 0; t < steps; t++) {
        int deltaAt = delta + (from + t) * deltaStep;
        for (int row = 0; row < paddedRows; row += Ops.ROWS) {
          int to = deltas + row * DEPTH + t * count * Ops.ROWS;
          Transpose.rows(m, deltaAt + row * width, width, Ops.ROWS, count, m, to, Ops.ROWS);
        }
        transposeFactors(m, block + (from + t) * blockStep, t * count, count, width);
      }
      multiplyAdd(m, c, 0, inputPanels, depth, 0);
      // There is no state before the first.
      multiplyAdd(m, c, inputPanels, panels, depth, from == 0 ? count : 0);
    }
  }

  /** Adds the products of some panels, of which the last may be narrower. */
  private void multiplyAdd(float[] m, int c, int from, int to, int depth, int skipped) {
    for (int panel = from, alike; panel < to && skipped < depth; panel += alike) {
      int width = width(panel);
      alike = panel < to - 1 && width(to - 1) != width ? to - 1 - panel : to - panel;
      ops.multiplyAdd(
          m,
          c + panel * WIDTH * paddedRows,
          WIDTH * paddedRows,
          width,
          alike,
          paddedRows / Ops.ROWS,
          depth - skipped,
          deltas + skipped * Ops.ROWS,
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
   * Takes the product out of its panels.
   *
   * @param c where it is
   * @param rows units, or outputs
   * @param u where the gradient of the input weights begins, {@code [row][inputs]}
   * @param w where that of the recurrent weights begins, {@code [row][units]}
   * @param b where that of the bias begins
   */
  void unpack(float[] m, int c, int rows, float[] gradient, int u, int w, int b) {
    for (int panel = 0; panel < panels; panel++) {
      int at = c + panel * WIDTH * paddedRows;
      int stride = width(panel);
      int columns = columns(panel);
      if (panel == inputPanels - 1) {
        columns--;
        for (int row = 0; row < rows; row++) {
          gradient[b + row] = m[at + row * stride + columns];
        }
      }
      int to = panel < inputPanels ? u + panel * WIDTH : w + (panel - inputPanels) * WIDTH;
      int length = panel < inputPanels ? inputs : units;
      for (int row = 0; row < rows; row++) {
        System.arraycopy(m, at + row * stride, gradient, to + row * length, columns);
      }
    }
  }
}
