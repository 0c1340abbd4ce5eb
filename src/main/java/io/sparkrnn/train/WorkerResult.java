package io.sparkrnn.train;

/**
 * What one worker brings back from a round.
 *
 * @param vector parameters, then the updater's state
 * @param samples that it trained on, its weight in the average; 0 if its shard had no minibatch
 *     left
 * @param lossSum summed losses of these samples' readings, by their weights
 * @param lossWeight summed weights of these readings
 * @param streamState of its streams; null where there are none
 * @param computeNanos time it took
 */
public record WorkerResult(
    int worker,
    float[] vector,
    long samples,
    double lossSum,
    double lossWeight,
    float[] streamState,
    long computeNanos)
    implements RoundPart {

  /** Of samples that count one each, without streams. */
  public WorkerResult(int worker, float[] vector, long samples, double lossSum, long computeNanos) {
    this(worker, vector, samples, lossSum, samples, null, computeNanos);
  }

  @Override
  public float[][] streamStates() {
    return new float[][] {streamState};
  }

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
