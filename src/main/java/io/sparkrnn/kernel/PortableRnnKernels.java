package io.sparkrnn.kernel;

import java.util.Arrays;

/** Plain Java: the definition of the arithmetic, and what runs where nothing faster can. */
public final class PortableRnnKernels extends ElmanKernels {
  private static final int VIRTUAL_LANES = 64;

  @Override
  public String name() {
    return "portable";
  }

  @Override
  void multiplyAdd(
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
      int bStep) {
    StridedProduct.addTo(c, cAt, cRow, rows, columns, depth, a, aAt, aRow, aStep, b, bAt, 1, bStep);
  }

  @Override
  void activate(Activation activation, float[] h, int at, int rows, int stride, int columns) {
    for (int row = 0; row < rows; row++) {
      int start = at + row * stride;
      if (activation == Activation.TANH) {
        for (int i = start; i < start + columns; i++) {
          h[i] = Activation.tanh(h[i]);
        }
      } else {
        for (int i = start; i < start + columns; i++) {
          h[i] = Activation.relu(h[i]);
        }
      }
    }
  }

  @Override
  void differentiate(
      Activation activation, float[] delta, float[] h, int at, int rows, int stride, int columns) {
    for (int row = 0; row < rows; row++) {
      int start = at + row * stride;
      if (activation == Activation.TANH) {
        for (int i = start; i < start + columns; i++) {
          delta[i] = delta[i] * Math.fma(-h[i], h[i], 1f);
        }
      } else {
        for (int i = start; i < start + columns; i++) {
          delta[i] = h[i] > 0f ? delta[i] : 0f;
        }
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
        layerGradient(ws, l, below, gradient, from, to);
      }
      firstRow += shape.units(l);
      below = ws.hidden[l];
    }
    int from = Math.max(fromRow - firstRow, 0);
    int to = Math.min(toRow - firstRow, shape.classes());
    if (from < to) {
      outputGradient(ws, below, gradient, from, to);
    }
  }

  private static void layerGradient(
      Workspace ws, int l, float[] below, float[] gradient, int from, int to) {
    NetworkShape shape = ws.shape();
    int stride = ws.paddedSamples();
    int units = shape.units(l);
    int inputs = shape.inputs(l);
    float[] delta = ws.delta[l];
    int u = shape.inputWeights(l);
    int w = shape.recurrentWeights(l);
    int b = shape.bias(l);
    Arrays.fill(gradient, u + from * inputs, u + to * inputs, 0f);
    Arrays.fill(gradient, w + from * units, w + to * units, 0f);
    Arrays.fill(gradient, b + from, b + to, 0f);
    for (int t = 0; t < shape.timeSteps(); t++) {
      int now = t * units * stride;
      StridedProduct.addTo(
          gradient,
          u + from * inputs,
          inputs,
          to - from,
          inputs,
          ws.samples(),
          delta,
          now + from * stride,
          stride,
          1,
          below,
          t * inputs * stride,
          stride,
          1);
      if (t > 0) {
        StridedProduct.addTo(
            gradient,
            w + from * units,
            units,
            to - from,
            units,
            ws.samples(),
            delta,
            now + from * stride,
            stride,
            1,
            ws.hidden[l],
            now - units * stride,
            stride,
            1);
      }
      addSums(delta, now, stride, ws.samples(), gradient, b, from, to);
    }
  }

  private static void outputGradient(
      Workspace ws, float[] below, float[] gradient, int from, int to) {
    NetworkShape shape = ws.shape();
    int stride = ws.paddedSamples();
    int top = shape.topUnits();
    int v = shape.outputWeights();
    int b = shape.outputBias();
    Arrays.fill(gradient, v + from * top, v + to * top, 0f);
    Arrays.fill(gradient, b + from, b + to, 0f);
    StridedProduct.addTo(
        gradient,
        v + from * top,
        top,
        to - from,
        top,
        ws.samples(),
        ws.outputDelta,
        from * stride,
        stride,
        1,
        below,
        (shape.timeSteps() - 1) * top * stride,
        stride,
        1);
    addSums(ws.outputDelta, 0, stride, ws.samples(), gradient, b, from, to);
  }

  private static void addSums(
      float[] delta,
      int at,
      int stride,
      int samples,
      float[] gradient,
      int bias,
      int from,
      int to) {
    for (int row = from; row < to; row++) {
      float sum = gradient[bias + row];
      for (int s = 0; s < samples; s++) {
        sum += delta[at + row * stride + s];
      }
      gradient[bias + row] = sum;
    }
  }

  @Override
  public float sumOfSquares(float[] values) {
    float[] lanes = new float[VIRTUAL_LANES];
    for (int i = 0; i < values.length; i++) {
      int lane = i % VIRTUAL_LANES;
      lanes[lane] = Math.fma(values[i], values[i], lanes[lane]);
    }
    for (int width = VIRTUAL_LANES / 2; width > 0; width /= 2) {
      for (int lane = 0; lane < width; lane++) {
        lanes[lane] += lanes[lane + width];
      }
    }
    return lanes[0];
  }
}
