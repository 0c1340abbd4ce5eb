package io.sparkrnn.data;

import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Divides the training samples among the workers. */
public final class Shards {
  private Shards() {}

  /**
   * Deals the samples out one by one: sample {@code i} goes to worker {@code i mod workers}.
   *
   * @return {@code [worker][]} numbers of samples
   * @throws DataException if a worker would get no sample
   */
  public static int[][] deal(int samples, int workers) {
    requireOneForEach(samples, workers);
    return IntStream.range(0, workers)
        .mapToObj(
            worker ->
                IntStream.range(0, (samples - worker + workers - 1) / workers)
                    .map(place -> worker + place * workers)
                    .toArray())
        .toArray(int[][]::new);
  }

  /**
   * Shuffles the samples by {@code SeededRandom.of(seed, RandomStreams.SHARDS)} and cuts them into
   * contiguous ranges whose sizes differ by at most one, the larger ones first.
   *
   * @return {@code [worker][]} numbers of samples
   * @throws DataException if a worker would get no sample
   */
  public static int[][] assign(int[] trainingSamples, int workers, long seed) {
    requireOneForEach(trainingSamples.length, workers);
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

  private static void requireOneForEach(int samples, int workers) {
    if (workers < 1 || workers > samples) {
      throw new DataException(
          "Cannot divide %d training samples among %d workers: expected 1 worker to %d, so that every one has a sample"
              .formatted(samples, workers, samples));
    }
  }
}
