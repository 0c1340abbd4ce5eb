package io.sparkrnn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.checkpoint.Ownership;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.VectorLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which epoch's state a training with early stopping ends on. */
class StoppedTrainingTest {
  @TempDir private Path directory;
  private CheckpointStore store;
  private TrainingState end;

  @BeforeEach
  void claim() {
    claim(1);
  }

  private void claim(int keep) {
    store =
        CheckpointStore.open(Storage.of(Map.of()), directory.toUri(), "run-1", keep, Retry.NEVER);
    store.claimAttempt(
        store.awaitVacancy(
            new Ownership(
                ThisProcess.owner(Map.of()),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                MonotonicClock.SYSTEM),
            waiting -> {}));
  }

  @AfterEach
  void giveUp() {
    store.close();
  }

  /** Epochs of one round, whose only parameter is the epoch. */
  private void train(double... accuracies) {
    List<Double> soFar = new ArrayList<>();
    for (double accuracy : accuracies) {
      soFar.add(accuracy);
      int epoch = soFar.size();
      end =
          new TrainingState(
              new float[] {epoch}, new VectorLayout(1, 0, 0), epoch, epoch, 0, epoch, 1, 1, soFar);
      store.save(epoch, StateSections.of(end), OptionalDouble.of(accuracy));
    }
  }

  private StoppedTraining stopped(int epochs) {
    return StoppedTraining.of(end, epochs, ScoreKind.ACCURACY, store);
  }

  @Test
  void theBestEpochIsTheEarliestOfEquals() {
    train(0.5, 0.75, 0.625, 0.75, 0.25);

    StoppedTraining stopped = stopped(9);
    assertThat(stopped.best().parameters()).containsExactly(2f);
    assertThat(stopped.score()).isEqualTo(new Score(ScoreKind.ACCURACY, 0.75));
    assertThat(stopped.stoppedEarly()).hasValue(5);
    assertThat(stopped(5).stoppedEarly()).isEmpty();
  }

  @Test
  void aLaterEqualDoesNotTakeThePlaceOfALostOne() throws IOException {
    store.close();
    claim(9);
    train(0.5, 0.75, 0.625, 0.75);
    Files.delete(directory.resolve("checkpoints/checkpoint-000000002.srnn"));

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> stopped(9))
        .withMessage(
            "Cannot restore the best epoch: expected the checkpoint of epoch 2, with validation accuracy 0.75, found %s as the best one"
                .formatted(directory.resolve("checkpoints/checkpoint-000000004.srnn")));
  }

  @Test
  void aBetterEpochFromBeforeItWasAskedForCounts() {
    train(0.5, 0.75, 0.625, 0.625);
    end =
        new TrainingState(
            end.vector(),
            end.layout(),
            end.round(),
            end.epoch(),
            0,
            end.iteration(),
            1,
            1,
            List.of(0.625, 0.625));

    assertThat(stopped(9).best().epoch()).isEqualTo(2);
  }
}
