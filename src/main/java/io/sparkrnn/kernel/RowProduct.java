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
  private int blocks;
  private int width;
  private int depth;

  /**
   * Takes the factors of all that follows, blocks of {@code [depth][width]} side by side.
   *
   * @param bBlock from one block to the next
   * @param stride from one row of a block to the next
   */
  void factors(float[] m, int b, int bBlock, int blocks, int width, int depth, int stride) {
    this.blocks = blocks;
    this.width = width;
    this.depth = depth;
    reserve();
    for (int i = 0; i < depth; i++) {
      for (int block = 0; block < blocks; block++) {
        int from = b + block * bBlock + i * stride;
        System.arraycopy(m, from, factors[i], block * width, width);
      }
    }
  }

  private void reserve() {
    int columns = blocks * width;
    if (sums.length < columns || factors.length < depth) {
      sums = new float[Math.max(columns, sums.length)];
      factors = new float[Math.max(depth, factors.length)][sums.length];
    }
  }

  /**
   * Adds the product of {@code depth} values, {@code stride} apart, with the factors to a row.
   *
   * @param cBlock from the row of one block to that of the next
   */
  void addTo(float[] m, int c, int cBlock, int a, int stride) {
    int columns = blocks * width;
    for (int block = 0; block < blocks; block++) {
      System.arraycopy(m, c + block * cBlock, sums, block * width, width);
    }
    int i = 0;
    for (; i + 4 <= depth; i += 4) {
      int at = a + i * stride;
      addFour(
          columns,
          sums,
          factors[i],
          factors[i + 1],
          factors[i + 2],
          factors[i + 3],
          m[at],
          m[at + stride],
          m[at + 2 * stride],
          m[at + 3 * stride]);
    }
    for (; i < depth; i++) {
      addOne(columns, sums, factors[i], m[a + i * stride]);
    }
    for (int block = 0; block < blocks; block++) {
      System.arraycopy(sums, block * width, m, c + block * cBlock, width);
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
