package io.sparkrnn.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.train.EpochReport;
import java.util.Optional;

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
 * @param validationAccuracy likewise, and where there are no classes
 * @param scoreName of the score that decides; null where no samples are held out, and in results of
 *     earlier versions, where it is accuracy
 * @param validationScore its value, likewise
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
    Double validationAccuracy,
    String scoreName,
    Double validationScore) {

  /** The score that decides; empty where no samples are held out. */
  Optional<Score> score() {
    if (validationScore == null) {
      return Optional.ofNullable(validationAccuracy)
          .map(accuracy -> new Score(ScoreKind.ACCURACY, accuracy));
    }
    return ScoreKind.named(scoreName).map(kind -> new Score(kind, validationScore));
  }

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
        report.validation().flatMap(EvaluationResult::classAccuracy).orElse(null),
        report.validation().map(result -> result.deciding().toString()).orElse(null),
        report.validation().map(result -> result.score().value()).orElse(null));
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
        validationAccuracy,
        scoreName,
        validationScore);
  }
}
