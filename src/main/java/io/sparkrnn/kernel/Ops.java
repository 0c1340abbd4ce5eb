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

  /** 2^-100: its products with weights are still normal numbers. */
  static final float TINY = 0x1p-100f;

  // Of draws.
  static final int GOLDEN = 0x9E3779B9;
  static final int MIX_1 = 0x7FEB352D;
  static final int MIX_2 = 0x846CA68B;

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
   * @param width of a row: 16 or 32
   * @param lanes of a row that take part: 16 or 32
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
      int lanes,
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
      int lanes,
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
          lanes,
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
   * Adds to each of some rows a vector's product with the same matrix, in the order of {@link
   * #multiplyAdd}.
   *
   * @param c of the first row, {@code [width]}
   * @param cRow from one row to the next
   * @param width a multiple of {@code 2 * LANES}
   * @param a of the first row's vector, {@code [depth]}
   * @param aRow from one vector to the next
   * @param b of {@code [depth][width]}
   */
  abstract void multiplyAddRows(
      float[] m, int c, int cRow, int rows, int width, int depth, int a, int aRow, int b);

  /** {@link Activation#tanh}; {@code y} may be {@code x}. */
  abstract void tanh(float[] m, int y, int x, int length);

  /** {@link Activation#sigmoid}, in place. */
  abstract void sigmoid(float[] m, int at, int length);

  /** {@link Activation#relu}, in place. */
  abstract void relu(float[] m, int at, int length);

  /** {@code delta * fma(-h, h, 1)}: tanh's derivative by its value. */
  abstract void timesTanhSlope(float[] m, int delta, int h, int length);

  /** {@code delta} where {@code h > 0}, else 0. */
  abstract void timesReluSlope(float[] m, int delta, int h, int length);

  /** {@code out = (a * b) * fma(-y, y, 1)}. */
  abstract void tanhDelta(float[] m, int out, int a, int b, int y, int length);

  /** {@code out = (a * b) * fma(-y, y, y)}: the logistic function's derivative by its value. */
  abstract void sigmoidDelta(float[] m, int out, int a, int b, int y, int length);

  /** {@code out = a * b}; places may be the same. */
  abstract void times(float[] m, int out, int a, int b, int length);

  /** {@code out = fma(a, b, c)}; places may be the same. */
  abstract void timesPlus(float[] m, int out, int a, int b, int c, int length);

  /** {@code out = a - b}; places may be the same. */
  abstract void minus(float[] m, int out, int a, int b, int length);

  /** {@code target + source}, in place. */
  abstract void add(float[] m, int target, int source, int length);

  /**
   * Writes a value of each row to all of its lanes.
   *
   * @param at of {@code [values.length][width]}
   * @param width a multiple of {@value #LANES}
   */
  abstract void broadcast(float[] m, int at, int width, float[] values);

  /**
   * {@code target + source}, in place; 0 where that is below {@link #TINY}. Gradients that vanish
   * over many time steps come to numbers so small that CPUs compute them in microcode, a hundred
   * times slower, and they are lost in any sum.
   */
  abstract void addFlushed(float[] m, int target, int source, int length);

  /**
   * Drops values: {@code m[at + row * width + lane]} becomes 0 where {@link #draw} is below a
   * threshold, and else is scaled.
   *
   * @param keys one for each lane
   * @param threshold of {@code 2^24}: the probability
   */
  abstract void drop(
      float[] m, int at, int rows, int width, int[] keys, int threshold, float scale);

  /**
   * 24 random bits: a mix of a key and a row's number, by multiplications and shifts ({@code
   * lowbias32} of Wellons's hash prospector), after which all bits depend on all.
   */
  static int draw(int key, int row) {
    int x = key + row * GOLDEN;
    x = (x ^ x >>> 16) * MIX_1;
    x = (x ^ x >>> 15) * MIX_2;
    return (x ^ x >>> 16) >>> 8;
  }

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
