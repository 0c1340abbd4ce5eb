package io.sparkrnn.train;

/**
 * A folded subtree of {@link ParameterAverage}: sums of samples times values, in double.
 *
 * @param vector summed in place by the average that it is added to
 */
public record SubtreeSum(
    int firstWorker,
    int workers,
    double[] vector,
    long samples,
    double lossSum,
    double lossWeight,
    float[][] streamStates,
    long[] workerNanos)
    implements RoundPart {

  /** Of samples that count one each, without streams. */
  public SubtreeSum(
      int firstWorker,
      int workers,
      double[] vector,
      long samples,
      double lossSum,
      long[] workerNanos) {
    this(
        firstWorker, workers, vector, samples, lossSum, samples, new float[workers][], workerNanos);
  }

  @Override
  public int values() {
    return vector.length;
  }
}
