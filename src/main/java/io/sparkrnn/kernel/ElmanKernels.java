package io.sparkrnn.kernel;

import java.util.Arrays;

/**
 * The way through a network of stacked Elman layers, the same for all implementations; they differ
 * in the products and elementwise functions that it is made of.
 */
abstract class ElmanKernels implements RnnKernels {

  /**
   * Adds {@code a b} to {@code c}: each {@code c[row][column]} takes its {@code depth} products one
   * after another, by fused multiply-add. {@code a[row][i]} is at {@code aAt + row * aRow + i},
   * {@code b[i][column]} at {@code bAt + column + i * bRow}, {@code c[row][column]} at {@code cAt +
   * row * cRow + column}.
   */
  abstract void multiplyAdd(
      float[] c,
      int cAt,
      int cRow,
      int rows,
      int columns,
      int depth,
      float[] a,
      int aAt,
      int aRow,
      float[] b,
      int bAt,
      int bRow);

  /** Applies the activation in place. */
  abstract void activate(
      Activation activation, float[] h, int at, int rows, int stride, int columns);

  /**
   * Multiplies deltas by the derivative of the activation, which its output {@code h} determines.
   */
  abstract void differentiate(
      Activation activation, float[] delta, float[] h, int at, int rows, int stride, int columns);

  // Rows of a state that are finished, from bias to activation, while the nearest cache holds them.
  private static final int ROWS = 48;

  @Override
  public void forward(float[] parameters, Workspace ws, int from, int to) {
    NetworkShape shape = ws.shape();
    int stride = ws.paddedSamples();
    int columns = to - from;
    float[] below = ws.input;
    for (int l = 0; l < shape.layers(); l++) {
      int units = shape.units(l);
      int inputs = shape.inputs(l);
      float[] h = ws.hidden[l];
      for (int t = 0; t < shape.timeSteps(); t++) {
        int inputAt = t * inputs * stride + from;
        int before = (t - 1) * units * stride + from;
        for (int row = 0; row < units; row += ROWS) {
          int rows = Math.min(ROWS, units - row);
          int now = (t * units + row) * stride + from;
          int u = shape.inputWeights(l) + row * inputs;
          int w = shape.recurrentWeights(l) + row * units;
          startAtBias(parameters, shape.bias(l) + row, rows, h, now, stride, columns);
          multiplyAdd(
              h, now, stride, rows, columns, inputs, parameters, u, inputs, below, inputAt, stride);
          if (t > 0) {
            multiplyAdd(
                h, now, stride, rows, columns, units, parameters, w, units, h, before, stride);
          }
          activate(shape.activation(), h, now, rows, stride, columns);
        }
      }
      below = h;
    }
    int top = shape.topUnits();
    int last = (shape.timeSteps() - 1) * top * stride + from;
    int v = shape.outputWeights();
    startAtBias(parameters, shape.outputBias(), shape.classes(), ws.logits, from, stride, columns);
    multiplyAdd(
        ws.logits,
        from,
        stride,
        shape.classes(),
        columns,
        top,
        parameters,
        v,
        top,
        below,
        last,
        stride);
  }

  private static void startAtBias(
      float[] parameters, int bias, int rows, float[] target, int at, int stride, int columns) {
    for (int row = 0; row < rows; row++) {
      Arrays.fill(target, at + row * stride, at + row * stride + columns, parameters[bias + row]);
    }
  }

  @Override
  public void outputDeltas(Workspace ws, int from, int to) {
    int classes = ws.shape().classes();
    int stride = ws.paddedSamples();
    for (int s = from; s < Math.min(to, ws.samples()); s++) {
      float max = ws.logits[s];
      for (int c = 1; c < classes; c++) {
        max = Math.max(max, ws.logits[c * stride + s]);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += StrictMath.exp((double) ws.logits[c * stride + s] - max);
      }
      int label = ws.labels[s];
      ws.losses[s] = StrictMath.log(sum) - ((double) ws.logits[label * stride + s] - max);
      for (int c = 0; c < classes; c++) {
        double p = StrictMath.exp((double) ws.logits[c * stride + s] - max) / sum;
        ws.outputDelta[c * stride + s] = (float) ((p - (c == label ? 1 : 0)) / ws.samples());
      }
    }
    for (int s = Math.max(from, ws.samples()); s < to; s++) {
      for (int c = 0; c < classes; c++) {
        ws.outputDelta[c * stride + s] = 0f;
      }
    }
  }

