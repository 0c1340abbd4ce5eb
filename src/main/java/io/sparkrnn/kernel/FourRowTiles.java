package io.sparkrnn.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of four rows for {@link VectorProduct}. Every lane takes its products in index
 * order.
 */
final class FourRowTiles {
  private static final VectorSpecies<Float> SPECIES = VectorKernelsSpecies.SPECIES;
  private static final int L = SPECIES.length();

  private FourRowTiles() {}

  static void tile4x4(
      float[] c,
      int c0,
      int cRow,
      int depth,
      float[] a,
      int a0,
      int aRow,
      float[] b,
      int b0,
      int bRow) {
    int c1 = c0 + cRow;
    int c2 = c1 + cRow;
    int c3 = c2 + cRow;
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, c0 + L);
    FloatVector s02 = FloatVector.fromArray(SPECIES, c, c0 + 2 * L);
    FloatVector s03 = FloatVector.fromArray(SPECIES, c, c0 + 3 * L);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, c, c1 + L);
    FloatVector s12 = FloatVector.fromArray(SPECIES, c, c1 + 2 * L);
    FloatVector s13 = FloatVector.fromArray(SPECIES, c, c1 + 3 * L);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, c, c2 + L);
    FloatVector s22 = FloatVector.fromArray(SPECIES, c, c2 + 2 * L);
    FloatVector s23 = FloatVector.fromArray(SPECIES, c, c2 + 3 * L);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, c3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, c, c3 + L);
    FloatVector s32 = FloatVector.fromArray(SPECIES, c, c3 + 2 * L);
    FloatVector s33 = FloatVector.fromArray(SPECIES, c, c3 + 3 * L);
    for (int i = 0; i < depth; i++) {
      int ai = a0 + i;
      int bi = b0 + i * bRow;
      FloatVector v0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector v1 = FloatVector.fromArray(SPECIES, b, bi + L);
      FloatVector v2 = FloatVector.fromArray(SPECIES, b, bi + 2 * L);
      FloatVector v3 = FloatVector.fromArray(SPECIES, b, bi + 3 * L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      s02 = w0.fma(v2, s02);
      s03 = w0.fma(v3, s03);
      FloatVector w1 = FloatVector.broadcast(SPECIES, a[ai + aRow]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      s12 = w1.fma(v2, s12);
      s13 = w1.fma(v3, s13);
      FloatVector w2 = FloatVector.broadcast(SPECIES, a[ai + 2 * aRow]);
      s20 = w2.fma(v0, s20);
      s21 = w2.fma(v1, s21);
      s22 = w2.fma(v2, s22);
      s23 = w2.fma(v3, s23);
      FloatVector w3 = FloatVector.broadcast(SPECIES, a[ai + 3 * aRow]);
      s30 = w3.fma(v0, s30);
      s31 = w3.fma(v1, s31);
      s32 = w3.fma(v2, s32);
      s33 = w3.fma(v3, s33);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s00).intoArray(c, c0);
    one.mul(s01).intoArray(c, c0 + L);
    one.mul(s02).intoArray(c, c0 + 2 * L);
    one.mul(s03).intoArray(c, c0 + 3 * L);
    one.mul(s10).intoArray(c, c1);
    one.mul(s11).intoArray(c, c1 + L);
    one.mul(s12).intoArray(c, c1 + 2 * L);
    one.mul(s13).intoArray(c, c1 + 3 * L);
    one.mul(s20).intoArray(c, c2);
    one.mul(s21).intoArray(c, c2 + L);
    one.mul(s22).intoArray(c, c2 + 2 * L);
    one.mul(s23).intoArray(c, c2 + 3 * L);
    one.mul(s30).intoArray(c, c3);
    one.mul(s31).intoArray(c, c3 + L);
    one.mul(s32).intoArray(c, c3 + 2 * L);
    one.mul(s33).intoArray(c, c3 + 3 * L);
  }

  static void tile4x2(
      float[] c,
      int c0,
      int cRow,
      int depth,
      float[] a,
      int a0,
      int aRow,
      float[] b,
      int b0,
      int bRow) {
    int c1 = c0 + cRow;
    int c2 = c1 + cRow;
    int c3 = c2 + cRow;
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, c0 + L);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, c, c1 + L);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, c, c2 + L);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, c3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, c, c3 + L);
    for (int i = 0; i < depth; i++) {
      int ai = a0 + i;
      int bi = b0 + i * bRow;
      FloatVector v0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector v1 = FloatVector.fromArray(SPECIES, b, bi + L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      FloatVector w1 = FloatVector.broadcast(SPECIES, a[ai + aRow]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      FloatVector w2 = FloatVector.broadcast(SPECIES, a[ai + 2 * aRow]);
      s20 = w2.fma(v0, s20);
      s21 = w2.fma(v1, s21);
      FloatVector w3 = FloatVector.broadcast(SPECIES, a[ai + 3 * aRow]);
      s30 = w3.fma(v0, s30);
      s31 = w3.fma(v1, s31);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s00).intoArray(c, c0);
    one.mul(s01).intoArray(c, c0 + L);
    one.mul(s10).intoArray(c, c1);
    one.mul(s11).intoArray(c, c1 + L);
    one.mul(s20).intoArray(c, c2);
    one.mul(s21).intoArray(c, c2 + L);
    one.mul(s30).intoArray(c, c3);
    one.mul(s31).intoArray(c, c3 + L);
  }

  static void tile4x1(
      float[] c,
      int c0,
      int cRow,
      int depth,
      float[] a,
      int a0,
      int aRow,
      float[] b,
      int b0,
      int bRow) {
    int c1 = c0 + cRow;
    int c2 = c1 + cRow;
    int c3 = c2 + cRow;
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, c3);
    for (int i = 0; i < depth; i++) {
      int ai = a0 + i;
      int bi = b0 + i * bRow;
      FloatVector v0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector w0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = w0.fma(v0, s00);
      FloatVector w1 = FloatVector.broadcast(SPECIES, a[ai + aRow]);
      s10 = w1.fma(v0, s10);
      FloatVector w2 = FloatVector.broadcast(SPECIES, a[ai + 2 * aRow]);
      s20 = w2.fma(v0, s20);
      FloatVector w3 = FloatVector.broadcast(SPECIES, a[ai + 3 * aRow]);
      s30 = w3.fma(v0, s30);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s00).intoArray(c, c0);
    one.mul(s10).intoArray(c, c1);
    one.mul(s20).intoArray(c, c2);
    one.mul(s30).intoArray(c, c3);
  }
}
