package io.sparkrnn.data;

import java.io.Serializable;

/** Where workers and evaluations find their samples; travels to executors, the samples do not. */
public interface TrainingData extends Serializable {

  /** Number of workers that the training samples are divided among. */
  int workers();

  /** Samples in each worker's shard. */
  int shardSize(int worker);

  /** The shard of a worker, read from the source wherever this is called. */
  Shard shard(int worker);

  /** Samples in a part; 0 where there is none. */
  int size(Part part);

  /** A part of the data that is evaluated, read from the source wherever this is called. */
  SequenceDataset part(Part part);

  /** What is evaluated. */
  enum Part {
    VALIDATION,
    TEST
  }
}
