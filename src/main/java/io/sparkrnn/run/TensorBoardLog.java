package io.sparkrnn.run;

import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.export.EventFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.TrainingListener;
import java.net.URI;
import java.time.Clock;

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
    point("loss/training", report.trainingLoss());
    report
        .validation()
        .ifPresent(
            validation -> {
              point("loss/validation", validation.loss());
              point("accuracy/validation", validation.accuracy());
            });
    point("learning_rate", report.learningRate());
    point("samples_per_second", report.samplesPerSecond());
    point("seconds/compute", report.computeSeconds());
    point("seconds/averaging", report.averagingSeconds());
    point("seconds/wait", report.waitSeconds());
    write();
  }

  @Override
  public void onTest(EvaluationResult test) {
    point("loss/test", test.loss());
    point("accuracy/test", test.accuracy());
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
