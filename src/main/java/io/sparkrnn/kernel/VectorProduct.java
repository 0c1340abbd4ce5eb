package io.sparkrnn.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of the vector kernels, in register tiles: lanes hold different outputs, each of which
 * takes its products in index order, so that neither tiles nor the width of vectors can be seen in
 * the result.
 */
final class VectorProduct {
  private static final VectorSpecies<Float> SPECIES = VectorKernelsSpecies.SPECIES;
  private static final int L = SPECIES.length();
  private static final int ROWS = 6;

  /** 24 accumulators fit where there are 32 registers; with 16 of them, 12 do. */
  private static final boolean WIDE = L == 16;

  private static final int COLUMNS = WIDE ? 4 * L : 2 * L;

  private VectorProduct() {}

  /**
   * As {@link ElmanKernels#multiplyAdd}; {@code columns} must be a multiple of {@link
   * Workspace#LANES}.
   */
  static void addTo(
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
    int tiledRows = rows / ROWS * ROWS;
    for (int column = 0; column < columns; ) {
      int width = column + COLUMNS <= columns ? COLUMNS : L;
      int cColumn = cAt + column;
      int bColumn = bAt + column;
      for (int row = 0; row < tiledRows; row += ROWS) {
        int cTile = cColumn + row * cRow;
        int aTile = aAt + row * aRow;
        if (width == L) {
          tile6x1(c, cTile, cRow, depth, a, aTile, aRow, aStep, b, bColumn, bStep);
        } else if (WIDE) {
          tile6x4(c, cTile, cRow, depth, a, aTile, aRow, aStep, b, bColumn, bStep);
        } else {
          tile6x2(c, cTile, cRow, depth, a, aTile, aRow, aStep, b, bColumn, bStep);
        }
      }
      for (int row = tiledRows; row < rows; row++) {
        int cTile = cColumn + row * cRow;
        int aTile = aAt + row * aRow;
        if (width == L) {
          tile1x1(c, cTile, depth, a, aTile, aStep, b, bColumn, bStep);
        } else if (WIDE) {
          tile1x4(c, cTile, depth, a, aTile, aStep, b, bColumn, bStep);
        } else {
          tile1x2(c, cTile, depth, a, aTile, aStep, b, bColumn, bStep);
        }
      }
      column += width;
    }
  }

