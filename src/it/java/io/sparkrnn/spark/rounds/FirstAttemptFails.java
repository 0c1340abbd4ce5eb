package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import org.apache.spark.TaskContext;

/** Data whose shards cannot be read by the first attempt of any task. */
record FirstAttemptFails(TrainingData data) implements TrainingData {
  @Override
  public int workers() {
    return data.workers();
  }

  @Override
  public int shardSize(int worker) {
    return data.shardSize(worker);
  }

  @Override
  public Shard shard(int worker) {
    TaskContext task = TaskContext.get();
    if (task != null && task.attemptNumber() == 0) {
      throw new IllegalStateException("this attempt was made to fail");
    }
    return data.shard(worker);
  }

  @Override
  public int size(Part part) {
    return data.size(part);
  }

  @Override
  public SequenceDataset part(Part part) {
    return data.part(part);
  }
}
