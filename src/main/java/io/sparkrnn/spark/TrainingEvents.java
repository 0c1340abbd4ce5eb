package io.sparkrnn.spark;

import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.CheckpointReport;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.TrainingListener;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListenerEvent;

/** Tells Spark's listeners, and with them the event log, how a run goes. */
record TrainingEvents(SparkContext context, String runId) implements TrainingListener {

  @Override
  public void onEpoch(EpochReport report) {
    post(
        new EpochEvent(
            runId,
            report.epoch(),
            report.round(),
            report.trainingLoss(),
            report.validation().flatMap(EvaluationResult::classAccuracy).orElse(null),
            report.samplesPerSecond(),
            report.seconds(),
            report.computeSeconds(),
            report.waitSeconds(),
            report.averagingSeconds(),
            report.validation().map(result -> result.deciding().toString()).orElse(null),
            report.validation().map(result -> result.score().value()).orElse(null)));
  }

  @Override
  public void onCheckpoint(CheckpointReport report) {
    post(
        new CheckpointEvent(
            runId,
            report.state().epoch(),
            report.state().round(),
            report.location().toString(),
            report.bytes(),
            report.seconds()));
  }

  @Override
  public void onTest(EvaluationResult test) {
    post(
        new TestEvent(
            runId,
            test.classAccuracy().orElse(null),
            test.loss(),
            test.samples(),
            test.deciding().toString(),
            test.score().value()));
  }

  private void post(SparkListenerEvent event) {
    context.listenerBus().post(event);
  }
}
