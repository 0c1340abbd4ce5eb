package io.sparkrnn.train;

/**
 * The average of all workers' results.
 *
 * @param samples of all workers together
 * @param lossSum of all these samples, in nats
 * @param computeNanos of the slowest worker
 * @param averagingNanos that the driver folded results
 */
public record RoundResult(
    float[] parameters,
    float[] updaterState,
    long samples,
    double lossSum,
    long computeNanos,
    long averagingNanos) {

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
