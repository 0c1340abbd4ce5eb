package io.sparkrnn.kernel;

/** Turns rows into columns. */
final class Transpose {
  private Transpose() {}

  /**
   * Writes {@code source[at + row * stride + i]} to {@code target[to + i * targetStride + row]}.
   * Four rows at a time, so that a cache line of the target is filled while it is near.
   *
   * @param count values of each row
   */
  static void rows(
      float[] source,
      int at,
      int stride,
      int rows,
      int count,
      float[] target,
      int to,
      int targetStride) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      fourRows(source, at + row * stride, stride, count, target, to + row, targetStride);
    }
    for (; row < rows; row++) {
      for (int i = 0; i < count; i++) {
        target[to + i * targetStride + row] = source[at + row * stride + i];
      }
    }
  }

  private static void fourRows(
      float[] source, int at, int stride, int count, float[] target, int to, int targetStride) {
    int g = to;
    for (int f = at; f < at + count; f++) {
      float v0 = source[f];
      float v1 = source[f + stride];
      float v2 = source[f + 2 * stride];
      float v3 = source[f + 3 * stride];
      target[g] = v0;
      target[g + 1] = v1;
      target[g + 2] = v2;
      target[g + 3] = v3;
      g += targetStride;
    }
  }
}
