package io.sparkrnn.kernel;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of the vector kernels, in register tiles: lanes hold different outputs, each of which
 * takes its products in index order, so that neither tiles nor the width of vectors can be seen in
 * the result.
 *
 * <p>Sums are multiplied by one when they are stored: C2 knows the class of a product, but of a
 * variable of a loop only what it has seen in this JVM, and another library's vectors of another
 * width would make a tile twenty times slower.
 *
 * <p>A tile's sums must fit the registers and be at least eight, since two additions start in each
 * cycle and each takes four. Of 32 registers of 512 bits, six rows of four vectors take 24; of 16
 * narrower ones, six rows of two take 12.
 */
final class VectorProduct {
  private static final VectorSpecies<Float> SPECIES = VectorKernelsSpecies.SPECIES;
  private static final int L = SPECIES.length();

  // What a tile reads of b, 64 columns of so many rows, fits the nearest cache.
  private static final int DEPTH = 160;

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
      float[] b,
      int bAt,
      int bRow) {
    // A JVM may be told not to check each vector; it must read no foreign memory all the same.
    Objects.checkFromToIndex(cAt, cAt + (rows - 1) * cRow + columns, c.length);
    Objects.checkFromToIndex(bAt, bAt + (depth - 1) * bRow + columns, b.length);
    int chunks = (depth + DEPTH - 1) / DEPTH;
    for (int chunk = 0; chunk < chunks; chunk++) {
      int from = depth * chunk / chunks;
      int to = depth * (chunk + 1) / chunks;
      for (int column = 0; column < columns; ) {
        int vectors = vectors(columns - column);
        int bTile = bAt + from * bRow + column;
        for (int row = 0; row < rows; ) {
          int tileRows = rows(rows - row);
          int cTile = cAt + row * cRow + column;
          int aTile = aAt + row * aRow + from;
          switch (tileRows) {
            case 6 -> six(vectors, c, cTile, cRow, to - from, a, aTile, aRow, b, bTile, bRow);
            case 4 -> four(vectors, c, cTile, cRow, to - from, a, aTile, aRow, b, bTile, bRow);
            default -> one(vectors, c, cTile, to - from, a, aTile, b, bTile, bRow);
          }
          row += tileRows;
        }
        column += vectors * L;
      }
    }
  }

  /** Vectors across a tile. */
  private static int vectors(int columnsLeft) {
    if (L < 16) {
      return 2;
    }
    return columnsLeft >= 4 * L ? 4 : columnsLeft >= 2 * L ? 2 : 1;
  }

  /** Rows of a tile: six, then fours, such that of four or more rows at most one is left alone. */
  private static int rows(int rowsLeft) {
    return switch (rowsLeft) {
      case 1, 2, 3 -> 1;
      case 4, 5, 8, 9 -> 4;
      default -> 6;
    };
  }

  private static void six(
      int vectors,
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
    switch (vectors) {
      case 4 -> SixRowTiles.tile6x4(c, c0, cRow, depth, a, a0, aRow, b, b0, bRow);
      case 2 -> SixRowTiles.tile6x2(c, c0, cRow, depth, a, a0, aRow, b, b0, bRow);
      default -> SixRowTiles.tile6x1(c, c0, cRow, depth, a, a0, aRow, b, b0, bRow);
    }
  }

  private static void four(
      int vectors,
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
    switch (vectors) {
      case 4 -> FourRowTiles.tile4x4(c, c0, cRow, depth, a, a0, aRow, b, b0, bRow);
      case 2 -> FourRowTiles.tile4x2(c, c0, cRow, depth, a, a0, aRow, b, b0, bRow);
      default -> FourRowTiles.tile4x1(c, c0, cRow, depth, a, a0, aRow, b, b0, bRow);
    }
  }

  private static void one(
      int vectors, float[] c, int c0, int depth, float[] a, int a0, float[] b, int b0, int bRow) {
    switch (vectors) {
      case 4 -> tile1x4(c, c0, depth, a, a0, b, b0, bRow);
      case 2 -> tile1x2(c, c0, depth, a, a0, b, b0, bRow);
      default -> tile1x1(c, c0, depth, a, a0, b, b0, bRow);
    }
  }

  private static void tile1x4(
      float[] c, int c0, int depth, float[] a, int a0, float[] b, int b0, int bRow) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, c0 + L);
    FloatVector s02 = FloatVector.fromArray(SPECIES, c, c0 + 2 * L);
    FloatVector s03 = FloatVector.fromArray(SPECIES, c, c0 + 3 * L);
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
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s00).intoArray(c, c0);
    one.mul(s01).intoArray(c, c0 + L);
    one.mul(s02).intoArray(c, c0 + 2 * L);
    one.mul(s03).intoArray(c, c0 + 3 * L);
  }

  private static void tile1x2(
      float[] c, int c0, int depth, float[] a, int a0, float[] b, int b0, int bRow) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector s01 = FloatVector.fromArray(SPECIES, c, c0 + L);
    for (int i = 0; i < depth; i++) {
      int ai = a0 + i;
      int bi = b0 + i * bRow;
      FloatVector v0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector v1 = FloatVector.fromArray(SPECIES, b, bi + L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s00).intoArray(c, c0);
    one.mul(s01).intoArray(c, c0 + L);
  }

  private static void tile1x1(
      float[] c, int c0, int depth, float[] a, int a0, float[] b, int b0, int bRow) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, c, c0);
    for (int i = 0; i < depth; i++) {
      int ai = a0 + i;
      int bi = b0 + i * bRow;
      FloatVector v0 = FloatVector.fromArray(SPECIES, b, bi);
      FloatVector w0 = FloatVector.broadcast(SPECIES, a[ai]);
      s00 = w0.fma(v0, s00);
    }
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    one.mul(s00).intoArray(c, c0);
  }
}
