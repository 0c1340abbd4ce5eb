package io.sparkrnn.train;

/**
 * The average of all workers' results.
 *
 * @param samples of all workers together
 * @param lossSum of all these samples, in nats
 * @param computeNanos of the slowest worker
 */
public record RoundResult(
    float[] parameters, float[] updaterState, long samples, double lossSum, long computeNanos) {

  boolean finite() {
    float sum = 0f;
    for (float p : parameters) {
      // Zero times infinity or NaN is NaN, and NaN stays.
      sum += p * 0f;
    }
    return Double.isFinite(lossSum) && sum == 0f;
  }
}
