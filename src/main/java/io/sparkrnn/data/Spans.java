package io.sparkrnn.data;

import java.io.Serializable;
import java.lang.reflect.Array;
import java.util.Objects;

/**
 * Which rows of a column belong to each sample, such as one for each of its time steps. Rows lie
 * one behind the other: the first sample's, then the second's.
 *
 * @param samples how many
 * @param longest rows of the longest sample; of every one where there are no starts
 * @param starts the first row of each sample, and last the number of all rows; empty where all
 *     samples have as many
 */
record Spans(int samples, int longest, int[] starts) implements Serializable {
  private static final int[] NONE = {};

  /** As many rows for each sample. */
  static Spans equal(int samples, int rows) {
    requireRows((long) samples * rows);
    return new Spans(samples, rows, NONE);
  }

  /**
   * Rows of samples that differ.
   *
   * @throws DataException if a sample has none, or all together have more than an array can hold
   */
  static Spans of(int[] lengths) {
    int[] starts = new int[lengths.length + 1];
    int longest = 1;
    long rows = 0;
    for (int sample = 0; sample < lengths.length; sample++) {
      if (lengths[sample] < 1) {
        throw new DataException(
            "Cannot build a dataset: expected at least 1 time step, found %d at sample %d"
                .formatted(lengths[sample], sample));
      }
      rows += lengths[sample];
      requireRows(rows);
      starts[sample + 1] = (int) rows;
      longest = Math.max(longest, lengths[sample]);
    }
    return new Spans(lengths.length, longest, starts);
  }

  private static void requireRows(long rows) {
    if (rows > Integer.MAX_VALUE) {
      throw new DataException(
          "Cannot build a dataset: expected at most %d time steps of all samples together, found %d"
              .formatted(Integer.MAX_VALUE, rows));
    }
  }

  boolean areEqual() {
    return starts.length == 0;
  }

  /** Of all samples. */
  int rows() {
    return start(samples);
  }

  int start(int sample) {
    return areEqual() ? sample * longest : starts[sample];
  }

  int length(int sample) {
    return areEqual() ? longest : starts[sample + 1] - starts[sample];
  }

  /**
   * Those of the given samples, in the given order. The longest remains what it is, so that parts
   * of a dataset have the shape of the whole.
   *
   * @throws IndexOutOfBoundsException if a sample does not exist
   */
  Spans subset(int[] chosen) {
    int[] subset = areEqual() ? NONE : new int[chosen.length + 1];
    for (int place = 0; place < chosen.length; place++) {
      Objects.checkIndex(chosen[place], samples);
      if (!areEqual()) {
        subset[place + 1] = Math.addExact(subset[place], length(chosen[place]));
      }
    }
    return new Spans(chosen.length, longest, subset);
  }

  /**
   * What the given samples have in a column.
   *
   * @param <A> an array of a primitive type
   * @param column {@code [row][width]}
   * @return of {@link #subset}'s rows
   */
  <A> A gather(A column, int[] chosen, int width) {
    Spans subset = subset(chosen);
    @SuppressWarnings("unchecked")
    A gathered =
        (A)
            Array.newInstance(
                column.getClass().getComponentType(),
                Math.toIntExact((long) subset.start(chosen.length) * width));
    for (int place = 0; place < chosen.length; place++) {
      System.arraycopy(
          column,
          start(chosen[place]) * width,
          gathered,
          subset.start(place) * width,
          subset.length(place) * width);
    }
    return gathered;
  }
}
