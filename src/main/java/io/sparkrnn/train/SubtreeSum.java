package io.sparkrnn.train;

/**
 * A folded subtree of {@link ParameterAverage}: sums of samples times values, in double.
 *
 * @param parameters summed in place by the average that it is added to, as is {@code updaterState}
 * @param samples of all its workers together
 * @param lossSum of all these samples, in nats
 * @param computeNanos of its slowest worker
 */
public record SubtreeSum(
    int firstWorker,
    int workers,
    double[] parameters,
    double[] updaterState,
    long samples,
    double lossSum,
    long computeNanos)
    implements RoundPart {}
