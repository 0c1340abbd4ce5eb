package io.sparkrnn.data;

import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;

/** In which order a worker takes its shard's samples. */
public final class MinibatchPlan {
  private MinibatchPlan() {}

  /**
   * A permutation of {@code 0} to {@code shardSize - 1}, drawn from {@code SeededRandom.of(seed,
   * RandomStreams.MINIBATCH_ORDER, epoch, worker)}: a pure function. Minibatches are its
   * consecutive ranges; the last may be short.
   */
  public static int[] order(long seed, int epoch, int worker, int shardSize) {
    return SeededRandom.of(seed, RandomStreams.MINIBATCH_ORDER, epoch, worker)
        .permutation(shardSize);
  }
}
