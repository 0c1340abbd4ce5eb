package io.sparkrnn.spark.shards;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Contiguous groups of workers, one for each task of a stretch. */
public final class WorkerGroups {
  private WorkerGroups() {}

  /** Workers {@code from} to {@code end - 1}. */
  public record Group(int from, int end) implements Serializable {
    public IntStream workers() {
      return IntStream.range(from, end);
    }
  }

  /**
   * As few groups as make the largest one no larger than the slots allow; where that leaves a
   * choice, borders at multiples of high powers of two, so that groups hold large subtrees of the
   * average.
   *
   * @param slots tasks that can run at a time; less than 1 counts as 1
   */
  public static List<Group> of(int workers, int slots) {
    int tasks = Math.min(workers, Math.max(1, slots));
    int largest = (workers + tasks - 1) / tasks;
    int groups = (workers + largest - 1) / largest;
    List<Group> result = new ArrayList<>();
    int from = 0;
    for (int left = groups - 1; left >= 0; left--) {
      int nearest = Math.max(from + 1, workers - left * largest);
      int end = left == 0 ? workers : mostAligned(nearest, from + largest);
      result.add(new Group(from, end));
      from = end;
    }
    return result;
  }

  /** The multiple of the highest power of two; of several the last. */
  private static int mostAligned(int from, int to) {
    int best = to;
    for (int border = to; border >= from; border--) {
      if (Integer.numberOfTrailingZeros(border) > Integer.numberOfTrailingZeros(best)) {
        best = border;
      }
    }
    return best;
  }
}
