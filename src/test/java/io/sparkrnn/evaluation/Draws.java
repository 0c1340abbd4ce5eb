package io.sparkrnn.evaluation;

/** Numbers that a few lines of Python draw alike, so that scikit-learn can score the same data. */
final class Draws {
  private long state;

  Draws(long seed) {
    state = seed;
  }

  /** {@code s = (s * 1103515245 + 12345) & 0x7fffffff; (s >> 8) / 2**23}. */
  double next() {
    state = (state * 1103515245L + 12345) & 0x7fffffff;
    return (state >> 8) / (double) (1 << 23);
  }

  double rounded(double value, int decimals) {
    double scale = Math.pow(10, decimals);
    return Math.rint(value * scale) / scale;
  }
}
