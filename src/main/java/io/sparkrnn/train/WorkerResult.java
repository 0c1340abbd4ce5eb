package io.sparkrnn.train;

/**
 * What one worker brings back from a round.
 *
 * @param samples that it trained on, its weight in the average; 0 if its shard had no minibatch
 *     left
 * @param lossSum summed cross-entropy of these samples, in nats
 * @param computeNanos time it took
 */
public record WorkerResult(
    int worker,
    float[] parameters,
    float[] updaterState,
    long samples,
    double lossSum,
    long computeNanos)
    implements RoundPart {

  @Override
  public int firstWorker() {
    return worker;
  }

  @Override
  public int workers() {
    return 1;
  }
}
