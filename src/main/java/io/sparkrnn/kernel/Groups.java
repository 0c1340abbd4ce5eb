package io.sparkrnn.kernel;

import java.util.Arrays;

/**
 * The samples that a pass works on: groups of at most {@value #GROUP} lanes, the longest sequences
 * first, so that those that have a time step are the first lanes of the first groups.
 */
final class Groups {
  static final int GROUP = 32;

  private final int timeSteps;
  private final int[] counts;
  private final int[] widths;
  private final int[][] samples;
  private final int[][] lengths;
  private final int[][] alive;
  private int used;

  Groups(int timeSteps, int groups) {
    this.timeSteps = timeSteps;
    counts = new int[groups];
    widths = new int[groups];
    samples = new int[groups][GROUP];
    lengths = new int[groups][GROUP];
    alive = new int[groups][timeSteps + 1];
  }

  /** The most groups at a time. */
  int most() {
    return counts.length;
  }

  int used() {
    return used;
  }

  void clear() {
    used = 0;
  }

  /**
   * Adds a group.
   *
   * @param order samples by length, the longest first
   */
  void add(MinibatchSource source, int[] order, int first, int count) {
    int group = used++;
    counts[group] = count;
    widths[group] = count <= Ops.LANES ? Ops.LANES : GROUP;
    Arrays.fill(alive[group], 0);
    for (int lane = 0; lane < count; lane++) {
      int length = source.length(order[first + lane]);
      samples[group][lane] = order[first + lane];
      lengths[group][lane] = length;
      alive[group][length - 1]++;
    }
    for (int t = timeSteps - 1; t >= 0; t--) {
      alive[group][t] += alive[group][t + 1];
    }
  }

  /** How many there are of samples. */
  static int of(int samples) {
    return (samples + GROUP - 1) / GROUP;
  }

  static void requireLength(int length, int timeSteps) {
    if (length < 1 || length > timeSteps) {
      throw new IllegalArgumentException(
          "expected a sample of 1 to %d time steps, found %d".formatted(timeSteps, length));
    }
  }

  int count(int group) {
    return counts[group];
  }

  /** Lanes of a row. */
  int width(int group) {
    return widths[group];
  }

  int sample(int group, int lane) {
    return samples[group][lane];
  }

  int length(int group, int lane) {
    return lengths[group][lane];
  }

  /** Time steps of the longest. */
  int steps(int group) {
    return lengths[group][0];
  }

  /** Time steps of the longest of all. */
  int steps() {
    return lengths[0][0];
  }

  /** Lanes that have a time step: the first ones. */
  int alive(int group, int t) {
    return alive[group][t];
  }

  /** Groups that have a time step: the first ones. */
  int alive(int t) {
    int groups = used;
    while (groups > 0 && alive[groups - 1][t] == 0) {
      groups--;
    }
    return groups;
  }

  /** Lanes that take part in the products of a time step. */
  int lanes(int group, int t) {
    return alive[group][t] <= Ops.LANES ? Ops.LANES : GROUP;
  }

  /** Groups from one on that take part in a time step alike. */
  int alike(int group, int t) {
    int end = group + 1;
    while (end < used
        && alive[end][t] > 0
        && widths[end] == widths[group]
        && lanes(end, t) == lanes(group, t)) {
      end++;
    }
    return end - group;
  }

  /** A time step of a lane, counted from its other end. */
  int reversed(int group, int lane, int t) {
    return lengths[group][lane] - 1 - t;
  }
}
