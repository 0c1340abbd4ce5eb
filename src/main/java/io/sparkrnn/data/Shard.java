package io.sparkrnn.data;

import java.io.Serializable;

/**
 * The samples of one worker, fixed for the run.
 *
 * @param worker counts from 0
 * @param kept where they are
 */
public record Shard(int worker, ShardSamples kept) implements Serializable {
  /**
   * The samples of a shard in memory.
   *
   * @throws ClassCastException if it is elsewhere
   */
  public SequenceDataset samples() {
    return (SequenceDataset) kept;
  }
}
