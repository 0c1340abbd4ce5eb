package io.sparkrnn.kernel;

/**
 * The one product of the portable kernels: matrices are windows of flat arrays with a stride for
 * each axis.
 */
final class StridedProduct {
  private static final int TILE = 4;

  private StridedProduct() {}

  /**
   * Adds {@code a b} to {@code c}: each {@code c[row][column]} takes its {@code depth} products one
   * after another, by fused multiply-add. {@code a[row][i]} is at {@code aAt + row * aRow + i *
   * aStep}, {@code b[i][column]} at {@code bAt + column * bColumn + i * bStep}, {@code
   * c[row][column]} at {@code cAt + row * cRow + column}.
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
      int bColumn,
      int bStep) {
    int tiledRows = rows / TILE * TILE;
    int tiledColumns = columns / TILE * TILE;
    for (int row = 0; row < tiledRows; row += TILE) {
      for (int column = 0; column < tiledColumns; column += TILE) {
        tile(
            c,
            cAt + row * cRow + column,
            cRow,
            depth,
            a,
            aAt + row * aRow,
            aRow,
            aStep,
            b,
            bAt + column * bColumn,
            bColumn,
            bStep);
      }
      edge(
          c,
          cAt,
          cRow,
          row,
          row + TILE,
          tiledColumns,
          columns,
          depth,
          a,
          aAt,
          aRow,
          aStep,
          b,
          bAt,
          bColumn,
          bStep);
    }
    edge(
        c, cAt, cRow, tiledRows, rows, 0, columns, depth, a, aAt, aRow, aStep, b, bAt, bColumn,
        bStep);
  }

  private static void edge(
      float[] c,
      int cAt,
      int cRow,
      int fromRow,
      int toRow,
      int fromColumn,
      int toColumn,
      int depth,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      float[] b,
      int bAt,
      int bColumn,
      int bStep) {
    for (int row = fromRow; row < toRow; row++) {
      for (int column = fromColumn; column < toColumn; column++) {
        int target = cAt + row * cRow + column;
        float sum = c[target];
        for (int i = 0; i < depth; i++) {
          sum =
              Math.fma(a[aAt + row * aRow + i * aStep], b[bAt + column * bColumn + i * bStep], sum);
        }
        c[target] = sum;
      }
    }
  }

  // Sixteen independent chains in scalar registers: C2 vectorises short loops over samples poorly,
  // and one chain waits
  // for the latency of each addition.
  private static void tile(
      float[] c,
      int cAt,
      int cRow,
      int depth,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      float[] b,
      int bAt,
      int bColumn,
      int bStep) {
    int c0 = cAt;
    int c1 = c0 + cRow;
    int c2 = c1 + cRow;
    int c3 = c2 + cRow;
    float s00 = c[c0], s01 = c[c0 + 1], s02 = c[c0 + 2], s03 = c[c0 + 3];
    float s10 = c[c1], s11 = c[c1 + 1], s12 = c[c1 + 2], s13 = c[c1 + 3];
    float s20 = c[c2], s21 = c[c2 + 1], s22 = c[c2 + 2], s23 = c[c2 + 3];
    float s30 = c[c3], s31 = c[c3 + 1], s32 = c[c3 + 2], s33 = c[c3 + 3];
    for (int i = 0; i < depth; i++) {
      int ai = aAt + i * aStep;
      int bi = bAt + i * bStep;
      float b0 = b[bi], b1 = b[bi + bColumn], b2 = b[bi + 2 * bColumn], b3 = b[bi + 3 * bColumn];
      float a0 = a[ai];
      s00 = Math.fma(a0, b0, s00);
      s01 = Math.fma(a0, b1, s01);
      s02 = Math.fma(a0, b2, s02);
      s03 = Math.fma(a0, b3, s03);
      float a1 = a[ai + aRow];
      s10 = Math.fma(a1, b0, s10);
      s11 = Math.fma(a1, b1, s11);
      s12 = Math.fma(a1, b2, s12);
      s13 = Math.fma(a1, b3, s13);
      float a2 = a[ai + 2 * aRow];
      s20 = Math.fma(a2, b0, s20);
      s21 = Math.fma(a2, b1, s21);
      s22 = Math.fma(a2, b2, s22);
      s23 = Math.fma(a2, b3, s23);
      float a3 = a[ai + 3 * aRow];
      s30 = Math.fma(a3, b0, s30);
      s31 = Math.fma(a3, b1, s31);
      s32 = Math.fma(a3, b2, s32);
      s33 = Math.fma(a3, b3, s33);
    }
    c[c0] = s00;
    c[c0 + 1] = s01;
    c[c0 + 2] = s02;
    c[c0 + 3] = s03;
    c[c1] = s10;
    c[c1 + 1] = s11;
    c[c1 + 2] = s12;
    c[c1 + 3] = s13;
    c[c2] = s20;
    c[c2 + 1] = s21;
    c[c2 + 2] = s22;
    c[c2 + 3] = s23;
    c[c3] = s30;
    c[c3 + 1] = s31;
    c[c3 + 2] = s32;
    c[c3 + 3] = s33;
  }
}
