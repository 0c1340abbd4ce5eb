package io.sparkrnn.kernel;

import java.util.Arrays;

/**
 * The way through a network of stacked Elman layers, the same for all implementations; they differ
 * in the products and elementwise functions that it is made of.
 */
abstract class ElmanKernels implements RnnKernels {

  /**
   * Adds {@code a b} to {@code c}: each {@code c[row][column]} takes its {@code depth} products one
   * after another, by fused multiply-add. {@code a[row][i]} is at {@code aAt + row * aRow + i *
   * aStep}, {@code b[i][column]} at {@code bAt + column + i * bStep}, {@code c[row][column]} at
   * {@code cAt + row * cRow + column}.
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
      int aStep,
      float[] b,
      int bAt,
      int bStep);

  /** Applies the activation in place. */
  abstract void activate(
      Activation activation, float[] h, int at, int rows, int stride, int columns);

  /**
   * Multiplies deltas by the derivative of the activation, which its output {@code h} determines.
   */
  abstract void differentiate(
      Activation activation, float[] delta, float[] h, int at, int rows, int stride, int columns);

  @Override
  public void forward(float[] parameters, Workspace ws, int from, int to) {
    NetworkShape shape = ws.shape();
    int stride = ws.paddedSamples();
    float[] below = ws.input;
    for (int l = 0; l < shape.layers(); l++) {
      int units = shape.units(l);
      int inputs = shape.inputs(l);
      float[] h = ws.hidden[l];
      for (int t = 0; t < shape.timeSteps(); t++) {
        int now = t * units * stride + from;
        startAtBias(parameters, shape.bias(l), units, h, now, stride, to - from);
        multiplyAdd(
            h,
            now,
            stride,
            units,
            to - from,
            inputs,
            parameters,
            shape.inputWeights(l),
            inputs,
            1,
            below,
            t * inputs * stride + from,
            stride);
        if (t > 0) {
          multiplyAdd(
              h,
              now,
              stride,
              units,
              to - from,
              units,
              parameters,
              shape.recurrentWeights(l),
              units,
              1,
              h,
              now - units * stride,
              stride);
        }
        activate(shape.activation(), h, now, units, stride, to - from);
      }
      below = h;
    }
    int top = shape.topUnits();
    startAtBias(
        parameters, shape.outputBias(), shape.classes(), ws.logits, from, stride, to - from);
    multiplyAdd(
        ws.logits,
        from,
        stride,
        shape.classes(),
        to - from,
        top,
        parameters,
        shape.outputWeights(),
        top,
        1,
        below,
        (shape.timeSteps() - 1) * top * stride + from,
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
  public void backward(float[] parameters, Workspace ws, int from, int to) {
    NetworkShape shape = ws.shape();
    int stride = ws.paddedSamples();
    int last = shape.timeSteps() - 1;
    for (int l = shape.layers() - 1; l >= 0; l--) {
      int units = shape.units(l);
      float[] delta = ws.delta[l];
      boolean top = l == shape.layers() - 1;
      for (int t = last; t >= 0; t--) {
        int now = t * units * stride + from;
        for (int row = 0; row < units; row++) {
          Arrays.fill(delta, now + row * stride, now + row * stride + to - from, 0f);
        }
        if (t < last) {
          multiplyAdd(
              delta,
              now,
              stride,
              units,
              to - from,
              units,
              parameters,
              shape.recurrentWeights(l),
              1,
              units,
              delta,
              now + units * stride,
              stride);
        }
        if (!top) {
          int above = shape.units(l + 1);
          multiplyAdd(
              delta,
              now,
              stride,
              units,
              to - from,
              above,
              parameters,
              shape.inputWeights(l + 1),
              1,
              units,
              ws.delta[l + 1],
              t * above * stride + from,
              stride);
        } else if (t == last) {
          multiplyAdd(
              delta,
              now,
              stride,
              units,
              to - from,
              shape.classes(),
              parameters,
              shape.outputWeights(),
              1,
              units,
              ws.outputDelta,
              from,
              stride);
        }
        differentiate(shape.activation(), delta, ws.hidden[l], now, units, stride, to - from);
      }
    }
  }
}
