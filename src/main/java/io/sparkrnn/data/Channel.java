package io.sparkrnn.data;

import java.io.Serializable;

/**
 * A categorical channel.
 *
 * @param ids {@code [sample][own time step]}
 * @param vocabulary ids are below it
 */
record Channel(int[] ids, int vocabulary) implements Serializable {
  /** Of ids that are not negative. */
  static Channel of(int[] ids) {
    int largest = -1;
    for (int id : ids) {
      largest = Math.max(largest, id);
    }
    if (largest == Integer.MAX_VALUE) {
      throw new DataException(
          "Cannot build a dataset: expected ids below %d, found %d".formatted(largest, largest));
    }
    return new Channel(ids, largest + 1);
  }

  /** Of the given samples; the vocabulary remains that of the whole dataset. */
  Channel subset(Spans steps, int[] samples) {
    return new Channel(steps.gather(ids, samples, 1), vocabulary);
  }
}
