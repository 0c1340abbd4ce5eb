package io.sparkrnn.train;

/**
 * What one worker brings back from a round.
 *
 * @param vector parameters, then the updater's state
 * @param samples that it trained on, its weight in the average; 0 if its shard had no minibatch
 *     left
 * @param lossSum summed cross-entropy of these samples, in nats
 * @param computeNanos time it took
 */
public record WorkerResult(
    int worker, float[] vector, long samples, double lossSum, long computeNanos)
    implements RoundPart {

  @Override
  public int firstWorker() {
    return worker;
  }

  @Override
  public int workers() {
    return 1;
  }

  @Override
  public int values() {
    return vector.length;
  }

  @Override
  public long[] workerNanos() {
    return new long[] {computeNanos};
  }
}
