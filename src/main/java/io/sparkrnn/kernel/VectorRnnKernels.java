package io.sparkrnn.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API: {@link PortableRnnKernels}' bits, faster. The weight gradients are products over
 * samples; for their lanes to hold different outputs, the activations are transposed to {@code
 * [timeStep][sample][unit]} once a minibatch.
 */
public final class VectorRnnKernels extends ElmanKernels {
  private static final VectorSpecies<Float> SPECIES = VectorKernelsSpecies.SPECIES;
  private static final int L = SPECIES.length();
  private static final int VIRTUAL_LANES = 64;

  @Override
  public String name() {
    return "vector";
  }

  /** For people: the width of vectors. */
  public static int bits() {
    return SPECIES.vectorBitSize();
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
    VectorProduct.addTo(c, cAt, cRow, rows, columns, depth, a, aAt, aRow, aStep, b, bAt, bStep);
  }

  @Override
  void activate(Activation activation, float[] h, int at, int rows, int stride, int columns) {
    for (int row = 0; row < rows; row++) {
      int start = at + row * stride;
      if (activation == Activation.TANH) {
        tanh(h, start, columns);
      } else {
        relu(h, start, columns);
      }
    }
  }

  private static void tanh(float[] h, int from, int columns) {
    for (int i = from; i < from + columns; i += L) {
      FloatVector c =
          FloatVector.fromArray(SPECIES, h, i).min(Activation.LIMIT).max(-Activation.LIMIT);
      FloatVector x2 = c.mul(c);
      FloatVector p = x2.fma(broadcast(Activation.P13), broadcast(Activation.P11));
      p = x2.fma(p, broadcast(Activation.P9));
      p = x2.fma(p, broadcast(Activation.P7));
      p = x2.fma(p, broadcast(Activation.P5));
      p = x2.fma(p, broadcast(Activation.P3));
      p = x2.fma(p, broadcast(Activation.P1));
      p = c.mul(p);
      FloatVector q = x2.fma(broadcast(Activation.Q6), broadcast(Activation.Q4));
      q = x2.fma(q, broadcast(Activation.Q2));
      q = x2.fma(q, broadcast(Activation.Q0));
      p.div(q).intoArray(h, i);
    }
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  private static void relu(float[] h, int from, int columns) {
    for (int i = from; i < from + columns; i += L) {
      FloatVector.fromArray(SPECIES, h, i).max(0f).intoArray(h, i);
    }
  }

  @Override
  void differentiate(
      Activation activation, float[] delta, float[] h, int at, int rows, int stride, int columns) {
    for (int row = 0; row < rows; row++) {
      int start = at + row * stride;
      if (activation == Activation.TANH) {
        differentiateTanh(delta, h, start, columns);
      } else {
        differentiateRelu(delta, h, start, columns);
      }
    }
  }

  private static void differentiateTanh(float[] delta, float[] h, int from, int columns) {
    for (int i = from; i < from + columns; i += L) {
      FloatVector output = FloatVector.fromArray(SPECIES, h, i);
      FloatVector slope = output.neg().fma(output, broadcast(1f));
      FloatVector.fromArray(SPECIES, delta, i).mul(slope).intoArray(delta, i);
    }
  }

  private static void differentiateRelu(float[] delta, float[] h, int from, int columns) {
    for (int i = from; i < from + columns; i += L) {
      VectorMask<Float> active =
          FloatVector.fromArray(SPECIES, h, i).compare(VectorOperators.GT, 0f);
      broadcast(0f).blend(FloatVector.fromArray(SPECIES, delta, i), active).intoArray(delta, i);
    }
  }

  @Override
  public void backward(float[] parameters, Workspace ws, int from, int to) {
    super.backward(parameters, ws, from, to);
    transpose(ws, ws.input, ws.inputBySample, ws.shape().inputSize(), from, to);
    for (int l = 0; l < ws.shape().layers(); l++) {
      transpose(ws, ws.hidden[l], ws.hiddenBySample[l], ws.shape().units(l), from, to);
    }
  }

  /**
   * From {@code [timeStep][unit][sample]} to {@code [timeStep][sample][unit]}, units padded to
   * whole vectors.
   */
  private static void transpose(
      Workspace ws, float[] source, float[] target, int units, int fromSample, int toSample) {
    int stride = ws.paddedSamples();
    int padded = Workspace.padded(units);
    for (int t = 0; t < ws.shape().timeSteps(); t++) {
      for (int unit = 0; unit < units; unit += TRANSPOSED) {
        int end = Math.min(unit + TRANSPOSED, units);
        for (int s = fromSample; s < toSample; s++) {
          int to = (t * stride + s) * padded;
          int from = t * units * stride + s;
          for (int u = unit; u < end; u++) {
            target[to + u] = source[from + u * stride];
          }
        }
      }
    }
  }

  // A block of rows that stays in the nearest cache while its columns are written.
  private static final int TRANSPOSED = 16;

  @Override
  public void gradient(Workspace ws, float[] gradient, int fromRow, int toRow) {
    NetworkShape shape = ws.shape();
    int rowLength = ws.gradientRowLength;
    int firstRow = 0;
    float[] below = ws.inputBySample;
    for (int l = 0; l < shape.layers(); l++) {
      int units = shape.units(l);
      int from = Math.max(fromRow - firstRow, 0);
      int to = Math.min(toRow - firstRow, units);
      if (from < to) {
        int scratch = (firstRow + from) * rowLength;
        products(ws, scratch, to - from, shape.inputs(l), below, 0, ws.delta[l], units, from);
        copyRows(
            ws,
            scratch,
            gradient,
            shape.inputWeights(l) + from * shape.inputs(l),
            to - from,
            shape.inputs(l));
        products(ws, scratch, to - from, units, ws.hiddenBySample[l], 1, ws.delta[l], units, from);
        copyRows(ws, scratch, gradient, shape.recurrentWeights(l) + from * units, to - from, units);
        sums(ws, gradient, shape.bias(l), ws.delta[l], units, shape.timeSteps(), from, to);
      }
      firstRow += units;
      below = ws.hiddenBySample[l];
    }
    int from = Math.max(fromRow - firstRow, 0);
    int to = Math.min(toRow - firstRow, shape.classes());
    if (from < to) {
      int top = shape.topUnits();
      int scratch = (firstRow + from) * rowLength;
      lastProducts(ws, scratch, to - from, top, below, from);
      copyRows(ws, scratch, gradient, shape.outputWeights() + from * top, to - from, top);
      sums(ws, gradient, shape.outputBias(), ws.outputDelta, shape.classes(), 1, from, to);
    }
  }

  /**
   * Sums deltas times inputs over samples and time steps into scratch rows, which are whole
   * vectors, as flat rows need not be. The inputs at time step {@code t} are {@code inputs[t -
   * lag]}.
   */
  private static void products(
      Workspace ws,
      int scratch,
      int rows,
      int columns,
      float[] inputs,
      int lag,
      float[] delta,
      int units,
      int from) {
    int stride = ws.paddedSamples();
    int padded = Workspace.padded(columns);
    Arrays.fill(ws.gradientRows, scratch, scratch + rows * ws.gradientRowLength, 0f);
    for (int t = lag; t < ws.shape().timeSteps(); t++) {
      VectorProduct.addTo(
          ws.gradientRows,
          scratch,
          ws.gradientRowLength,
          rows,
          padded,
          ws.samples(),
          delta,
          (t * units + from) * stride,
          stride,
          1,
          inputs,
          (t - lag) * stride * padded,
          padded);
    }
  }

  private static void lastProducts(
      Workspace ws, int scratch, int rows, int columns, float[] inputs, int from) {
    int stride = ws.paddedSamples();
    int padded = Workspace.padded(columns);
    Arrays.fill(ws.gradientRows, scratch, scratch + rows * ws.gradientRowLength, 0f);
    VectorProduct.addTo(
        ws.gradientRows,
        scratch,
        ws.gradientRowLength,
        rows,
        padded,
        ws.samples(),
        ws.outputDelta,
        from * stride,
        stride,
        1,
        inputs,
        (ws.shape().timeSteps() - 1) * stride * padded,
        padded);
  }

  private static void copyRows(
      Workspace ws, int scratch, float[] gradient, int at, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      System.arraycopy(
          ws.gradientRows,
          scratch + row * ws.gradientRowLength,
          gradient,
          at + row * columns,
          columns);
    }
  }

