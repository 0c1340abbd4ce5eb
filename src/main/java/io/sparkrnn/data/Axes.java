package io.sparkrnn.data;

/** The order of the axes of a batch in a plain array, outermost first. */
public enum Axes {
  /** {@code [sample][timeStep][input]}. */
  BATCH_FIRST,
  /** {@code [timeStep][sample][input]}. */
  TIME_MAJOR
}
