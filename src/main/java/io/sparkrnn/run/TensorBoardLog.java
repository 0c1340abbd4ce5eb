package io.sparkrnn.run;

import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.export.EventFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.TrainingListener;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The curves of a run for TensorBoard, a point an epoch: {@code
 * DIR/RUN-ID/events.out.tfevents.ATTEMPT.spark-rnn}, anew after each epoch. Each attempt has a file
 * of its own; TensorBoard shows them as one run.
 */
final class TensorBoardLog implements TrainingListener {
  private final Storage storage;
  private final URI directory;
  private final URI file;
  private final Clock clock;
  private final EventFile events;
  private long epoch;

  TensorBoardLog(Storage storage, URI parent, String runId, int attempt, Clock clock) {
    this.storage = storage;
    this.directory = Storage.resolve(parent, runId);
    this.file =
        Storage.resolve(directory, "events.out.tfevents.%010d.spark-rnn".formatted(attempt));
    this.clock = clock;
    this.events = new EventFile(now());
  }

  private double now() {
    return clock.millis() / 1e3;
  }

  @Override
  public void onEpoch(EpochReport report) {
    epoch = report.epoch();
    values(report).forEach(this::point);
    write();
  }

  /** The points of an epoch, by their tags. */
  static Map<String, Double> values(EpochReport report) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss/training", report.trainingLoss());
    report
        .validation()
        .ifPresent(
            validation -> {
              values.put("loss/validation", validation.loss());
              putScore(values, "validation", validation);
            });
    values.put("learning_rate", report.learningRate());
    values.put("samples_per_second", report.samplesPerSecond());
    values.put("seconds/compute", report.computeSeconds());
    values.put("seconds/averaging", report.averagingSeconds());
    values.put("seconds/wait", report.waitSeconds());
    return values;
  }

  /** The points of the test, by their tags. */
  static Map<String, Double> values(EvaluationResult test) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss/test", test.loss());
    putScore(values, "test", test);
    return values;
  }

  /** Accuracy has the tag that it had before there were other scores. */
  private static void putScore(Map<String, Double> values, String part, EvaluationResult result) {
    if (!Double.isNaN(result.accuracy())) {
      values.put("accuracy/" + part, result.accuracy());
    }
    if (result.deciding() != ScoreKind.ACCURACY) {
      values.put(part + "/" + result.deciding(), result.score().value());
    }
  }

  @Override
  public void onTest(EvaluationResult test) {
    values(test).forEach(this::point);
    write();
  }

  private void point(String tag, double value) {
    events.scalar(tag, epoch, value, now());
  }

  private void write() {
    storage.createDirectories(directory);
    storage.overwrite(file, events.toBytes());
  }
}