  private static void tile6x4(
      float[] c,
      int c0,
      int cRow,
      int depth,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      float[] b,
      int bAt,
      int bStep) {
    int c1 = c0 + cRow;
    int c2 = c1 + cRow;
    int c3 = c2 + cRow;
    int c4 = c3 + cRow;
    int c5 = c4 + cRow;
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
    FloatVector s40 = FloatVector.fromArray(SPECIES, c, c4);
    FloatVector s41 = FloatVector.fromArray(SPECIES, c, c4 + L);
    FloatVector s42 = FloatVector.fromArray(SPECIES, c, c4 + 2 * L);
    FloatVector s43 = FloatVector.fromArray(SPECIES, c, c4 + 3 * L);
    FloatVector s50 = FloatVector.fromArray(SPECIES, c, c5);
    FloatVector s51 = FloatVector.fromArray(SPECIES, c, c5 + L);
    FloatVector s52 = FloatVector.fromArray(SPECIES, c, c5 + 2 * L);
    FloatVector s53 = FloatVector.fromArray(SPECIES, c, c5 + 3 * L);
    for (int i = 0; i < depth; i++) {
      int ai = aAt + i * aStep;
      int bi = bAt + i * bStep;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + L);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, bi + 2 * L);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, bi + 3 * L);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      s02 = a0.fma(b2, s02);
      s03 = a0.fma(b3, s03);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + aRow]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      s12 = a1.fma(b2, s12);
      s13 = a1.fma(b3, s13);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * aRow]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      s22 = a2.fma(b2, s22);
      s23 = a2.fma(b3, s23);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * aRow]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      s32 = a3.fma(b2, s32);
      s33 = a3.fma(b3, s33);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * aRow]);
      s40 = a4.fma(b0, s40);
      s41 = a4.fma(b1, s41);
      s42 = a4.fma(b2, s42);
      s43 = a4.fma(b3, s43);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * aRow]);
      s50 = a5.fma(b0, s50);
      s51 = a5.fma(b1, s51);
      s52 = a5.fma(b2, s52);
      s53 = a5.fma(b3, s53);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + L);
    s02.intoArray(c, c0 + 2 * L);
    s03.intoArray(c, c0 + 3 * L);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + L);
    s12.intoArray(c, c1 + 2 * L);
    s13.intoArray(c, c1 + 3 * L);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + L);
    s22.intoArray(c, c2 + 2 * L);
    s23.intoArray(c, c2 + 3 * L);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + L);
    s32.intoArray(c, c3 + 2 * L);
    s33.intoArray(c, c3 + 3 * L);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + L);
    s42.intoArray(c, c4 + 2 * L);
    s43.intoArray(c, c4 + 3 * L);
    s50.intoArray(c, c5);
    s51.intoArray(c, c5 + L);
    s52.intoArray(c, c5 + 2 * L);
    s53.intoArray(c, c5 + 3 * L);
  }

  private static void tile6x2(
      float[] c,
      int c0,
      int cRow,
      int depth,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      float[] b,
      int bAt,
      int bStep) {
    int c1 = c0 + cRow;
    int c2 = c1 + cRow;
    int c3 = c2 + cRow;
    int c4 = c3 + cRow;
    int c5 = c4 + cRow;
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, c0 + L);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, c, c1 + L);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, c, c2 + L);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, c3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, c, c3 + L);
    FloatVector s40 = FloatVector.fromArray(SPECIES, c, c4);
    FloatVector s41 = FloatVector.fromArray(SPECIES, c, c4 + L);
    FloatVector s50 = FloatVector.fromArray(SPECIES, c, c5);
    FloatVector s51 = FloatVector.fromArray(SPECIES, c, c5 + L);
    for (int i = 0; i < depth; i++) {
      int ai = aAt + i * aStep;
      int bi = bAt + i * bStep;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + L);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + aRow]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * aRow]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * aRow]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * aRow]);
      s40 = a4.fma(b0, s40);
      s41 = a4.fma(b1, s41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * aRow]);
      s50 = a5.fma(b0, s50);
      s51 = a5.fma(b1, s51);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + L);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + L);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + L);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + L);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + L);
    s50.intoArray(c, c5);
    s51.intoArray(c, c5 + L);
  }

  private static void tile6x1(
      float[] c,
      int c0,
      int cRow,
      int depth,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      float[] b,
      int bAt,
      int bStep) {
    int c1 = c0 + cRow;
    int c2 = c1 + cRow;
    int c3 = c2 + cRow;
    int c4 = c3 + cRow;
    int c5 = c4 + cRow;
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s10 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector s20 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector s30 = FloatVector.fromArray(SPECIES, c, c3);
    FloatVector s40 = FloatVector.fromArray(SPECIES, c, c4);
    FloatVector s50 = FloatVector.fromArray(SPECIES, c, c5);
    for (int i = 0; i < depth; i++) {
      int ai = aAt + i * aStep;
      int bi = bAt + i * bStep;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = a0.fma(b0, s00);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + aRow]);
      s10 = a1.fma(b0, s10);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * aRow]);
      s20 = a2.fma(b0, s20);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * aRow]);
      s30 = a3.fma(b0, s30);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * aRow]);
      s40 = a4.fma(b0, s40);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * aRow]);
      s50 = a5.fma(b0, s50);
    }
    s00.intoArray(c, c0);
    s10.intoArray(c, c1);
    s20.intoArray(c, c2);
    s30.intoArray(c, c3);
    s40.intoArray(c, c4);
    s50.intoArray(c, c5);
  }

  private static void tile1x4(
      float[] c, int c0, int depth, float[] a, int aAt, int aStep, float[] b, int bAt, int bStep) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, c0 + L);
    FloatVector s02 = FloatVector.fromArray(SPECIES, c, c0 + 2 * L);
    FloatVector s03 = FloatVector.fromArray(SPECIES, c, c0 + 3 * L);
    for (int i = 0; i < depth; i++) {
      int ai = aAt + i * aStep;
      int bi = bAt + i * bStep;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + L);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, bi + 2 * L);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, bi + 3 * L);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      s02 = a0.fma(b2, s02);
      s03 = a0.fma(b3, s03);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + L);
    s02.intoArray(c, c0 + 2 * L);
    s03.intoArray(c, c0 + 3 * L);
  }

  private static void tile1x2(
      float[] c, int c0, int depth, float[] a, int aAt, int aStep, float[] b, int bAt, int bStep) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, c0 + L);
    for (int i = 0; i < depth; i++) {
      int ai = aAt + i * aStep;
      int bi = bAt + i * bStep;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + L);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + L);
  }

  private static void tile1x1(
      float[] c, int c0, int depth, float[] a, int aAt, int aStep, float[] b, int bAt, int bStep) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    for (int i = 0; i < depth; i++) {
      int ai = aAt + i * aStep;
      int bi = bAt + i * bStep;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = a0.fma(b0, s00);
    }
    s00.intoArray(c, c0);
  }
}
