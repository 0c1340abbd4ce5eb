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
            report.validation().map(EvaluationResult::accuracy).orElse(null),
            report.samplesPerSecond(),
            report.seconds(),
            report.computeSeconds(),
            report.waitSeconds(),
            report.averagingSeconds()));
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
    post(new TestEvent(runId, test.accuracy(), test.loss(), test.samples()));
  }

  private void post(SparkListenerEvent event) {
    context.listenerBus().post(event);
  }
}
