package io.sparkrnn.kernel;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Brings the singular values of a matrix near 1 and keeps its singular vectors, by five iterations
 * of Newton and Schulz with the coefficients of Muon (Jordan et al. 2024), which leave them between
 * about 0.7 and 1.2.
 *
 * <p>The arithmetic is defined. The norm is the root of the sum of squares in double, over four
 * interleaved sums that are added as {@code (s0 + s1) + (s2 + s3)}. The matrix {@code X} is the
 * given one, transposed where it has more rows than columns, each value times {@code 1 / (norm +
 * 1e-12)} in double and rounded. An iteration is {@code A = X X'}, {@code B = fma(c, A A, b A)},
 * {@code X = a X + B X}, in which each value of a product is a chain of fused multiply-adds in the
 * order of the inner index, and that of the last begins with {@code a X}.
 *
 * <p>A matrix of zeros stays one. One whose norm is not finite becomes NaN, so that whoever steps
 * by it is seen to have diverged. Serves one thread, and keeps the room that it needs.
 */
public final class Orthogonaliser {
  private static final int ITERATIONS = 5;
  private static final float A = 3.4445f;
  private static final float B = -4.775f;
  private static final float C = 2.0315f;
  private static final double EPSILON = 1e-12;

  private static final int WIDTH = 32;

  private final Ops ops;
  private final int rows;
  private final int columns;
  private final boolean transposed;

  // X has so many rows, and at least as many columns.
  private final int p;
  private final int q;
  private final int paddedRows;

  // Products and what stands right in them: [block of 32 columns][paddedRows][32].
  private final int x;
  private final int next;
  private final int square;
  private final int fourth;

  // What stands left, [panel of 12 rows][inner index][12]; and X transposed, as if it stood right.
  private final int left;
  private final int right;
  private final float[] m;

  /**
   * For matrices of one shape.
   *
   * @throws KernelUnavailableException if this JVM has no room for it
   */
  public Orthogonaliser(Ops ops, int rows, int columns) {
    this.ops = ops;
    this.rows = rows;
    this.columns = columns;
    transposed = rows > columns;
    p = Math.min(rows, columns);
    q = Math.max(rows, columns);
    paddedRows = Ops.padded(p, Ops.ROWS);
    Arena arena = new Arena();
    x = arena.reserve(product(q));
    next = arena.reserve(product(q));
    square = arena.reserve(product(p));
    fourth = arena.reserve(product(p));
    left = arena.reserve(left(p, q));
    right = arena.reserve(right(p, q));
    m = arena.allocate();
  }

  /** What one for matrices of a shape keeps, without having it. */
  public static long bytes(int rows, int columns) {
    int p = Math.min(rows, columns);
    int q = Math.max(rows, columns);
    Arena arena = new Arena();
    LongStream.of(
            product(p, q), product(p, q), product(p, p), product(p, p), left(p, q), right(p, q))
        .forEach(arena::reserve);
    return arena.bytes();
  }

  private static int blocks(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  private static long left(int p, int q) {
    return (long) Ops.padded(p, Ops.ROWS) * q;
  }

  private static long right(int p, int q) {
    return (long) blocks(p) * WIDTH * q;
  }

  private static long product(int p, int ofColumns) {
    return (long) blocks(ofColumns) * WIDTH * Ops.padded(p, Ops.ROWS);
  }

  private long product(int ofColumns) {
    return product(p, ofColumns);
  }

  private int at(int product, int row, int column) {
    return product + (column / WIDTH * paddedRows + row) * WIDTH + column % WIDTH;
  }

  /**
   * Orthogonalises a matrix in place.
   *
   * @param values of {@code [rows][columns]}
   * @param from of its first value
   */
  public void orthogonalise(float[] values, int from) {
    double norm = norm(values, from);
    if (norm == 0) {
      return;
    }
    if (!Double.isFinite(norm)) {
      Arrays.fill(values, from, from + rows * columns, Float.NaN);
      return;
    }
    load(values, from, 1 / (norm + EPSILON));
    int current = x;
    int other = next;
    for (int i = 0; i < ITERATIONS; i++) {
      iterate(current, other);
      int done = other;
      other = current;
      current = done;
    }
    unload(current, values, from);
  }

  private double norm(float[] values, int from) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int end = from + rows * columns;
    int i = from;
    for (; i + 4 <= end; i += 4) {
      s0 += (double) values[i] * values[i];
      s1 += (double) values[i + 1] * values[i + 1];
      s2 += (double) values[i + 2] * values[i + 2];
      s3 += (double) values[i + 3] * values[i + 3];
    }
    for (; i < end; i++) {
      // The first three lanes, of which the rest has one value each.
      double square = (double) values[i] * values[i];
      switch ((i - from) % 4) {
        case 0 -> s0 += square;
        case 1 -> s1 += square;
        default -> s2 += square;
      }
    }
    return Math.sqrt((s0 + s1) + (s2 + s3));
  }

  private void load(float[] values, int from, double scale) {
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int to = transposed ? at(x, column, row) : at(x, row, column);
        m[to] = (float) (values[from + row * columns + column] * scale);
      }
    }
  }

  private void unload(int product, float[] values, int from) {
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int at = transposed ? at(product, column, row) : at(product, row, column);
        values[from + row * columns + column] = m[at];
      }
    }
  }

  /** From X at one place to the next X at another. */
  private void iterate(int current, int result) {
    transpose(current, q, left, Ops.ROWS);
    transpose(current, q, right, WIDTH);
    Arrays.fill(m, square, square + (int) product(p), 0f);
    multiplyAdd(square, p, q, right, q * WIDTH);

    transpose(square, p, left, Ops.ROWS);
    Arrays.fill(m, fourth, fourth + (int) product(p), 0f);
    multiplyAdd(fourth, p, p, square, paddedRows * WIDTH);

    for (int i = 0; i < (int) product(p); i++) {
      m[square + i] = Math.fma(C, m[fourth + i], B * m[square + i]);
    }
    for (int i = 0; i < (int) product(q); i++) {
      m[result + i] = A * m[current + i];
    }
    transpose(square, p, left, Ops.ROWS);
    multiplyAdd(result, q, p, current, paddedRows * WIDTH);
  }

  /** Adds the product of what stands left with {@code depth} rows of what stands right. */
  private void multiplyAdd(int product, int ofColumns, int depth, int factors, int block) {
    ops.multiplyAddInPasses(
        m,
        product,
        paddedRows * WIDTH,
        WIDTH,
        WIDTH,
        blocks(ofColumns),
        paddedRows,
        depth,
        left,
        depth,
        factors,
        block);
  }

  /** Columns of a matrix as rows of panels, which are so many of its rows wide. */
  private void transpose(int matrix, int ofColumns, int to, int width) {
    for (int row = 0; row < p; row += width) {
      int count = Math.min(width, paddedRows - row);
      for (int column = 0; column < ofColumns; column += WIDTH) {
        Transpose.rows(
            m,
            at(matrix, row, column),
            WIDTH,
            count,
            Math.min(WIDTH, ofColumns - column),
            m,
            to + row * ofColumns + column * width,
            width);
      }
    }
  }
}
