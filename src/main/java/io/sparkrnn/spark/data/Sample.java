package io.sparkrnn.spark.data;

/**
 * One row of the input.
 *
 * @param names what names it, and goes to the output as it is
 * @param values {@code [timeStep][input]}, until the next row is asked for; null for one that
 *     cannot be used
 * @param problem why not
 */
public record Sample(Object[] names, float[] values, String problem) {
  public static Sample bad(Object[] names, String problem) {
    return new Sample(names, null, problem);
  }

  /** The same, or why not if it has another number of values or one that is not finite. */
  public Sample checked(int expected) {
    if (problem != null) {
      return this;
    }
    if (values.length != expected) {
      return bad(names, "expected %d values, found %d".formatted(expected, values.length));
    }
    for (int i = 0; i < expected; i++) {
      if (!Float.isFinite(values[i])) {
        return bad(names, "expected finite values, found %s at %d".formatted(values[i], i));
      }
    }
    return this;
  }
}
