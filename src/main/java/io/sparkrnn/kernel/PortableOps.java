package io.sparkrnn.kernel;

import java.util.Arrays;

/** Plain Java: the definition of the arithmetic, and what runs where nothing faster can. */
public final class PortableOps extends Ops {
  private final ThreadLocal<RowProduct[]> products =
      ThreadLocal.withInitial(
          () -> new RowProduct[] {new RowProduct(), new RowProduct(), new RowProduct()});

  @Override
  public String name() {
    return "portable";
  }

  /** Narrow and wide panels, and rows, take turns: each has a product that keeps its arrays. */
  private RowProduct ofWidth(int width) {
    return products.get()[width == LANES ? 0 : width == 2 * LANES ? 1 : 2];
  }

  @Override
  void multiplyAdd(float[] m, int c, int width, int panels, int depth, int a, int aPanel, int b) {
    RowProduct rows = ofWidth(width);
    rows.factors(m, b, depth, width);
    for (int panel = 0; panel < panels; panel++) {
      for (int row = 0; row < ROWS; row++) {
        rows.addTo(m, c + (panel * ROWS + row) * width, a + panel * aPanel + row, ROWS);
      }
    }
  }

  @Override
  void multiplyAddRow(float[] m, int c, int width, int depth, int a, int b) {
    RowProduct rows = ofWidth(width);
    rows.factors(m, b, depth, width);
    rows.addTo(m, c, a, 1);
  }

  @Override
  void tanh(float[] m, int at, int length) {
    for (int i = at; i < at + length; i++) {
      m[i] = Activation.tanh(m[i]);
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
  void add(float[] m, int target, int source, int length) {
    for (int i = 0; i < length; i++) {
      m[target + i] += m[source + i];
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
