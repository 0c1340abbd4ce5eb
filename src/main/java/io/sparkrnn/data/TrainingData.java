package io.sparkrnn.data;

/** Where workers find their samples, too; travels to executors, the samples do not. */
public interface TrainingData extends EvaluationData {

  /** Number of workers that the training samples are divided among. */
  int workers();

  /** Samples in each worker's shard. */
  int shardSize(int worker);

  /** The shard of a worker, read from the source wherever this is called. */
  Shard shard(int worker);

  /** Minibatches that the worker with the largest shard takes for an epoch. */
  default int minibatchesPerEpoch(int minibatchSize) {
    int largest = 0;
    for (int worker = 0; worker < workers(); worker++) {
      largest = Math.max(largest, shardSize(worker));
    }
    return (largest + minibatchSize - 1) / minibatchSize;
  }
}
