package io.sparkrnn.train;

/**
 * One round, as listeners see it.
 *
 * @param meanLoss of the round's readings that count
 * @param learningRate of the last iteration
 * @param samples of all workers together
 * @param computeNanos of the slowest worker
 * @param workerNanos of each worker, or one time of all where an engine tells no more
 * @param averagingNanos that the driver folded results; what it folded while the slowest worker was
 *     still computing counts only as far as the round has room for it
 * @param roundNanos the whole round, as the driver saw it
 */
public record RoundReport(
    Round round,
    double meanLoss,
    double learningRate,
    long samples,
    long computeNanos,
    long[] workerNanos,
    long averagingNanos,
    long roundNanos) {

  static RoundReport of(Round round, RoundResult result, double learningRate, long roundNanos) {
    // Both are measured by other clocks or at the same time as something else; the parts must not
    // come to more than the whole.
    long computeNanos = Math.min(result.computeNanos(), roundNanos);
    return new RoundReport(
        round,
        result.meanLoss(),
        learningRate,
        result.samples(),
        computeNanos,
        result.workerNanos(),
        Math.min(result.averagingNanos(), roundNanos - computeNanos),
        roundNanos);
  }

  /** Iterations that are complete, over the whole run. */
  public long iteration() {
    return round.firstIteration() + round.iterations();
  }

  /** The rest of the round: transport, scheduling, workers that took turns. */
  public long waitNanos() {
    return roundNanos - computeNanos - averagingNanos;
  }

  public double samplesPerSecond() {
    return samples / (roundNanos / 1e9);
  }
}
