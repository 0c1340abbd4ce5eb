package io.sparkrnn.data;

/** What becomes of dense values that are missing, which are NaN. */
public enum Missing {
  /** They are refused. */
  REFUSE,
  /** Each becomes the last one that its sample has there before, or 0 where it has none. */
  FILL_FORWARD,
  /**
   * As {@link #FILL_FORWARD}, and behind the values of a time step are as many more: 1 where there
   * was a value, 0 where it was missing.
   */
  MASK;

  /** Values of a time step, when it is done. */
  int inputs(int width) {
    return this == MASK ? Math.multiplyExact(2, width) : width;
  }

  /**
   * Copies a sequence.
   *
   * @param values {@code [timeStep][width]}
   * @param from its first time step
   * @param filled likewise, of {@link #inputs} values each
   */
  void fill(float[] values, int from, int timeSteps, int width, float[] filled) {
    int inputs = inputs(width);
    for (int step = from; step < from + timeSteps; step++) {
      for (int i = 0; i < width; i++) {
        float value = values[step * width + i];
        boolean missing = Float.isNaN(value);
        int at = step * inputs + i;
        if (missing && this != REFUSE) {
          value = step == from ? 0 : filled[at - inputs];
        }
        filled[at] = value;
        if (this == MASK) {
          filled[at + width] = missing ? 0 : 1;
        }
      }
    }
  }
}
