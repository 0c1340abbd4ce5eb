package io.sparkrnn.kernel;

/**
 * The product of the portable kernels, on rows that are arrays of their own: C2 turns a loop over
 * whole arrays with one index into vector instructions, and leaves one over windows of the same
 * array scalar, since they might overlap. Larger tiles than this it does not unroll. Four times as
 * fast as a tile of scalars.
 *
 * <p>Serves one thread.
 */
final class RowProduct {
  private float[][] factors = new float[0][];
  private float[] sums = new float[0];

  /** As {@link ElmanKernels#multiplyAdd}. */
  void addTo(
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
    reserve(depth, columns);
    for (int i = 0; i < depth; i++) {
      System.arraycopy(b, bAt + i * bRow, factors[i], 0, columns);
    }
    for (int row = 0; row < rows; row++) {
      System.arraycopy(c, cAt + row * cRow, sums, 0, columns);
      int from = aAt + row * aRow;
      int i = 0;
      for (; i + 4 <= depth; i += 4) {
        addFour(
            columns,
            sums,
            factors[i],
            factors[i + 1],
            factors[i + 2],
            factors[i + 3],
            a[from + i],
            a[from + i + 1],
            a[from + i + 2],
            a[from + i + 3]);
      }
      for (; i < depth; i++) {
        addOne(columns, sums, factors[i], a[from + i]);
      }
      System.arraycopy(sums, 0, c, cAt + row * cRow, columns);
    }
  }

  private void reserve(int depth, int columns) {
    if (sums.length < columns || factors.length < depth) {
      sums = new float[Math.max(columns, sums.length)];
      factors = new float[Math.max(depth, factors.length)][sums.length];
    }
  }

  private static void addFour(
      int columns,
      float[] c,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      float a0,
      float a1,
      float a2,
      float a3) {
    for (int i = 0; i < columns; i++) {
      c[i] =
          Math.fma(a3, b3[i], Math.fma(a2, b2[i], Math.fma(a1, b1[i], Math.fma(a0, b0[i], c[i]))));
    }
  }

  private static void addOne(int columns, float[] c, float[] b, float a) {
    for (int i = 0; i < columns; i++) {
      c[i] = Math.fma(a, b[i], c[i]);
    }
  }
}
