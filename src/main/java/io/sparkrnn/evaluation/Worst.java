package io.sparkrnn.evaluation;

import java.util.Comparator;
import java.util.List;

/** Keeps the worst of many, the worst first. */
final class Worst {
  /** How many are kept of an evaluation. */
  static final int KEPT = 50;

  private Worst() {}

  /** Adds one to a sorted list, which then has the worst of all that were added. */
  static <T> void keep(List<T> kept, T added, Comparator<T> worstFirst) {
    int place = kept.size();
    while (place > 0 && worstFirst.compare(added, kept.get(place - 1)) < 0) {
      place--;
    }
    if (place < KEPT) {
      kept.add(place, added);
    }
    if (kept.size() > KEPT) {
      kept.remove(KEPT);
    }
  }
}
