package io.sparkrnn.train;

import java.util.Arrays;

/**
 * The average of all workers' results, and what the driver makes of it.
 *
 * @param vector parameters, then the updater's state; of averaged gradients alone, before the
 *     driver's step, the gradient
 * @param samples of all workers together
 * @param lossSum of all these samples' readings, by their weights
 * @param lossWeight of all these readings
 * @param streamStates of each worker, null where it has none; without workers where an engine knows
 *     no streams
 * @param workerNanos time that each worker took; one time of all where an engine tells no more
 * @param averagingNanos that the driver folded results, and took its step
 */
public record RoundResult(
    float[] vector,
    long samples,
    double lossSum,
    double lossWeight,
    float[][] streamStates,
    long[] workerNanos,
    long averagingNanos) {

  /** Of samples that count one each, without streams. */
  public RoundResult(
      float[] vector, long samples, double lossSum, long[] workerNanos, long averagingNanos) {
    this(vector, samples, lossSum, samples, new float[0][], workerNanos, averagingNanos);
  }

  /** With another vector, which the driver took so long to come to. */
  RoundResult withVector(float[] other, long nanos) {
    return new RoundResult(
        other, samples, lossSum, lossWeight, streamStates, workerNanos, averagingNanos + nanos);
  }

  /** The mean over all readings that count; 0 where none does. */
  public double meanLoss() {
    return lossWeight > 0 ? lossSum / lossWeight : 0;
  }

  /** Of the slowest worker. */
  public long computeNanos() {
    return Arrays.stream(workerNanos).max().orElse(0);
  }

  // The updater's state, too: an infinite second moment of Adam stops its parameter for good, and
  // neither the parameter nor the loss would show it.
  boolean finite() {
    float sum = 0f;
    for (float value : vector) {
      // Zero times infinity or NaN is NaN, and NaN stays.
      sum += value * 0f;
    }
    return Double.isFinite(lossSum) && sum == 0f;
  }
}