  @Override
  public void gradient(Workspace ws, float[] gradient, int fromRow, int toRow) {
    NetworkShape shape = ws.shape();
    int firstRow = 0;
    float[] below = ws.input;
    for (int l = 0; l < shape.layers(); l++) {
      int from = Math.max(fromRow - firstRow, 0);
      int to = Math.min(toRow - firstRow, shape.units(l));
      if (from < to) {
        layerGradient(ws, l, below, gradient, firstRow, from, to);
      }
      firstRow += shape.units(l);
      below = ws.hidden[l];
    }
    int from = Math.max(fromRow - firstRow, 0);
    int to = Math.min(toRow - firstRow, shape.classes());
    if (from < to) {
      outputGradient(ws, below, gradient, firstRow, from, to);
    }
  }

  private void layerGradient(
      Workspace ws, int l, float[] below, float[] gradient, int firstRow, int from, int to) {
    NetworkShape shape = ws.shape();
    int stride = ws.paddedSamples();
    int units = shape.units(l);
    int inputs = shape.inputs(l);
    int columns = Workspace.padded(inputs + 1 + units);
    float[] rows = ws.gradientRows;
    int rowsAt = (firstRow + from) * ws.gradientRowLength;
    Arrays.fill(rows, rowsAt, rowsAt + (to - from) * columns, 0f);
    float[] factors = ws.scratch().factors;
    for (int s = 0; s < ws.samples(); s++) {
      factors[s * columns + inputs] = 1f;
      Arrays.fill(factors, s * columns + inputs + 1, s * columns + columns, 0f);
    }
    for (int t = 0; t < shape.timeSteps(); t++) {
      transpose(below, t * inputs * stride, inputs, stride, ws.samples(), factors, 0, columns);
      if (t > 0) {
        transpose(
            ws.hidden[l],
            (t - 1) * units * stride,
            units,
            stride,
            ws.samples(),
            factors,
            inputs + 1,
            columns);
      }
      multiplyAdd(
          rows,
          rowsAt,
          columns,
          to - from,
          t > 0 ? columns : Workspace.padded(inputs + 1),
          ws.samples(),
          ws.delta[l],
          (t * units + from) * stride,
          stride,
          factors,
          0,
          columns);
    }
    for (int row = from; row < to; row++) {
      int at = rowsAt + (row - from) * columns;
      System.arraycopy(rows, at, gradient, shape.inputWeights(l) + row * inputs, inputs);
      System.arraycopy(
          rows, at + inputs + 1, gradient, shape.recurrentWeights(l) + row * units, units);
      gradient[shape.bias(l) + row] = rows[at + inputs];
    }
  }

  private void outputGradient(
      Workspace ws, float[] below, float[] gradient, int firstRow, int from, int to) {
    NetworkShape shape = ws.shape();
    int stride = ws.paddedSamples();
    int top = shape.topUnits();
    int columns = Workspace.padded(top + 1);
    float[] rows = ws.gradientRows;
    int rowsAt = (firstRow + from) * ws.gradientRowLength;
    Arrays.fill(rows, rowsAt, rowsAt + (to - from) * columns, 0f);
    float[] factors = ws.scratch().factors;
    for (int s = 0; s < ws.samples(); s++) {
      factors[s * columns + top] = 1f;
      Arrays.fill(factors, s * columns + top + 1, s * columns + columns, 0f);
    }
    transpose(
        below,
        (shape.timeSteps() - 1) * top * stride,
        top,
        stride,
        ws.samples(),
        factors,
        0,
        columns);
    multiplyAdd(
        rows,
        rowsAt,
        columns,
        to - from,
        columns,
        ws.samples(),
        ws.outputDelta,
        from * stride,
        stride,
        factors,
        0,
        columns);
    for (int row = from; row < to; row++) {
      int at = rowsAt + (row - from) * columns;
      System.arraycopy(rows, at, gradient, shape.outputWeights() + row * top, top);
      gradient[shape.outputBias() + row] = rows[at + top];
    }
  }

