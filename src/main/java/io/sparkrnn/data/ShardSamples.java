package io.sparkrnn.data;

/** The samples of a shard: a dataset in memory, or what gives a dataset of some of them. */
public interface ShardSamples {
  int size();

  /** Whether all samples have as many time steps. */
  boolean hasEqualLengths();

  /** How many time steps a sample has. */
  int length(int sample);

  /**
   * The samples {@code order[first]} to {@code order[first + count - 1]}, in this order, in memory.
   * Whoever takes them one minibatch after another may find the next one read already.
   *
   * @param order numbers of samples, which do not change
   */
  SequenceDataset take(int[] order, int first, int count);
}
