package io.sparkrnn.spark.watch;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.CheckpointReport;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.RoundReport;
import io.sparkrnn.train.TrainingListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The driver's gauges, as the rounds feed them. Totals are of this driver, from its start. */
public final class TrainingMetrics implements TrainingListener {
  private final Map<TrainingGauge, Double> values = new ConcurrentHashMap<>();

  public void register(MetricRegistry registry) {
    for (TrainingGauge gauge : TrainingGauge.values()) {
      Gauge<Double> value = () -> values.getOrDefault(gauge, gauge.initial());
      registry.register(gauge.metric(), value);
    }
  }

  @Override
  public void onRound(RoundReport report) {
    set(TrainingGauge.EPOCH, report.round().epoch() + 1);
    set(TrainingGauge.ROUND, report.round().number() + 1);
    set(TrainingGauge.ITERATION, report.iteration());
    set(TrainingGauge.LEARNING_RATE, report.learningRate());
    set(TrainingGauge.LOSS, report.meanLoss());
    set(TrainingGauge.SAMPLES_PER_SECOND, report.samplesPerSecond());
    set(TrainingGauge.ROUND_SECONDS, report.roundNanos() / 1e9);
    set(TrainingGauge.ROUND_COMPUTE_SECONDS, report.computeNanos() / 1e9);
    set(TrainingGauge.ROUND_WAIT_SECONDS, report.waitNanos() / 1e9);
    set(TrainingGauge.ROUND_AVERAGING_SECONDS, report.averagingNanos() / 1e9);
    add(TrainingGauge.TOTAL_ROUNDS, 1);
    add(TrainingGauge.TOTAL_SAMPLES, report.samples());
    add(TrainingGauge.TOTAL_ROUND_SECONDS, report.roundNanos() / 1e9);
    add(TrainingGauge.TOTAL_COMPUTE_SECONDS, report.computeNanos() / 1e9);
    add(TrainingGauge.TOTAL_WAIT_SECONDS, report.waitNanos() / 1e9);
    add(TrainingGauge.TOTAL_AVERAGING_SECONDS, report.averagingNanos() / 1e9);
  }

  @Override
  public void onEpoch(EpochReport report) {
    report
        .validation()
        .ifPresent(
            validation -> {
              set(TrainingGauge.VALIDATION_LOSS, validation.loss());
              set(TrainingGauge.VALIDATION_ACCURACY, validation.accuracy());
              set(TrainingGauge.VALIDATION_SCORE, validation.score().value());
            });
  }

  @Override
  public void onCheckpoint(CheckpointReport report) {
    set(TrainingGauge.CHECKPOINT_SECONDS, report.seconds());
    set(TrainingGauge.CHECKPOINT_BYTES, report.bytes());
    add(TrainingGauge.TOTAL_CHECKPOINTS, 1);
    add(TrainingGauge.TOTAL_CHECKPOINT_SECONDS, report.seconds());
    add(TrainingGauge.TOTAL_CHECKPOINT_BYTES, report.bytes());
  }

  @Override
  public void onTest(EvaluationResult test) {
    set(TrainingGauge.TEST_LOSS, test.loss());
    set(TrainingGauge.TEST_ACCURACY, test.accuracy());
    set(TrainingGauge.TEST_SCORE, test.score().value());
  }

  private void set(TrainingGauge gauge, double value) {
    values.put(gauge, value);
  }

  private void add(TrainingGauge gauge, double value) {
    values.merge(gauge, value, Double::sum);
  }
}
