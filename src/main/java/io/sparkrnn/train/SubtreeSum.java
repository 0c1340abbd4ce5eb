package io.sparkrnn.train;

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
}
