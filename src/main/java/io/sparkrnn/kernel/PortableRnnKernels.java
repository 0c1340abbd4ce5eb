package io.sparkrnn.kernel;

import java.util.Arrays;

/** Plain Java: the definition of the arithmetic, and what runs where nothing faster can. */
public final class PortableRnnKernels extends ElmanKernels {

  private final ThreadLocal<RowProduct> product = ThreadLocal.withInitial(RowProduct::new);

  @Override
  public String name() {
    return "portable";
  }

  @Override
  void multiplyAdd(
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
    product.get().addTo(c, cAt, cRow, rows, columns, depth, a, aAt, aRow, b, bAt, bRow);
  }

  @Override
  void activate(Activation activation, float[] h, int at, int rows, int stride, int columns) {
    for (int row = 0; row < rows; row++) {
      int start = at + row * stride;
      if (activation == Activation.TANH) {
        for (int i = start; i < start + columns; i++) {
          h[i] = Activation.tanh(h[i]);
        }
      } else {
        for (int i = start; i < start + columns; i++) {
          h[i] = Activation.relu(h[i]);
        }
      }
    }
  }

  @Override
  void differentiate(
      Activation activation, float[] delta, float[] h, int at, int rows, int stride, int columns) {
    for (int row = 0; row < rows; row++) {
      int start = at + row * stride;
      if (activation == Activation.TANH) {
        for (int i = start; i < start + columns; i++) {
          delta[i] = delta[i] * Math.fma(-h[i], h[i], 1f);
        }
      } else {
        for (int i = start; i < start + columns; i++) {
          delta[i] = h[i] > 0f ? delta[i] : 0f;
        }
      }
    }
  }

  @Override
  public float sumOfSquares(Workspace workspace, float[] values) {
    float[] lanes = workspace.lanes;
    Arrays.fill(lanes, 0f);
    for (int i = 0; i < values.length; i++) {
      int lane = i % Workspace.VIRTUAL_LANES;
      lanes[lane] = Math.fma(values[i], values[i], lanes[lane]);
    }
    for (int width = Workspace.VIRTUAL_LANES / 2; width > 0; width /= 2) {
      for (int lane = 0; lane < width; lane++) {
        lanes[lane] += lanes[lane + width];
      }
    }
    return lanes[0];
  }
}
