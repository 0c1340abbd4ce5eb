package io.sparkrnn.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.EpochReport;

/**
 * One epoch, as {@code training.history} of a {@code result.json} has it.
 *
 * @param epoch counts from 1
 * @param attempt the driver that ended it
 * @param loss mean over the epoch's samples while they were trained on, in nats
 * @param samples trained on in these seconds; fewer than the epoch's in one that was resumed
 * @param seconds of the epoch's rounds; the next three are its parts
 * @param waitSeconds transport, scheduling, workers that took turns
 * @param checkpointSeconds that its checkpoint took beside the rounds; 0 where it had none, or the
 *     run went on from there
 * @param validationLoss null where no samples are held out
 * @param validationAccuracy likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EpochRecord(
    int epoch,
    int attempt,
    double loss,
    double learningRate,
    long samples,
    double seconds,
    double computeSeconds,
    double waitSeconds,
    double averagingSeconds,
    double checkpointSeconds,
    Double validationLoss,
    Double validationAccuracy) {

  static EpochRecord of(EpochReport report, int attempt) {
    return new EpochRecord(
        report.epoch(),
        attempt,
        report.trainingLoss(),
        report.learningRate(),
        report.samples(),
        report.seconds(),
        report.computeSeconds(),
        report.waitSeconds(),
        report.averagingSeconds(),
        0,
        report.validation().map(EvaluationResult::loss).orElse(null),
        report.validation().map(EvaluationResult::accuracy).orElse(null));
  }

  EpochRecord withCheckpoint(double moreSeconds) {
    return new EpochRecord(
        epoch,
        attempt,
        loss,
        learningRate,
        samples,
        seconds,
        computeSeconds,
        waitSeconds,
        averagingSeconds,
        checkpointSeconds + moreSeconds,
        validationLoss,
        validationAccuracy);
  }
}
