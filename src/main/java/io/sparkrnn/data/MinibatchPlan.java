package io.sparkrnn.data;

import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;
import java.util.Comparator;

/** In which order a worker takes its shard's samples. */
public final class MinibatchPlan {
  private MinibatchPlan() {}

  /**
   * A permutation of {@code 0} to {@code shardSize - 1}, drawn from {@code SeededRandom.of(seed,
   * RandomStreams.MINIBATCH_ORDER, epoch, worker)}: a pure function. Minibatches are its
   * consecutive ranges; the last may be short.
   */
  public static int[] order(long seed, int epoch, int worker, int shardSize) {
    return random(seed, epoch, worker).permutation(shardSize);
  }

  /**
   * As the other, and where samples have lengths of their own, those of like length are put
   * together, so that little of a minibatch is padding: each window of so many shuffled minibatches
   * is sorted by length, and its minibatches are shuffled. Which samples share a window is still
   * drawn, so a minibatch is like the others wherever length says nothing about the class.
   *
   * @param windowMinibatches 0 for the order of the other
   */
  public static int[] order(
      long seed,
      int epoch,
      int worker,
      ShardSamples shard,
      int minibatchSize,
      int windowMinibatches) {
    SeededRandom random = random(seed, epoch, worker);
    int[] order = random.permutation(shard.size());
    if (windowMinibatches < 2 || shard.hasEqualLengths()) {
      return order;
    }
    long window = (long) minibatchSize * windowMinibatches;
    for (long first = 0; first < order.length; first += window) {
      int end = (int) Math.min(order.length, first + window);
      sortByLength(order, (int) first, end, shard);
    }
    // The last minibatch, which may be short, remains the last.
    int whole = order.length / minibatchSize;
    int[] minibatches = random.permutation(whole);
    int[] shuffled = order.clone();
    for (int to = 0; to < whole; to++) {
      System.arraycopy(
          order, minibatches[to] * minibatchSize, shuffled, to * minibatchSize, minibatchSize);
    }
    return shuffled;
  }

  /** Samples of equal length keep their order. */
  private static void sortByLength(int[] order, int from, int to, ShardSamples shard) {
    int[] sorted =
        Arrays.stream(order, from, to)
            .boxed()
            .sorted(Comparator.comparingInt(shard::length))
            .mapToInt(Integer::intValue)
            .toArray();
    System.arraycopy(sorted, 0, order, from, sorted.length);
  }

  private static SeededRandom random(long seed, int epoch, int worker) {
    return SeededRandom.of(seed, RandomStreams.MINIBATCH_ORDER, epoch, worker);
  }
}
