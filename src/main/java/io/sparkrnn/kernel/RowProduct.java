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
  private int depth;
  private int width;

  /** Takes the factors of all that follows: {@code [depth][width]}, {@code stride} apart. */
  void factors(float[] m, int b, int depth, int width, int stride) {
    if (sums.length != width || factors.length < depth) {
      sums = new float[width];
      factors = new float[Math.max(depth, factors.length)][width];
    }
    for (int i = 0; i < depth; i++) {
      System.arraycopy(m, b + i * stride, factors[i], 0, width);
    }
    this.depth = depth;
    this.width = width;
  }

  /** Adds the product of {@code depth} values, {@code stride} apart, with the factors to a row. */
  void addTo(float[] m, int c, int a, int stride) {
    System.arraycopy(m, c, sums, 0, width);
    int i = 0;
    for (; i + 4 <= depth; i += 4) {
      int at = a + i * stride;
      addFour(
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
      addOne(sums, factors[i], m[a + i * stride]);
    }
    System.arraycopy(sums, 0, m, c, width);
  }

  private static void addFour(
      float[] c,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      float a0,
      float a1,
      float a2,
      float a3) {
    for (int i = 0; i < c.length; i++) {
      c[i] =
          Math.fma(a3, b3[i], Math.fma(a2, b2[i], Math.fma(a1, b1[i], Math.fma(a0, b0[i], c[i]))));
    }
  }

  private static void addOne(float[] c, float[] b, float a) {
    for (int i = 0; i < c.length; i++) {
      c[i] = Math.fma(a, b[i], c[i]);
    }
  }
}
