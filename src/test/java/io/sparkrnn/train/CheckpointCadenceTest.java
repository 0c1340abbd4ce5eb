package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.ClassTally;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.TrainingLoop.Validation;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Five rounds an epoch, two epochs, a minute a round. */
class CheckpointCadenceTest {
  private final List<String> saved = new ArrayList<>();
  private long minutes;

  @Test
  void epochsAlone() {
    run(new CheckpointCadence(1, 0, Duration.ZERO, this::nanoTime), 0);
    assertThat(saved).containsExactly("5 evaluated", "10 evaluated");
  }

  @Test
  void theLastEpochAlwaysEndsWithOne() {
    run(new CheckpointCadence(7, 0, Duration.ZERO, this::nanoTime), 0);
    assertThat(saved).containsExactly("10 evaluated");
  }

  @Test
  void roundsCountFromTheLastCheckpoint() {
    run(new CheckpointCadence(1, 2, Duration.ZERO, this::nanoTime), 0);
    assertThat(saved).containsExactly("2", "4", "5 evaluated", "7", "9", "10 evaluated");
  }

  @Test
  void minutesCountFromTheLastCheckpoint() {
    run(new CheckpointCadence(1, 0, Duration.ofSeconds(150), this::nanoTime), 0);
    assertThat(saved).containsExactly("3", "5 evaluated", "8", "10 evaluated");
  }

  @Test
  void whateverComesFirst() {
    run(new CheckpointCadence(7, 4, Duration.ofMinutes(3), this::nanoTime), 0);
    assertThat(saved).containsExactly("3", "6", "9", "10 evaluated");
  }

  @Test
  void noneIsBegunWhileAnEvaluationIsUnderWay() {
    run(new CheckpointCadence(1, 1, Duration.ZERO, this::nanoTime), 2);
    assertThat(saved)
        .containsExactly("1", "2", "3", "4", "5 evaluated", "7", "8", "9", "10 evaluated");
  }

  @Test
  void aResumedRunCountsFromItsStart() {
    TrainingState start = new TrainingState(new float[1], new float[0], 3, 0, 3, 3, 15, 30);
    loop(new CheckpointCadence(1, 2, Duration.ZERO, this::nanoTime), 0)
        .resume(start, URI.create("memory:3"));
    assertThat(saved).containsExactly("5 evaluated", "7", "9", "10 evaluated");
  }

  private void run(CheckpointCadence cadence, int overlapRounds) {
    loop(cadence, overlapRounds).run(TrainingState.initial(new float[1], new Updater.Sgd()));
  }

  private TrainingLoop loop(CheckpointCadence cadence, int overlapRounds) {
    EvaluationResult evaluation =
        EvaluationResult.fold(
            List.of(
                new BlockResult(
                    0, ClassTally.of(ConfusionMatrix.of(new long[] {1, 0, 0, 1}, 2)), 1, 2)),
            new ClassTally(2, ClassTally.Of.SAMPLES));
    TrainingLoop.Options options =
        new TrainingLoop.Options(
            new TrainingLoop.Budget(2),
            new RoundPlan(5, 1, 1),
            Recipes.constant(0.25),
            cadence,
            Optional.of(new Validation(parameters -> evaluation, overlapRounds)),
            () -> false,
            new EarlyStopping(0, 0),
            new MovingAverage(0));
    return new TrainingLoop(options, new MinuteRunner(), this::save, List.of());
  }

  private synchronized long nanoTime() {
    return TimeUnit.MINUTES.toNanos(minutes);
  }

  private synchronized CheckpointEntry save(
      TrainingState state, Optional<EvaluationResult> validation) {
    saved.add(state.round() + (validation.isPresent() ? " evaluated" : ""));
    return new CheckpointEntry(URI.create("memory:" + state.round()), state.round(), 1);
  }

  private final class MinuteRunner extends CountingRounds {
    @Override
    public RoundResult run(TrainingState state, Round round) {
      synchronized (CheckpointCadenceTest.this) {
        minutes++;
      }
      return super.run(state, round);
    }
  }
}
