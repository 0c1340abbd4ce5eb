package io.sparkrnn.kernel;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The Vector API: {@link PortableRnnKernels}' bits, faster. */
public final class VectorRnnKernels extends ElmanKernels {
  private static final VectorSpecies<Float> SPECIES = VectorKernelsSpecies.SPECIES;
  private static final int L = SPECIES.length();

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
      float[] b,
      int bAt,
      int bRow) {
    VectorProduct.addTo(c, cAt, cRow, rows, columns, depth, a, aAt, aRow, b, bAt, bRow);
  }

  @Override
  void activate(Activation activation, float[] h, int at, int rows, int stride, int columns) {
    Objects.checkFromToIndex(at, at + (rows - 1) * stride + columns, h.length);
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
    Objects.checkFromToIndex(at, at + (rows - 1) * stride + columns, h.length);
    Objects.checkFromToIndex(at, at + (rows - 1) * stride + columns, delta.length);
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
  public float sumOfSquares(Workspace workspace, float[] values) {
    float[] lanes = workspace.lanes;
    int whole = values.length / Workspace.VIRTUAL_LANES * Workspace.VIRTUAL_LANES;
    for (int lane = 0; lane < Workspace.VIRTUAL_LANES; lane += L) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = lane; i < whole; i += Workspace.VIRTUAL_LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, values, i);
        sum = v.fma(v, sum);
      }
      sum.intoArray(lanes, lane);
    }
    for (int i = whole; i < values.length; i++) {
      lanes[i - whole] = Math.fma(values[i], values[i], lanes[i - whole]);
    }
    for (int width = Workspace.VIRTUAL_LANES / 2; width > 0; width /= 2) {
      for (int lane = 0; lane < width; lane++) {
        lanes[lane] += lanes[lane + width];
      }
    }
    return lanes[0];
  }
}