  private static void transpose(
      float[] source, int at, int rows, int columns, float[] target, int targetAt, int targetRow) {
    transpose(source, at, rows, columns, columns, target, targetAt, targetRow);
  }

  // Eight rows at a time, so that a cache line of the target is filled while it is near.
  static void transpose(
      float[] source,
      int at,
      int rows,
      int stride,
      int columns,
      float[] target,
      int targetAt,
      int targetRow) {
    int row = 0;
    for (; row + 8 <= rows; row += 8) {
      int first = at + row * stride;
      for (int column = 0; column < columns; column++) {
        int f = first + column;
        float v0 = source[f];
        float v1 = source[f + stride];
        float v2 = source[f + 2 * stride];
        float v3 = source[f + 3 * stride];
        float v4 = source[f + 4 * stride];
        float v5 = source[f + 5 * stride];
        float v6 = source[f + 6 * stride];
        float v7 = source[f + 7 * stride];
        int g = targetAt + column * targetRow + row;
        target[g] = v0;
        target[g + 1] = v1;
        target[g + 2] = v2;
        target[g + 3] = v3;
        target[g + 4] = v4;
        target[g + 5] = v5;
        target[g + 6] = v6;
        target[g + 7] = v7;
      }
    }
    for (; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        target[targetAt + column * targetRow + row] = source[at + row * stride + column];
      }
    }
  }

  @Override
  public void backward(float[] parameters, Workspace ws, int from, int to) {
    NetworkShape shape = ws.shape();
    int stride = ws.paddedSamples();
    int columns = to - from;
    int last = shape.timeSteps() - 1;
    for (int l = shape.layers() - 1; l >= 0; l--) {
      int units = shape.units(l);
      float[] delta = ws.delta[l];
      boolean top = l == shape.layers() - 1;
      int above = top ? shape.classes() : shape.units(l + 1);
      Scratch scratch = ws.scratch();
      float[] recurrent = scratch.recurrentWeights;
      float[] upward = scratch.upwardWeights;
      transpose(parameters, shape.recurrentWeights(l), units, units, recurrent, 0, units);
      transpose(parameters, shape.inputWeights(l + 1), above, units, upward, 0, above);
      for (int t = last; t >= 0; t--) {
        int after = (t + 1) * units * stride + from;
        for (int row = 0; row < units; row += ROWS) {
          int rows = Math.min(ROWS, units - row);
          int now = (t * units + row) * stride + from;
          for (int r = 0; r < rows; r++) {
            Arrays.fill(delta, now + r * stride, now + r * stride + columns, 0f);
          }
          if (t < last) {
            multiplyAdd(
                delta,
                now,
                stride,
                rows,
                columns,
                units,
                recurrent,
                row * units,
                units,
                delta,
                after,
                stride);
          }
          if (!top) {
            int aboveAt = t * above * stride + from;
            multiplyAdd(
                delta,
                now,
                stride,
                rows,
                columns,
                above,
                upward,
                row * above,
                above,
                ws.delta[l + 1],
                aboveAt,
                stride);
          } else if (t == last) {
            multiplyAdd(
                delta,
                now,
                stride,
                rows,
                columns,
                above,
                upward,
                row * above,
                above,
                ws.outputDelta,
                from,
                stride);
          }
          differentiate(shape.activation(), delta, ws.hidden[l], now, rows, stride, columns);
        }
      }
    }
  }
}
