package io.sparkrnn.kernel;

/**
 * The words that all arithmetic of a network is said in. The portable implementation defines them;
 * the vector one has its bits. Operands lie in one array: C2 keeps the loop of a tile in registers
 * only where there is one base and one length.
 *
 * <p>All but the products go value by value over a range; its length is a multiple of {@value
 * #LANES}, the lanes of the widest vectors there are (512 bits).
 */
public abstract class Ops {
  static final int LANES = 16;

  /** Rows of a panel of weights. */
  static final int ROWS = 12;

  /** Of one pass over weights and what they multiply: both stay in the nearest cache. */
  private static final int DEPTH = 256;

  /** Sums over all parameters fold over so many. */
  static final int VIRTUAL_LANES = 64;

  Ops() {}

  /**
   * The implementation of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Ops named(String name) {
    return switch (name) {
      case "portable" -> new PortableOps();
      case "vector" -> new VectorOps();
      default ->
          throw new IllegalArgumentException("expected kernels vector or portable, found " + name);
    };
  }

  /** The name that the option {@code --kernels} and the results use. */
  public abstract String name();

  /**
   * Adds {@code a b} to {@code c}: each {@code c[row][lane]} takes its {@code depth} products one
   * after another, by fused multiply-add.
   *
   * <p>Several {@code b}, each with its {@code c}, may be given: what is plain Java is only fast on
   * long rows.
   *
   * @param c of {@code [panels * 12][width]}
   * @param cBlock from one c to the next
   * @param width 16 or 32
   * @param blocks how many c and b
   * @param panels panels of 12 rows
   * @param a of the first panel, {@code [depth][12]}
   * @param aPanel from one panel to the next
   * @param b of {@code [depth][width]}
   * @param bBlock from one b to the next
   */
  abstract void multiplyAdd(
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
      int bBlock);

  /**
   * {@link #multiplyAdd}, in passes of a depth after which sums go to memory and come back, so that
   * factors stay in the nearest cache.
   *
   * @param rows panels times 12
   * @param aDepth depth of the panels of a, of which {@code depth} takes part
   */
  final void multiplyAddInPasses(
      float[] m,
      int c,
      int cBlock,
      int width,
      int blocks,
      int rows,
      int depth,
      int a,
      int aDepth,
      int b,
      int bBlock) {
    for (int from = 0; from < depth; from += DEPTH) {
      multiplyAdd(
          m,
          c,
          cBlock,
          width,
          blocks,
          rows / ROWS,
          Math.min(DEPTH, depth - from),
          a + from * ROWS,
          aDepth * ROWS,
          b + from * width,
          bBlock);
    }
  }

  /** Groups that go side by side, at least, if there are so many: longer rows. */
  abstract int leastSideBySide();

  /**
   * Adds a vector's product with a matrix to {@code c[width]}, in the order of {@link
   * #multiplyAdd}.
   *
   * @param width a multiple of {@code 4 * LANES}
   * @param a of {@code [depth]}
   * @param b of {@code [depth][width]}
   */
  abstract void multiplyAddRow(float[] m, int c, int width, int depth, int a, int b);

  /** {@link Activation#tanh}, in place. */
  abstract void tanh(float[] m, int at, int length);

  /** {@link Activation#relu}, in place. */
  abstract void relu(float[] m, int at, int length);

  /** {@code delta * fma(-h, h, 1)}: tanh's derivative by its value. */
  abstract void timesTanhSlope(float[] m, int delta, int h, int length);

  /** {@code delta} where {@code h > 0}, else 0. */
  abstract void timesReluSlope(float[] m, int delta, int h, int length);

  /** {@code target + source}, in place. */
  abstract void add(float[] m, int target, int source, int length);

  /**
   * The sum of squares, folded over 64 virtual lanes and then pairwise from the outer halves in.
   *
   * @param lanes room for them
   */
  public abstract float sumOfSquares(float[] values, float[] lanes);

  /** Room for {@link #sumOfSquares}. */
  public static float[] lanes() {
    return new float[VIRTUAL_LANES];
  }

  static float fold(float[] lanes) {
    for (int width = VIRTUAL_LANES / 2; width > 0; width /= 2) {
      for (int lane = 0; lane < width; lane++) {
        lanes[lane] += lanes[lane + width];
      }
    }
    return lanes[0];
  }

  /** {@code count} rounded up to a multiple. */
  static int padded(int count, int multiple) {
    return (count + multiple - 1) / multiple * multiple;
  }
}
