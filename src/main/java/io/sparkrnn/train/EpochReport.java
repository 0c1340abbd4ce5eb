package io.sparkrnn.train;

import io.sparkrnn.evaluation.EvaluationResult;
import java.util.List;
import java.util.Optional;

/**
 * One epoch, as listeners and results see it.
 *
 * @param epoch counts from 1
 * @param round rounds that are complete, over the whole run
 * @param trainingLoss mean over the epoch's samples while they were trained on, in nats
 * @param learningRate of the last iteration
 * @param samples that were trained on in these seconds; fewer than the epoch's in one that was
 *     resumed
 * @param seconds of the epoch's rounds
 * @param computeSeconds of the slowest worker of each round, summed
 * @param averagingSeconds that the driver folded results
 * @param workerSeconds that each worker computed, or one time of all where an engine tells no more
 * @param validation empty where no training samples are held out
 */
public record EpochReport(
    int epoch,
    long round,
    double trainingLoss,
    double learningRate,
    long samples,
    double seconds,
    double computeSeconds,
    double averagingSeconds,
    List<Double> workerSeconds,
    Optional<EvaluationResult> validation) {

  /** The rest of the rounds: transport, scheduling, workers that took turns. */
  public double waitSeconds() {
    return seconds - computeSeconds - averagingSeconds;
  }

  public double samplesPerSecond() {
    return samples / seconds;
  }

  EpochReport with(Optional<EvaluationResult> result) {
    return new EpochReport(
        epoch,
        round,
        trainingLoss,
        learningRate,
        samples,
        seconds,
        computeSeconds,
        averagingSeconds,
        workerSeconds,
        result);
  }
}
