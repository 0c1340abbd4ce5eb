package io.sparkrnn.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The Vector API: {@link PortableOps}' bits, faster. */
public final class VectorOps extends Ops {
  private static final VectorSpecies<Float> SPECIES = VectorTiles.SPECIES;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());
  private static final int L = SPECIES.length();

  private static final int NEAR_FLOATS = 1 << 17;

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
      int lanes,
      int blocks,
      int panels,
      int depth,
      int a,
      int aPanel,
      int b,
      int bBlock) {
    // Panels that stay in the second cache for all blocks, and a block in the first for all panels.
    int most = blocks == 1 ? panels : Math.max(1, NEAR_FLOATS / (depth * ROWS));
    for (int first = 0; first < panels; first += most) {
      int count = Math.min(most, panels - first);
      int from = a + first * aPanel;
      for (int block = 0; block < blocks; block++) {
        int to = c + block * cBlock + first * ROWS * width;
        VectorTiles.multiplyAdd(
            m, to, width, lanes, count, depth, from, aPanel, b + block * bBlock);
      }
    }
  }

  @Override
  int leastSideBySide() {
    return 1;
  }

  @Override
  void multiplyAddRows(
      float[] m, int c, int cRow, int rows, int width, int depth, int a, int aRow, int b) {
    VectorTiles.multiplyAddRows(m, c, cRow, rows, width, depth, a, aRow, b);
  }

  @Override
  void tanh(float[] m, int y, int x, int length) {
    for (int i = 0; i < length; i += L) {
      tanh(load(m, x + i)).intoArray(m, y + i);
    }
  }

  @Override
  void sigmoid(float[] m, int at, int length) {
    FloatVector half = broadcast(0.5f);
    for (int i = at; i < at + length; i += L) {
      half.fma(tanh(load(m, i).mul(half)), half).intoArray(m, i);
    }
  }

  private static FloatVector tanh(FloatVector x) {
    FloatVector c = x.min(Activation.LIMIT).max(-Activation.LIMIT);
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
    return p.div(q);
  }

  private static FloatVector load(float[] m, int at) {
    return FloatVector.fromArray(SPECIES, m, at);
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  @Override
  void relu(float[] m, int at, int length) {
    for (int i = at; i < at + length; i += L) {
      load(m, i).max(0f).intoArray(m, i);
    }
  }

  @Override
  void timesTanhSlope(float[] m, int delta, int h, int length) {
    for (int i = 0; i < length; i += L) {
      load(m, delta + i).mul(tanhSlope(load(m, h + i))).intoArray(m, delta + i);
    }
  }

  @Override
  void timesReluSlope(float[] m, int delta, int h, int length) {
    for (int i = 0; i < length; i += L) {
      VectorMask<Float> active = load(m, h + i).compare(VectorOperators.GT, 0f);
      broadcast(0f).blend(load(m, delta + i), active).intoArray(m, delta + i);
    }
  }

  private static FloatVector tanhSlope(FloatVector y) {
    return y.neg().fma(y, broadcast(1f));
  }

  @Override
  void tanhDelta(float[] m, int out, int a, int b, int y, int length) {
    for (int i = 0; i < length; i += L) {
      FloatVector slope = tanhSlope(load(m, y + i));
      load(m, a + i).mul(load(m, b + i)).mul(slope).intoArray(m, out + i);
    }
  }

  @Override
  void sigmoidDelta(float[] m, int out, int a, int b, int y, int length) {
    for (int i = 0; i < length; i += L) {
      FloatVector output = load(m, y + i);
      FloatVector slope = output.neg().fma(output, output);
      load(m, a + i).mul(load(m, b + i)).mul(slope).intoArray(m, out + i);
    }
  }

  @Override
  void times(float[] m, int out, int a, int b, int length) {
    for (int i = 0; i < length; i += L) {
      load(m, a + i).mul(load(m, b + i)).intoArray(m, out + i);
    }
  }

  @Override
  void timesPlus(float[] m, int out, int a, int b, int c, int length) {
    for (int i = 0; i < length; i += L) {
      load(m, a + i).fma(load(m, b + i), load(m, c + i)).intoArray(m, out + i);
    }
  }

  @Override
  void minus(float[] m, int out, int a, int b, int length) {
    for (int i = 0; i < length; i += L) {
      load(m, a + i).sub(load(m, b + i)).intoArray(m, out + i);
    }
  }

  @Override
  void add(float[] m, int target, int source, int length) {
    for (int i = 0; i < length; i += L) {
      load(m, target + i).add(load(m, source + i)).intoArray(m, target + i);
    }
  }

  @Override
  void broadcast(float[] m, int at, int width, float[] values) {
    int i = at;
    for (float value : values) {
      FloatVector row = broadcast(value);
      for (int end = i + width; i < end; i += L) {
        row.intoArray(m, i);
      }
    }
  }

  @Override
  void addFlushed(float[] m, int target, int source, int length) {
    for (int i = 0; i < length; i += L) {
      FloatVector sum = load(m, target + i).add(load(m, source + i));
      VectorMask<Float> tiny = sum.abs().compare(LT, TINY);
      sum.blend(0f, tiny).intoArray(m, target + i);
    }
  }

  @Override
  void drop(float[] m, int at, int rows, int width, int[] keys, int threshold, float scale) {
    for (int lane = 0; lane < width; lane += L) {
      IntVector x = IntVector.fromArray(INTS, keys, lane);
      for (int row = 0; row < rows; row++, x = x.add(GOLDEN)) {
        IntVector y = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(MIX_1);
        y = y.lanewise(XOR, y.lanewise(LSHR, 15)).mul(MIX_2);
        y = y.lanewise(XOR, y.lanewise(LSHR, 16)).lanewise(LSHR, 8);
        VectorMask<Float> dropped = y.compare(LT, threshold).cast(SPECIES);
        int i = at + row * width + lane;
        load(m, i).mul(scale).blend(0f, dropped).intoArray(m, i);
      }
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
