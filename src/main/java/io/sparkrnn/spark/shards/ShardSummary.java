package io.sparkrnn.spark.shards;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import java.io.Serializable;
import java.util.List;

/**
 * What the driver knows of a shard.
 *
 * @param sha256 of its samples in their order, the same in a file and in memory
 * @param timeSteps of its longest sample
 */
public record ShardSummary(int worker, String sha256, int samples, int timeSteps)
    implements Serializable {

  /** Of a shard in memory. */
  public static ShardSummary of(Shard shard) {
    SequenceDataset samples = shard.samples();
    return new ShardSummary(
        shard.worker(), ShardDigest.of(samples), samples.size(), samples.timeSteps());
  }

  /**
   * Demands that a shard is the one that was built first.
   *
   * @param sha256s of those, by worker
   * @throws DataException if it is another one
   */
  public void requireSame(List<String> sha256s) {
    String expected = sha256s.get(worker);
    if (!sha256.equals(expected)) {
      throw new DataException(
          "Cannot rebuild the shard of worker %d: expected SHA-256 %s as when it was built first, found %s; the data must be the same when they are computed again"
              .formatted(worker, expected, sha256));
    }
  }
}