  private static void sums(
      Workspace ws,
      float[] gradient,
      int at,
      float[] delta,
      int units,
      int timeSteps,
      int from,
      int to) {
    int stride = ws.paddedSamples();
    for (int row = from; row < to; row++) {
      float sum = 0f;
      for (int t = 0; t < timeSteps; t++) {
        int start = (t * units + row) * stride;
        for (int s = 0; s < ws.samples(); s++) {
          sum += delta[start + s];
        }
      }
      gradient[at + row] = sum;
    }
  }

  @Override
  public float sumOfSquares(float[] values) {
    float[] lanes = new float[VIRTUAL_LANES];
    int whole = values.length / VIRTUAL_LANES * VIRTUAL_LANES;
    for (int lane = 0; lane < VIRTUAL_LANES; lane += L) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = lane; i < whole; i += VIRTUAL_LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, values, i);
        sum = v.fma(v, sum);
      }
      sum.intoArray(lanes, lane);
    }
    for (int i = whole; i < values.length; i++) {
      lanes[i - whole] = Math.fma(values[i], values[i], lanes[i - whole]);
    }
    for (int width = VIRTUAL_LANES / 2; width > 0; width /= 2) {
      for (int lane = 0; lane < width; lane++) {
        lanes[lane] += lanes[lane + width];
      }
    }
    return lanes[0];
  }
}
