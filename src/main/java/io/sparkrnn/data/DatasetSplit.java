package io.sparkrnn.data;

import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which samples are trained on and which are held out for validation, both in ascending order;
 * together every sample once.
 */
public record DatasetSplit(int[] training, int[] validation) {
  /**
   * Chooses {@code validation} samples at random: the first of a permutation of all samples drawn
   * from {@code SeededRandom.of(seed, RandomStreams.VALIDATION_SPLIT)}. A pure function of the
   * number of samples, {@code validation} and {@code seed}.
   *
   * @throws DataException if {@code validation} is negative or leaves nothing to train on
   */
  public static DatasetSplit of(SequenceDataset training, int validation, long seed) {
    return of(training.size(), validation, seed);
  }

  /** As above, of samples that are only counted. */
  public static DatasetSplit of(int size, int validation, long seed) {
    if (validation < 0 || validation >= size) {
      throw new DataException(
          "Cannot hold out validation samples: expected 0 to %d of the %d training samples, found %d"
              .formatted(size - 1, size, validation));
    }
    if (validation == 0) {
      return new DatasetSplit(IntStream.range(0, size).toArray(), new int[0]);
    }
    int[] shuffled = SeededRandom.of(seed, RandomStreams.VALIDATION_SPLIT).permutation(size);
    int[] heldOut = Arrays.copyOf(shuffled, validation);
    int[] kept = Arrays.copyOfRange(shuffled, validation, size);
    Arrays.sort(heldOut);
    Arrays.sort(kept);
    return new DatasetSplit(kept, heldOut);
  }
}
