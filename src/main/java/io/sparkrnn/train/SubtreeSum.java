package io.sparkrnn.train;

import java.util.Arrays;

/**
 * A folded subtree of {@link ParameterAverage}: sums of samples times values, in double.
 *
 * @param vector summed in place by the average that it is added to
 */
public record SubtreeSum(
    int firstWorker, int workers, double[] vector, long samples, double lossSum, long[] workerNanos)
    implements RoundPart {

  @Override
  public int values() {
    return vector.length;
  }

  /** Of its slowest worker. */
  public long computeNanos() {
    return Arrays.stream(workerNanos).max().orElse(0);
  }
}
