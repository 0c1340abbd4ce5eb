package io.sparkrnn.spark.shards;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.ShardSamples;
import io.sparkrnn.spark.jobs.SparkJobException;

/** A shard of a task, built again if its file is damaged, and if the task can still do that. */
record RepairedShard(GroupFiles files, int worker) implements ShardSamples {
  ShardSummary summary() {
    return files.of(worker).summary();
  }

  @Override
  public int size() {
    return files.of(worker).size();
  }

  @Override
  public boolean hasEqualLengths() {
    return files.of(worker).hasEqualLengths();
  }

  @Override
  public int length(int sample) {
    return files.of(worker).length(sample);
  }

  @Override
  public SequenceDataset take(int[] order, int first, int count) {
    try {
      return files.of(worker).take(order, first, count);
    } catch (SparkJobException e) {
      if (files.rebuild(worker)) {
        return files.of(worker).take(order, first, count);
      }
      throw e;
    }
  }
}
