package io.sparkrnn.data;

import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;

/** Divides the training samples among the workers. */
public final class Shards {
  private Shards() {}

  /**
   * Shuffles the samples by {@code SeededRandom.of(seed, RandomStreams.SHARDS)} and cuts them into
   * contiguous ranges whose sizes differ by at most one, the larger ones first.
   *
   * @return {@code [worker][]} numbers of samples
   * @throws DataException if a worker would get no sample
   */
  public static int[][] assign(int[] trainingSamples, int workers, long seed) {
    if (workers < 1 || workers > trainingSamples.length) {
      throw new DataException(
          "Cannot divide %d training samples among %d workers: expected 1 worker to %d, so that every one has a sample"
              .formatted(trainingSamples.length, workers, trainingSamples.length));
    }
    int[] shuffled = trainingSamples.clone();
    SeededRandom.of(seed, RandomStreams.SHARDS).shuffle(shuffled);
    int size = shuffled.length / workers;
    int larger = shuffled.length % workers;
    int[][] shards = new int[workers][];
    int start = 0;
    for (int worker = 0; worker < workers; worker++) {
      int end = start + size + (worker < larger ? 1 : 0);
      shards[worker] = Arrays.copyOfRange(shuffled, start, end);
      start = end;
    }
    return shards;
  }
}
