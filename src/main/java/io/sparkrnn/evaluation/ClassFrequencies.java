package io.sparkrnn.evaluation;

import java.util.HashMap;
import java.util.Map;

/**
 * How often classes are found at ids. A class that was never found has some probability, too: all
 * classes begin with one reading, and those at an id with one reading of all classes together.
 */
final class ClassFrequencies {
  private final long[] counts;
  private long readings;
  private int mostFrequent;
  private final Map<Integer, AtId> byId = new HashMap<>();

  private static final class AtId {
    private final Map<Integer, Long> counts = new HashMap<>();
    private long readings;
    private int mostFrequent = -1;
  }

  ClassFrequencies(int classes) {
    counts = new long[classes];
  }

  void learn(int id, int label) {
    readings++;
    counts[label]++;
    if (isBefore(counts[label], label, counts[mostFrequent], mostFrequent)) {
      mostFrequent = label;
    }
    AtId atId = byId.computeIfAbsent(id, unseen -> new AtId());
    atId.readings++;
    long count = atId.counts.merge(label, 1L, Long::sum);
    int best = atId.mostFrequent;
    if (best < 0 || isBefore(count, label, atId.counts.get(best), best)) {
      atId.mostFrequent = label;
    }
  }

  /** Of equals the lower class. */
  private static boolean isBefore(long count, int label, long most, int best) {
    return count > most || count == most && label < best;
  }

  /** The most frequent class at an id; that of all ids where this one is not known. */
  int mostFrequent(int id) {
    AtId atId = byId.get(id);
    return atId == null ? mostFrequent : atId.mostFrequent;
  }

  double probability(int id, int label) {
    double ofAll = (counts[label] + 1) / (double) (readings + counts.length);
    AtId atId = byId.get(id);
    return atId == null
        ? ofAll
        : (atId.counts.getOrDefault(label, 0L) + ofAll) / (atId.readings + 1);
  }
}
