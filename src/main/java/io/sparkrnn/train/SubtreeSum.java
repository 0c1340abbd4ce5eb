package io.sparkrnn.train;

import java.util.Arrays;

/**
 * A folded subtree of {@link ParameterAverage}: sums of samples times values, in double.
 *
 * @param parameters summed in place by the average that it is added to, as is {@code updaterState}
 * @param samples of all its workers together
 * @param lossSum of all these samples, in nats
 * @param workerNanos time that each of its workers took
 */
public record SubtreeSum(
    int firstWorker,
    int workers,
    double[] parameters,
    double[] updaterState,
    long samples,
    double lossSum,
    long[] workerNanos)
    implements RoundPart {

  /** Of its slowest worker. */
  public long computeNanos() {
    return Arrays.stream(workerNanos).max().orElse(0);
  }
}
