package io.sparkrnn.train;

import io.sparkrnn.evaluation.EvaluationResult;
import java.util.Optional;

/**
 * One epoch, as listeners and results see it.
 *
 * @param epoch counts from 1
 * @param trainingLoss mean over the epoch's samples while they were trained on, in nats
 * @param learningRate of the last iteration
 * @param samples that were trained on in these seconds; fewer than the epoch's in one that was
 *     resumed
 * @param seconds of the epoch's rounds
 * @param computeSeconds of the slowest worker of each round, summed
 * @param validation empty where no training samples are held out
 */
public record EpochReport(
    int epoch,
    double trainingLoss,
    double learningRate,
    long samples,
    double seconds,
    double computeSeconds,
    Optional<EvaluationResult> validation) {

  /**
   * What rounds cost beyond the computation of their slowest worker: scheduling, transport,
   * averaging.
   */
  public double averagingSeconds() {
    return seconds - computeSeconds;
  }

  EpochReport with(Optional<EvaluationResult> result) {
    return new EpochReport(
        epoch, trainingLoss, learningRate, samples, seconds, computeSeconds, result);
  }
}
