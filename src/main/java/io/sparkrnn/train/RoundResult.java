package io.sparkrnn.train;

import java.util.Arrays;

/**
 * The average of all workers' results.
 *
 * @param samples of all workers together
 * @param lossSum of all these samples, in nats
 * @param workerNanos time that each worker took; one time of all where an engine tells no more
 * @param averagingNanos that the driver folded results
 */
public record RoundResult(
    float[] parameters,
    float[] updaterState,
    long samples,
    double lossSum,
    long[] workerNanos,
    long averagingNanos) {

  /** Of the slowest worker. */
  public long computeNanos() {
    return Arrays.stream(workerNanos).max().orElse(0);
  }

  // The updater's state, too: an infinite second moment of Adam stops its parameter for good, and
  // neither the parameter nor the loss would show it.
  boolean finite() {
    return Double.isFinite(lossSum) && finite(parameters) && finite(updaterState);
  }

  private static boolean finite(float[] values) {
    float sum = 0f;
    for (float value : values) {
      // Zero times infinity or NaN is NaN, and NaN stays.
      sum += value * 0f;
    }
    return sum == 0f;
  }
}
