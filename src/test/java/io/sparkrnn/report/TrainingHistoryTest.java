package io.sparkrnn.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.CheckpointReport;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.TrainingState;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingHistoryTest {
  private static EpochReport epoch(int number, List<Double> workerSeconds) {
    EvaluationResult validation =
        new EvaluationResult(ConfusionMatrix.of(new long[] {3, 1, 0, 4}, 2), 0.25, 8, List.of());
    return new EpochReport(
        number, 10L * number, 0.5, 0.002, 100, 4, 2, 0.5, workerSeconds, Optional.of(validation));
  }

  private static CheckpointReport checkpoint(int epoch, double seconds) {
    TrainingState state =
        new TrainingState(new float[1], new float[1], 10L * epoch, epoch, 0, 10L * epoch, 0, 0);
    return new CheckpointReport(URI.create("file:/c"), state, 100, seconds);
  }

  @Test
  void anEpochIsWhatItsReportSays() {
    TrainingHistory history = new TrainingHistory(3);
    history.onEpoch(epoch(1, List.of(1.5, 2.0)));
    assertThat(history.epochs())
        .containsExactly(
            new EpochRecord(
                1, 3, 0.5, 0.002, 100, 4, 2, 1.5, 0.5, 0, 0.25, 7 / 8.0, "accuracy", 7 / 8.0));
    assertThat(history.workerSeconds()).containsExactly(1.5, 2.0);
  }

  @Test
  void workersAddUpAndCheckpointsCountForTheirEpoch() {
    TrainingHistory history = new TrainingHistory(1);
    history.onCheckpoint(checkpoint(0, 9));
    history.onEpoch(epoch(1, List.of(1.5, 2.0)));
    history.onEpoch(epoch(2, List.of(0.25, 1.0)));
    history.onCheckpoint(checkpoint(1, 0.125));
    history.onCheckpoint(checkpoint(1, 0.25));
    history.onCheckpoint(checkpoint(2, 0.5));
    assertThat(history.workerSeconds()).containsExactly(1.75, 3.0);
    assertThat(history.epochs())
        .extracting(EpochRecord::checkpointSeconds)
        .containsExactly(0.375, 0.5);
  }

  @Test
  void theNextAttemptGoesOnFromTheCheckpointsEpoch() {
    TrainingHistory killed = new TrainingHistory(1);
    killed.onEpoch(epoch(1, List.of(1.0)));
    killed.onEpoch(epoch(2, List.of(1.0)));
    byte[] section = killed.section(1);

    TrainingHistory next = new TrainingHistory(2);
    next.resume(section, "there");
    next.onEpoch(epoch(2, List.of(3.0)));
    assertThat(next.epochs()).extracting(EpochRecord::epoch).containsExactly(1, 2);
    assertThat(next.epochs()).extracting(EpochRecord::attempt).containsExactly(1, 2);
    assertThat(next.epochs().get(0)).isEqualTo(killed.epochs().get(0));
  }

  @Test
  void aCheckpointOfAnEarlierVersionHasNone() {
    TrainingHistory history = new TrainingHistory(2);
    history.resume(new byte[0], "there");
    assertThat(history.epochs()).isEmpty();
  }

  @Test
  void whatALaterVersionAddsIsLeftOut() {
    TrainingHistory history = new TrainingHistory(2);
    history.resume(
        "{\"epochs\":[{\"epoch\":1,\"new\":2}],\"workerSeconds\":[],\"new\":3}".getBytes(UTF_8),
        "there");
    assertThat(history.epochs()).hasSize(1);
  }

  @Test
  void whatIsNoJsonIsRefusedByItsPlace() {
    TrainingHistory history = new TrainingHistory(2);
    assertThatThrownBy(() -> history.resume("[".getBytes(UTF_8), "hdfs://there/000.ckpt"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("hdfs://there/000.ckpt");
  }
}
