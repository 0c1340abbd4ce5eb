package io.sparkrnn.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The Vector API: {@link PortableOps}' bits, faster. */
public final class VectorOps extends Ops {
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
      float[] m,
      int c,
      int cBlock,
      int width,
      int blocks,
      int panels,
      int depth,
      int a,
      int aPanel,
      int b,
      int bBlock) {
    for (int block = 0; block < blocks; block++) {
      int ca = c + block * cBlock;
      VectorTiles.multiplyAdd(m, ca, width, panels, depth, a, aPanel, b + block * bBlock);
    }
  }

  @Override
  int leastSideBySide() {
    return 1;
  }

  @Override
  void multiplyAddRow(float[] m, int c, int width, int depth, int a, int b) {
    VectorTiles.multiplyAddRow(m, c, width, depth, a, b);
  }

  @Override
  void tanh(float[] m, int at, int length) {
    for (int i = at; i < at + length; i += L) {
      FloatVector c =
          FloatVector.fromArray(SPECIES, m, i).min(Activation.LIMIT).max(-Activation.LIMIT);
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
      p.div(q).intoArray(m, i);
    }
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  @Override
  void relu(float[] m, int at, int length) {
    for (int i = at; i < at + length; i += L) {
      FloatVector.fromArray(SPECIES, m, i).max(0f).intoArray(m, i);
    }
  }

  @Override
  void timesTanhSlope(float[] m, int delta, int h, int length) {
    for (int i = 0; i < length; i += L) {
      FloatVector output = FloatVector.fromArray(SPECIES, m, h + i);
      FloatVector slope = output.neg().fma(output, broadcast(1f));
      FloatVector.fromArray(SPECIES, m, delta + i).mul(slope).intoArray(m, delta + i);
    }
  }

  @Override
  void timesReluSlope(float[] m, int delta, int h, int length) {
    for (int i = 0; i < length; i += L) {
      VectorMask<Float> active =
          FloatVector.fromArray(SPECIES, m, h + i).compare(VectorOperators.GT, 0f);
      broadcast(0f)
          .blend(FloatVector.fromArray(SPECIES, m, delta + i), active)
          .intoArray(m, delta + i);
    }
  }

  @Override
  void add(float[] m, int target, int source, int length) {
    for (int i = 0; i < length; i += L) {
      FloatVector.fromArray(SPECIES, m, target + i)
          .add(FloatVector.fromArray(SPECIES, m, source + i))
          .intoArray(m, target + i);
    }
  }

  @Override
  public float sumOfSquares(float[] values, float[] lanes) {
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
    return fold(lanes);
  }
}
