package io.sparkrnn.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Contiguous groups of workers, one for each task of a stretch. */
final class WorkerGroups {
  private WorkerGroups() {}

  /** Workers {@code from} to {@code end - 1}. */
  record Group(int from, int end) implements Serializable {
    IntStream workers() {
      return IntStream.range(from, end);
    }
  }

  /**
   * As few groups as make the largest one no larger than the slots allow; sizes differ by at most
   * one, the larger ones first.
   *
   * @param slots tasks that can run at a time; less than 1 counts as 1
   */
  static List<Group> of(int workers, int slots) {
    int tasks = Math.min(workers, Math.max(1, slots));
    int largest = (workers + tasks - 1) / tasks;
    int groups = (workers + largest - 1) / largest;
    List<Group> result = new ArrayList<>();
    int from = 0;
    for (int group = 0; group < groups; group++) {
      int end = from + workers / groups + (group < workers % groups ? 1 : 0);
      result.add(new Group(from, end));
      from = end;
    }
    return result;
  }
}
