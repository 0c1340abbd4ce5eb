package io.sparkrnn.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of the vector kernels, in register tiles: lanes hold different outputs, each of which
 * takes its products in index order, so that neither tiles nor the width of vectors can be seen in
 * the result.
 *
 * <p>A tile's sums must fit the registers and be at least eight, since two additions start in each
 * cycle and each takes four. Of 32 registers of 512 bits, twelve rows of two vectors take 24; of 16
 * narrower ones, six rows of two take 12. Two vectors across, operands in one array and two running
 * indices are what C2 compiles without moving the loop's counter between register files, which cost
 * a third of the speed on CPUs with two ports for 512 bits.
 *
 * <p>Sums are multiplied by one when they are stored: C2 knows the class of a product, but of a
 * variable of a loop only what it has seen in this JVM, and another library's vectors of another
 * width would make a tile twenty times slower.
 */
final class VectorTiles {
  /** The width of vectors: what the CPU prefers, at most 512 bits, unless this property says. */
  static final String PROPERTY = "spark-rnn.vector.bits";

  static final VectorSpecies<Float> SPECIES = choose(Integer.getInteger(PROPERTY, 0));
  private static final int L = SPECIES.length();

  private VectorTiles() {}

  private static VectorSpecies<Float> choose(int bits) {
    return switch (bits == 0
        ? Math.min(Math.max(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128), 512)
        : bits) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      case 512 -> FloatVector.SPECIES_512;
      default ->
          throw new IllegalArgumentException(
              "expected vectors of 128, 256 or 512 bits in %s, found %d".formatted(PROPERTY, bits));
    };
  }

  /** As {@link Ops#multiplyAdd}. */
  static void multiplyAdd(
      float[] m, int c, int width, int lanes, int panels, int depth, int a, int aPanel, int b) {
    for (int panel = 0; panel < panels; panel++) {
      int ca = c + panel * Ops.ROWS * width;
      int aa = a + panel * aPanel;
      if (L < Ops.LANES) {
        for (int lane = 0; lane < lanes; lane += 2 * L) {
          tile6x2(m, ca + lane, width, depth, aa, b + lane);
          tile6x2(m, ca + 6 * width + lane, width, depth, aa + 6, b + lane);
        }
      } else if (lanes == 2 * L) {
        tile12x2(m, ca, 2 * L, depth, aa, b);
      } else {
        tile12x1(m, ca, width, depth, aa, b);
      }
    }
  }

  /** Twelve rows of two vectors. */
  static void tile12x2(float[] m, int c, int width, int depth, int a, int b) {
    FloatVector s0_0 = FloatVector.fromArray(SPECIES, m, c);
    FloatVector s0_1 = FloatVector.fromArray(SPECIES, m, c + L);
    FloatVector s1_0 = FloatVector.fromArray(SPECIES, m, c + width);
    FloatVector s1_1 = FloatVector.fromArray(SPECIES, m, c + width + L);
    FloatVector s2_0 = FloatVector.fromArray(SPECIES, m, c + 2 * width);
    FloatVector s2_1 = FloatVector.fromArray(SPECIES, m, c + 2 * width + L);
    FloatVector s3_0 = FloatVector.fromArray(SPECIES, m, c + 3 * width);
    FloatVector s3_1 = FloatVector.fromArray(SPECIES, m, c + 3 * width + L);
    FloatVector s4_0 = FloatVector.fromArray(SPECIES, m, c + 4 * width);
    FloatVector s4_1 = FloatVector.fromArray(SPECIES, m, c + 4 * width + L);
    FloatVector s5_0 = FloatVector.fromArray(SPECIES, m, c + 5 * width);
    FloatVector s5_1 = FloatVector.fromArray(SPECIES, m, c + 5 * width + L);
    FloatVector s6_0 = FloatVector.fromArray(SPECIES, m, c + 6 * width);
    FloatVector s6_1 = FloatVector.fromArray(SPECIES, m, c + 6 * width + L);
    FloatVector s7_0 = FloatVector.fromArray(SPECIES, m, c + 7 * width);
    FloatVector s7_1 = FloatVector.fromArray(SPECIES, m, c + 7 * width + L);
    FloatVector s8_0 = FloatVector.fromArray(SPECIES, m, c + 8 * width);
    FloatVector s8_1 = FloatVector.fromArray(SPECIES, m, c + 8 * width + L);
    FloatVector s9_0 = FloatVector.fromArray(SPECIES, m, c + 9 * width);
    FloatVector s9_1 = FloatVector.fromArray(SPECIES, m, c + 9 * width + L);
    FloatVector s10_0 = FloatVector.fromArray(SPECIES, m, c + 10 * width);
    FloatVector s10_1 = FloatVector.fromArray(SPECIES, m, c + 10 * width + L);
    FloatVector s11_0 = FloatVector.fromArray(SPECIES, m, c + 11 * width);
    FloatVector s11_1 = FloatVector.fromArray(SPECIES, m, c + 11 * width + L);
    int end = a + depth * Ops.ROWS;
    for (int ai = a, bi = b; ai < end; ai += Ops.ROWS, bi += width) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, m, bi);
      FloatVector v1 = FloatVector.fromArray(SPECIES, m, bi + L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, m[ai]);
      s0_0 = w0.fma(v0, s0_0);
      s0_1 = w0.fma(v1, s0_1);
      FloatVector w1 = FloatVector.broadcast(SPECIES, m[ai + 1]);
      s1_0 = w1.fma(v0, s1_0);
      s1_1 = w1.fma(v1, s1_1);
      FloatVector w2 = FloatVector.broadcast(SPECIES, m[ai + 2]);
      s2_0 = w2.fma(v0, s2_0);
      s2_1 = w2.fma(v1, s2_1);
      FloatVector w3 = FloatVector.broadcast(SPECIES, m[ai + 3]);
      s3_0 = w3.fma(v0, s3_0);
      s3_1 = w3.fma(v1, s3_1);
      FloatVector w4 = FloatVector.broadcast(SPECIES, m[ai + 4]);
      s4_0 = w4.fma(v0, s4_0);
      s4_1 = w4.fma(v1, s4_1);
      FloatVector w5 = FloatVector.broadcast(SPECIES, m[ai + 5]);
      s5_0 = w5.fma(v0, s5_0);
      s5_1 = w5.fma(v1, s5_1);
      FloatVector w6 = FloatVector.broadcast(SPECIES, m[ai + 6]);
      s6_0 = w6.fma(v0, s6_0);
      s6_1 = w6.fma(v1, s6_1);
      FloatVector w7 = FloatVector.broadcast(SPECIES, m[ai + 7]);
      s7_0 = w7.fma(v0, s7_0);
      s7_1 = w7.fma(v1, s7_1);
      FloatVector w8 = FloatVector.broadcast(SPECIES, m[ai + 8]);
      s8_0 = w8.fma(v0, s8_0);
      s8_1 = w8.fma(v1, s8_1);
      FloatVector w9 = FloatVector.broadcast(SPECIES, m[ai + 9]);
      s9_0 = w9.fma(v0, s9_0);
      s9_1 = w9.fma(v1, s9_1);
      FloatVector w10 = FloatVector.broadcast(SPECIES, m[ai + 10]);
      s10_0 = w10.fma(v0, s10_0);
      s10_1 = w10.fma(v1, s10_1);
      FloatVector w11 = FloatVector.broadcast(SPECIES, m[ai + 11]);
      s11_0 = w11.fma(v0, s11_0);
      s11_1 = w11.fma(v1, s11_1);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s0_0).intoArray(m, c);
    one.mul(s0_1).intoArray(m, c + L);
    one.mul(s1_0).intoArray(m, c + width);
    one.mul(s1_1).intoArray(m, c + width + L);
    one.mul(s2_0).intoArray(m, c + 2 * width);
    one.mul(s2_1).intoArray(m, c + 2 * width + L);
    one.mul(s3_0).intoArray(m, c + 3 * width);
    one.mul(s3_1).intoArray(m, c + 3 * width + L);
    one.mul(s4_0).intoArray(m, c + 4 * width);
    one.mul(s4_1).intoArray(m, c + 4 * width + L);
    one.mul(s5_0).intoArray(m, c + 5 * width);
    one.mul(s5_1).intoArray(m, c + 5 * width + L);
    one.mul(s6_0).intoArray(m, c + 6 * width);
    one.mul(s6_1).intoArray(m, c + 6 * width + L);
    one.mul(s7_0).intoArray(m, c + 7 * width);
    one.mul(s7_1).intoArray(m, c + 7 * width + L);
    one.mul(s8_0).intoArray(m, c + 8 * width);
    one.mul(s8_1).intoArray(m, c + 8 * width + L);
    one.mul(s9_0).intoArray(m, c + 9 * width);
    one.mul(s9_1).intoArray(m, c + 9 * width + L);
    one.mul(s10_0).intoArray(m, c + 10 * width);
    one.mul(s10_1).intoArray(m, c + 10 * width + L);
    one.mul(s11_0).intoArray(m, c + 11 * width);
    one.mul(s11_1).intoArray(m, c + 11 * width + L);
  }

  /** Twelve rows of one vector, for few samples. */
  static void tile12x1(float[] m, int c, int width, int depth, int a, int b) {
    FloatVector s0_0 = FloatVector.fromArray(SPECIES, m, c);
    FloatVector s1_0 = FloatVector.fromArray(SPECIES, m, c + width);
    FloatVector s2_0 = FloatVector.fromArray(SPECIES, m, c + 2 * width);
    FloatVector s3_0 = FloatVector.fromArray(SPECIES, m, c + 3 * width);
    FloatVector s4_0 = FloatVector.fromArray(SPECIES, m, c + 4 * width);
    FloatVector s5_0 = FloatVector.fromArray(SPECIES, m, c + 5 * width);
    FloatVector s6_0 = FloatVector.fromArray(SPECIES, m, c + 6 * width);
    FloatVector s7_0 = FloatVector.fromArray(SPECIES, m, c + 7 * width);
    FloatVector s8_0 = FloatVector.fromArray(SPECIES, m, c + 8 * width);
    FloatVector s9_0 = FloatVector.fromArray(SPECIES, m, c + 9 * width);
    FloatVector s10_0 = FloatVector.fromArray(SPECIES, m, c + 10 * width);
    FloatVector s11_0 = FloatVector.fromArray(SPECIES, m, c + 11 * width);
    int end = a + depth * Ops.ROWS;
    for (int ai = a, bi = b; ai < end; ai += Ops.ROWS, bi += width) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, m, bi);
      FloatVector w0 = FloatVector.broadcast(SPECIES, m[ai]);
      s0_0 = w0.fma(v0, s0_0);
      FloatVector w1 = FloatVector.broadcast(SPECIES, m[ai + 1]);
      s1_0 = w1.fma(v0, s1_0);
      FloatVector w2 = FloatVector.broadcast(SPECIES, m[ai + 2]);
      s2_0 = w2.fma(v0, s2_0);
      FloatVector w3 = FloatVector.broadcast(SPECIES, m[ai + 3]);
      s3_0 = w3.fma(v0, s3_0);
      FloatVector w4 = FloatVector.broadcast(SPECIES, m[ai + 4]);
      s4_0 = w4.fma(v0, s4_0);
      FloatVector w5 = FloatVector.broadcast(SPECIES, m[ai + 5]);
      s5_0 = w5.fma(v0, s5_0);
      FloatVector w6 = FloatVector.broadcast(SPECIES, m[ai + 6]);
      s6_0 = w6.fma(v0, s6_0);
      FloatVector w7 = FloatVector.broadcast(SPECIES, m[ai + 7]);
      s7_0 = w7.fma(v0, s7_0);
      FloatVector w8 = FloatVector.broadcast(SPECIES, m[ai + 8]);
      s8_0 = w8.fma(v0, s8_0);
      FloatVector w9 = FloatVector.broadcast(SPECIES, m[ai + 9]);
      s9_0 = w9.fma(v0, s9_0);
      FloatVector w10 = FloatVector.broadcast(SPECIES, m[ai + 10]);
      s10_0 = w10.fma(v0, s10_0);
      FloatVector w11 = FloatVector.broadcast(SPECIES, m[ai + 11]);
      s11_0 = w11.fma(v0, s11_0);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s0_0).intoArray(m, c);
    one.mul(s1_0).intoArray(m, c + width);
    one.mul(s2_0).intoArray(m, c + 2 * width);
    one.mul(s3_0).intoArray(m, c + 3 * width);
    one.mul(s4_0).intoArray(m, c + 4 * width);
    one.mul(s5_0).intoArray(m, c + 5 * width);
    one.mul(s6_0).intoArray(m, c + 6 * width);
    one.mul(s7_0).intoArray(m, c + 7 * width);
    one.mul(s8_0).intoArray(m, c + 8 * width);
    one.mul(s9_0).intoArray(m, c + 9 * width);
    one.mul(s10_0).intoArray(m, c + 10 * width);
    one.mul(s11_0).intoArray(m, c + 11 * width);
  }

  /** Six rows of two vectors, where there are 16 registers. */
  static void tile6x2(float[] m, int c, int width, int depth, int a, int b) {
    FloatVector s0_0 = FloatVector.fromArray(SPECIES, m, c);
    FloatVector s0_1 = FloatVector.fromArray(SPECIES, m, c + L);
    FloatVector s1_0 = FloatVector.fromArray(SPECIES, m, c + width);
    FloatVector s1_1 = FloatVector.fromArray(SPECIES, m, c + width + L);
    FloatVector s2_0 = FloatVector.fromArray(SPECIES, m, c + 2 * width);
    FloatVector s2_1 = FloatVector.fromArray(SPECIES, m, c + 2 * width + L);
    FloatVector s3_0 = FloatVector.fromArray(SPECIES, m, c + 3 * width);
    FloatVector s3_1 = FloatVector.fromArray(SPECIES, m, c + 3 * width + L);
    FloatVector s4_0 = FloatVector.fromArray(SPECIES, m, c + 4 * width);
    FloatVector s4_1 = FloatVector.fromArray(SPECIES, m, c + 4 * width + L);
    FloatVector s5_0 = FloatVector.fromArray(SPECIES, m, c + 5 * width);
    FloatVector s5_1 = FloatVector.fromArray(SPECIES, m, c + 5 * width + L);
    int end = a + depth * Ops.ROWS;
    for (int ai = a, bi = b; ai < end; ai += Ops.ROWS, bi += width) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, m, bi);
      FloatVector v1 = FloatVector.fromArray(SPECIES, m, bi + L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, m[ai]);
      s0_0 = w0.fma(v0, s0_0);
      s0_1 = w0.fma(v1, s0_1);
      FloatVector w1 = FloatVector.broadcast(SPECIES, m[ai + 1]);
      s1_0 = w1.fma(v0, s1_0);
      s1_1 = w1.fma(v1, s1_1);
      FloatVector w2 = FloatVector.broadcast(SPECIES, m[ai + 2]);
      s2_0 = w2.fma(v0, s2_0);
      s2_1 = w2.fma(v1, s2_1);
      FloatVector w3 = FloatVector.broadcast(SPECIES, m[ai + 3]);
      s3_0 = w3.fma(v0, s3_0);
      s3_1 = w3.fma(v1, s3_1);
      FloatVector w4 = FloatVector.broadcast(SPECIES, m[ai + 4]);
      s4_0 = w4.fma(v0, s4_0);
      s4_1 = w4.fma(v1, s4_1);
      FloatVector w5 = FloatVector.broadcast(SPECIES, m[ai + 5]);
      s5_0 = w5.fma(v0, s5_0);
      s5_1 = w5.fma(v1, s5_1);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s0_0).intoArray(m, c);
    one.mul(s0_1).intoArray(m, c + L);
    one.mul(s1_0).intoArray(m, c + width);
    one.mul(s1_1).intoArray(m, c + width + L);
    one.mul(s2_0).intoArray(m, c + 2 * width);
    one.mul(s2_1).intoArray(m, c + 2 * width + L);
    one.mul(s3_0).intoArray(m, c + 3 * width);
    one.mul(s3_1).intoArray(m, c + 3 * width + L);
    one.mul(s4_0).intoArray(m, c + 4 * width);
    one.mul(s4_1).intoArray(m, c + 4 * width + L);
    one.mul(s5_0).intoArray(m, c + 5 * width);
    one.mul(s5_1).intoArray(m, c + 5 * width + L);
  }

  /**
   * As {@link Ops#multiplyAddRows}. Tiles of a row are six vectors wide, or four where two would be
   * left: an addition takes four cycles, and a vector from the second cache more than one.
   */
  static void multiplyAddRows(
      float[] m, int c, int cRow, int rows, int width, int depth, int a, int aRow, int b) {
    int lane = 0;
    while (lane < width) {
      int left = (width - lane) / L;
      int across = left == 2 ? 2 : left == 4 || left == 8 ? 4 : 6;
      for (int row = 0; row < rows; row++) {
        int to = c + row * cRow + lane;
        int from = a + row * aRow;
        switch (across) {
          case 2 -> tile1x2(m, to, width, depth, from, b + lane);
          case 4 -> tile1x4(m, to, width, depth, from, b + lane);
          default -> tile1x6(m, to, width, depth, from, b + lane);
        }
      }
      lane += across * L;
    }
  }

  private static void tile1x2(float[] m, int c, int width, int depth, int a, int b) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, m, c);
    FloatVector s1 = FloatVector.fromArray(SPECIES, m, c + L);
    int end = a + depth;
    for (int ai = a, bi = b; ai < end; ai++, bi += width) {
      FloatVector w = FloatVector.broadcast(SPECIES, m[ai]);
      s0 = w.fma(FloatVector.fromArray(SPECIES, m, bi), s0);
      s1 = w.fma(FloatVector.fromArray(SPECIES, m, bi + L), s1);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s0).intoArray(m, c);
    one.mul(s1).intoArray(m, c + L);
  }

  private static void tile1x4(float[] m, int c, int width, int depth, int a, int b) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, m, c);
    FloatVector s1 = FloatVector.fromArray(SPECIES, m, c + L);
    FloatVector s2 = FloatVector.fromArray(SPECIES, m, c + 2 * L);
    FloatVector s3 = FloatVector.fromArray(SPECIES, m, c + 3 * L);
    int end = a + depth;
    for (int ai = a, bi = b; ai < end; ai++, bi += width) {
      FloatVector w = FloatVector.broadcast(SPECIES, m[ai]);
      s0 = w.fma(FloatVector.fromArray(SPECIES, m, bi), s0);
      s1 = w.fma(FloatVector.fromArray(SPECIES, m, bi + L), s1);
      s2 = w.fma(FloatVector.fromArray(SPECIES, m, bi + 2 * L), s2);
      s3 = w.fma(FloatVector.fromArray(SPECIES, m, bi + 3 * L), s3);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s0).intoArray(m, c);
    one.mul(s1).intoArray(m, c + L);
    one.mul(s2).intoArray(m, c + 2 * L);
    one.mul(s3).intoArray(m, c + 3 * L);
  }

  private static void tile1x6(float[] m, int c, int width, int depth, int a, int b) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, m, c);
    FloatVector s1 = FloatVector.fromArray(SPECIES, m, c + L);
    FloatVector s2 = FloatVector.fromArray(SPECIES, m, c + 2 * L);
    FloatVector s3 = FloatVector.fromArray(SPECIES, m, c + 3 * L);
    FloatVector s4 = FloatVector.fromArray(SPECIES, m, c + 4 * L);
    FloatVector s5 = FloatVector.fromArray(SPECIES, m, c + 5 * L);
    int end = a + depth;
    for (int ai = a, bi = b; ai < end; ai++, bi += width) {
      FloatVector w = FloatVector.broadcast(SPECIES, m[ai]);
      s0 = w.fma(FloatVector.fromArray(SPECIES, m, bi), s0);
      s1 = w.fma(FloatVector.fromArray(SPECIES, m, bi + L), s1);
      s2 = w.fma(FloatVector.fromArray(SPECIES, m, bi + 2 * L), s2);
      s3 = w.fma(FloatVector.fromArray(SPECIES, m, bi + 3 * L), s3);
      s4 = w.fma(FloatVector.fromArray(SPECIES, m, bi + 4 * L), s4);
      s5 = w.fma(FloatVector.fromArray(SPECIES, m, bi + 5 * L), s5);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s0).intoArray(m, c);
    one.mul(s1).intoArray(m, c + L);
    one.mul(s2).intoArray(m, c + 2 * L);
    one.mul(s3).intoArray(m, c + 3 * L);
    one.mul(s4).intoArray(m, c + 4 * L);
    one.mul(s5).intoArray(m, c + 5 * L);
  }
}
