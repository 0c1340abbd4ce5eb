package io.sparkrnn.spark.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.codahale.metrics.MetricRegistry;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.CheckpointReport;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundReport;
import io.sparkrnn.train.TrainingState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Gauges follow what the listener is told. */
class TrainingMetricsTest {
  private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `([a-z]\\w*)` \\|");

  private final MetricRegistry registry = new MetricRegistry();
  private final TrainingMetrics metrics = new TrainingMetrics();

  TrainingMetricsTest() {
    metrics.register(registry);
  }

  private double value(String gauge) {
    return (Double) registry.getGauges().get(gauge).getValue();
  }

  private static RoundReport round(long number, long samples) {
    return new RoundReport(
        new Round(number, 2, 5, 5, 5 * number, false, 1),
        0.25,
        0.002,
        samples,
        60_000_000,
        new long[] {60_000_000, 40_000_000},
        10_000_000,
        100_000_000);
  }

  private static EvaluationResult evaluation(int right) {
    return new EvaluationResult(
        ConfusionMatrix.of(new long[] {right, 100 - right, 0, 0}, 2), 0.5, 100, List.of());
  }

  @Test
  void whatHasNotHappenedIsZeroOrNotANumber() {
    assertThat(value("totalRounds")).isZero();
    assertThat(value("totalCheckpoints")).isZero();
    assertThat(value("loss")).isNaN();
    assertThat(value("testAccuracy")).isNaN();
  }

  @Test
  void roundsSetTheLastAndAddToTotals() {
    metrics.onRound(round(7, 640));
    metrics.onRound(round(8, 320));
    assertThat(value("epoch")).isEqualTo(3);
    assertThat(value("round")).isEqualTo(9);
    assertThat(value("iteration")).isEqualTo(45);
    assertThat(value("learningRate")).isEqualTo(0.002);
    assertThat(value("loss")).isEqualTo(0.25);
    assertThat(value("samplesPerSecond")).isCloseTo(3200, within(1e-9));
    assertThat(value("roundSeconds")).isEqualTo(0.1);
    assertThat(value("roundComputeSeconds")).isEqualTo(0.06);
    assertThat(value("roundWaitSeconds")).isEqualTo(0.03);
    assertThat(value("roundAveragingSeconds")).isEqualTo(0.01);
    assertThat(value("totalRounds")).isEqualTo(2);
    assertThat(value("totalSamples")).isEqualTo(960);
    assertThat(value("totalRoundSeconds")).isCloseTo(0.2, within(1e-12));
    assertThat(
            value("totalComputeSeconds")
                + value("totalWaitSeconds")
                + value("totalAveragingSeconds"))
        .isCloseTo(value("totalRoundSeconds"), within(1e-12));
  }

  @Test
  void epochsCheckpointsAndTheTestAreThere() {
    metrics.onEpoch(
        new EpochReport(
            1, 10, 0.5, 0.002, 100, 1, 0.5, 0.1, List.of(0.5), Optional.of(evaluation(90))));
    TrainingState state = new TrainingState(new float[0], new float[0], 10, 1, 0, 50, 0, 0);
    metrics.onCheckpoint(new CheckpointReport(URI.create("file:/1"), state, 1000, 0.25));
    metrics.onCheckpoint(new CheckpointReport(URI.create("file:/2"), state, 3000, 0.5));
    metrics.onTest(evaluation(95));
    assertThat(value("validationAccuracy")).isEqualTo(0.9);
    assertThat(value("validationLoss")).isEqualTo(0.5);
    assertThat(value("checkpointBytes")).isEqualTo(3000);
    assertThat(value("checkpointSeconds")).isEqualTo(0.5);
    assertThat(value("totalCheckpoints")).isEqualTo(2);
    assertThat(value("totalCheckpointBytes")).isEqualTo(4000);
    assertThat(value("totalCheckpointSeconds")).isEqualTo(0.75);
    assertThat(value("testAccuracy")).isEqualTo(0.95);
    assertThat(value("testLoss")).isEqualTo(0.5);
  }

  @Test
  void theDocumentedGaugesAreAll() throws IOException {
    String document = Files.readString(Path.of("src", "docs", "monitoring.md"));
    List<String> all = Arrays.stream(TrainingGauge.values()).map(TrainingGauge::metric).toList();
    assertThat(DOCUMENTED.matcher(document).results().map(row -> row.group(1)))
        .containsExactlyElementsOf(all);
    assertThat(registry.getGauges().keySet()).containsExactlyInAnyOrderElementsOf(all);
  }
}
