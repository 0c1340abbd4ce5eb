package io.sparkrnn.kernel;

import java.util.Arrays;

/** Plain Java: the definition of the arithmetic, and what runs where nothing faster can. */
public final class PortableOps extends Ops {
  // What is copied of the weights of a row's product at a time.
  private static final int ROW_WIDTH = 4 * LANES;
  private static final int ROW_DEPTH = 256;

  private final ThreadLocal<RowProduct> product = ThreadLocal.withInitial(RowProduct::new);

  @Override
  public String name() {
    return "portable";
  }

  @Override
  void multiplyAdd(
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
      int bBlock) {
    RowProduct rows = product.get();
    rows.factors(m, b, bBlock, blocks, lanes, depth, width);
    for (int row = 0; row < panels * ROWS; row++) {
      rows.addTo(m, c + row * width, cBlock, a + row / ROWS * aPanel + row % ROWS, ROWS);
    }
  }

  /** Rows of 64 lanes take little longer than such of 32. */
  @Override
  int leastSideBySide() {
    return 4;
  }

  @Override
  void multiplyAddRows(
      float[] m, int c, int cRow, int rows, int width, int depth, int a, int aRow, int b) {
    RowProduct products = product.get();
    for (int lane = 0; lane < width; lane += ROW_WIDTH) {
      int lanes = Math.min(ROW_WIDTH, width - lane);
      for (int k = 0; k < depth; k += ROW_DEPTH) {
        int pass = Math.min(ROW_DEPTH, depth - k);
        products.factors(m, b + k * width + lane, 0, 1, lanes, pass, width);
        for (int row = 0; row < rows; row++) {
          products.addTo(m, c + row * cRow + lane, 0, a + row * aRow + k, 1);
        }
      }
    }
  }

  @Override
  void tanh(float[] m, int y, int x, int length) {
    for (int i = 0; i < length; i++) {
      m[y + i] = Activation.tanh(m[x + i]);
    }
  }

  @Override
  void sigmoid(float[] m, int at, int length) {
    for (int i = at; i < at + length; i++) {
      m[i] = Activation.sigmoid(m[i]);
    }
  }

  @Override
  void relu(float[] m, int at, int length) {
    for (int i = at; i < at + length; i++) {
      m[i] = Activation.relu(m[i]);
    }
  }

  @Override
  void timesTanhSlope(float[] m, int delta, int h, int length) {
    for (int i = 0; i < length; i++) {
      m[delta + i] *= Math.fma(-m[h + i], m[h + i], 1f);
    }
  }

  @Override
  void timesReluSlope(float[] m, int delta, int h, int length) {
    for (int i = 0; i < length; i++) {
      m[delta + i] = m[h + i] > 0f ? m[delta + i] : 0f;
    }
  }

  @Override
  void tanhDelta(float[] m, int out, int a, int b, int y, int length) {
    for (int i = 0; i < length; i++) {
      m[out + i] = m[a + i] * m[b + i] * Math.fma(-m[y + i], m[y + i], 1f);
    }
  }

  @Override
  void sigmoidDelta(float[] m, int out, int a, int b, int y, int length) {
    for (int i = 0; i < length; i++) {
      m[out + i] = m[a + i] * m[b + i] * Math.fma(-m[y + i], m[y + i], m[y + i]);
    }
  }

  @Override
  void times(float[] m, int out, int a, int b, int length) {
    for (int i = 0; i < length; i++) {
      m[out + i] = m[a + i] * m[b + i];
    }
  }

  @Override
  void timesPlus(float[] m, int out, int a, int b, int c, int length) {
    for (int i = 0; i < length; i++) {
      m[out + i] = Math.fma(m[a + i], m[b + i], m[c + i]);
    }
  }

  @Override
  void minus(float[] m, int out, int a, int b, int length) {
    for (int i = 0; i < length; i++) {
      m[out + i] = m[a + i] - m[b + i];
    }
  }

  @Override
  void add(float[] m, int target, int source, int length) {
    for (int i = 0; i < length; i++) {
      m[target + i] += m[source + i];
    }
  }

  @Override
  void broadcast(float[] m, int at, int width, float[] values) {
    for (int row = 0; row < values.length; row++) {
      Arrays.fill(m, at + row * width, at + (row + 1) * width, values[row]);
    }
  }

  @Override
  void addFlushed(float[] m, int target, int source, int length) {
    for (int i = 0; i < length; i++) {
      float sum = m[target + i] + m[source + i];
      m[target + i] = Math.abs(sum) < TINY ? 0f : sum;
    }
  }

  @Override
  void drop(float[] m, int at, int rows, int width, int[] keys, int threshold, float scale) {
    for (int row = 0; row < rows; row++) {
      for (int lane = 0; lane < width; lane++) {
        int i = at + row * width + lane;
        m[i] = draw(keys[lane], row) < threshold ? 0f : m[i] * scale;
      }
    }
  }

  @Override
  public float sumOfSquares(float[] values, float[] lanes) {
    Arrays.fill(lanes, 0f);
    for (int i = 0; i < values.length; i++) {
      int lane = i % VIRTUAL_LANES;
      lanes[lane] = Math.fma(values[i], values[i], lanes[lane]);
    }
    return fold(lanes);
  }
}
