package io.sparkrnn.kernel;

/** The words one value at a time, as they are defined: what both implementations must equal. */
final class ScalarOps extends Ops {
  @Override
  public String name() {
    return "scalar";
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
    for (int block = 0; block < blocks; block++) {
      for (int row = 0; row < panels * ROWS; row++) {
        for (int lane = 0; lane < lanes; lane++) {
          for (int k = 0; k < depth; k++) {
            float weight = m[a + row / ROWS * aPanel + k * ROWS + row % ROWS];
            int to = c + block * cBlock + row * width + lane;
            m[to] = Math.fma(weight, m[b + block * bBlock + k * width + lane], m[to]);
          }
        }
      }
    }
  }

  @Override
  int leastSideBySide() {
    return 1;
  }

  @Override
  void multiplyAddRows(
      float[] m, int c, int cRow, int rows, int width, int depth, int a, int aRow, int b) {
    for (int row = 0; row < rows; row++) {
      for (int lane = 0; lane < width; lane++) {
        for (int k = 0; k < depth; k++) {
          int to = c + row * cRow + lane;
          m[to] = Math.fma(m[a + row * aRow + k], m[b + k * width + lane], m[to]);
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
      m[delta + i] = m[delta + i] * Math.fma(-m[h + i], m[h + i], 1f);
    }
  }

  @Override
  void timesReluSlope(float[] m, int delta, int h, int length) {
    for (int i = 0; i < length; i++) {
      if (!(m[h + i] > 0f)) {
        m[delta + i] = 0f;
      }
    }
  }

  @Override
  void tanhDelta(float[] m, int out, int a, int b, int y, int length) {
    for (int i = 0; i < length; i++) {
      float slope = Math.fma(-m[y + i], m[y + i], 1f);
      float product = m[a + i] * m[b + i];
      m[out + i] = product * slope;
    }
  }

  @Override
  void sigmoidDelta(float[] m, int out, int a, int b, int y, int length) {
    for (int i = 0; i < length; i++) {
      float slope = Math.fma(-m[y + i], m[y + i], m[y + i]);
      float product = m[a + i] * m[b + i];
      m[out + i] = product * slope;
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
  void broadcast(float[] m, int at, int width, float[] values) {
    for (int i = 0; i < values.length * width; i++) {
      m[at + i] = values[i / width];
    }
  }

  @Override
  void addFlushed(float[] m, int target, int source, int length) {
    for (int i = 0; i < length; i++) {
      m[target + i] = m[target + i] + m[source + i];
      if (m[target + i] > -TINY && m[target + i] < TINY) {
        m[target + i] = 0f;
      }
    }
  }

  @Override
  void drop(float[] m, int at, int rows, int width, int[] keys, int threshold, float scale) {
    for (int row = 0; row < rows; row++) {
      for (int lane = 0; lane < width; lane++) {
        int i = at + row * width + lane;
        if (draw(keys[lane], row) < threshold) {
          m[i] = 0f;
        } else {
          m[i] = m[i] * scale;
        }
      }
    }
  }

  @Override
  void add(float[] m, int target, int source, int length) {
    for (int i = 0; i < length; i++) {
      m[target + i] = m[target + i] + m[source + i];
    }
  }

  @Override
  public float sumOfSquares(float[] values, float[] lanes) {
    float[] sums = new float[VIRTUAL_LANES];
    for (int i = 0; i < values.length; i++) {
      sums[i % VIRTUAL_LANES] = Math.fma(values[i], values[i], sums[i % VIRTUAL_LANES]);
    }
    return folded(sums, 0, 1);
  }

  /** Lane {@code i} of a fold joins lanes {@code i} and {@code i + width} of the one before. */
  private static float folded(float[] lanes, int lane, int width) {
    return width == lanes.length
        ? lanes[lane]
        : folded(lanes, lane, 2 * width) + folded(lanes, lane + width, 2 * width);
  }
}
