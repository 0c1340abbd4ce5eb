package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.data.DataException;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.ClassTally;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.TrainingLoop.Validation;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TrainingLoopTest {
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());

  /** Adds one to its parameter in each round; one round may bring something else. */
  private class CountingRunner extends CountingRounds {
    private final long oddRound;
    private final float oddValue;
    private final double oddLoss;

    CountingRunner() {
      this(-1, 0, 0);
    }

    CountingRunner(long oddRound, float oddValue, double oddLoss) {
      this.oddRound = oddRound;
      this.oddValue = oddValue;
      this.oddLoss = oddLoss;
    }

    @Override
    public RoundResult run(TrainingState state, Round round) {
      events.add("run " + round.number());
      boolean odd = round.number() == oddRound;
      float next = odd ? oddValue : state.parameters()[0] + 1;
      return new RoundResult(
          new float[] {next},
          10,
          odd ? oddLoss : 5 * (round.number() + 1),
          // Less than any round takes.
          new long[] {50, 30},
          20);
    }
  }

  private final class Recorder implements TrainingListener {
    private final String name;

    Recorder(String name) {
      this.name = name;
    }

    @Override
    public void onRound(RoundReport report) {
      events.add(name + " round " + report.round().number());
    }

    @Override
    public void onEpoch(EpochReport report) {
      events.add(name + " epoch " + report.epoch());
    }

    @Override
    public void onCheckpoint(CheckpointReport report) {
      events.add(name + " " + report.location());
    }
  }

  private static CheckpointEntry save(TrainingState state, Optional<EvaluationResult> validation) {
    return new CheckpointEntry(URI.create("memory:" + state.round()), state.round(), 100);
  }

  private EvaluationResult evaluate(float[] parameters) {
    events.add("evaluate " + parameters[0]);
    return EvaluationResult.fold(
        List.of(
            new BlockResult(
                0, ClassTally.of(ConfusionMatrix.of(new long[] {1, 0, 0, 1}, 2)), 0.5, 2)),
        new ClassTally(2, ClassTally.Of.SAMPLES));
  }

  private static TrainingLoop.Options options(
      int epochs, int checkpointEvery, Optional<Validation> validation, StopRequest stop) {
    return new TrainingLoop.Options(
        new TrainingLoop.Budget(epochs),
        new RoundPlan(5, 3, 3),
        Recipes.constant(0.25),
        new CheckpointCadence(checkpointEvery, 0, Duration.ZERO, System::nanoTime),
        validation,
        stop,
        new EarlyStopping(0, 0),
        new MovingAverage(0));
  }

  private TrainingLoop.Options evaluated(int epochs, int checkpointEvery, StopRequest stop) {
    return options(epochs, checkpointEvery, Optional.of(new Validation(this::evaluate, 0)), stop);
  }

  private static TrainingLoop.Options unevaluated(
      int epochs, int checkpointEvery, StopRequest stop) {
    return options(epochs, checkpointEvery, Optional.empty(), stop);
  }

  private static TrainingLoop loop(
      TrainingLoop.Options options, RoundRunner runner, TrainingListener... listeners) {
    return new TrainingLoop(options, runner, TrainingLoopTest::save, List.of(listeners));
  }

  private static TrainingState initial() {
    return TrainingState.initial(new float[1], new Updater.Sgd());
  }

  @Test
  void stepsFollowOneAnotherInOrder() {
    TrainingState end =
        loop(evaluated(3, 2, () -> false), new CountingRunner(), new Recorder("listener"))
            .run(initial());
    assertThat(events)
        .containsExactly(
            "run 0",
            "listener round 0",
            "run 1",
            "listener round 1",
            "evaluate 2.0",
            "listener epoch 1",
            "run 2",
            "listener round 2",
            "run 3",
            "listener round 3",
            "evaluate 4.0",
            "listener epoch 2",
            "run 4",
            "listener round 4",
            "run 5",
            "listener round 5",
            "listener memory:4",
            "evaluate 6.0",
            "listener epoch 3",
            "listener memory:6");
    assertThat(end.parameters()).containsExactly(6f);
    assertThat(end.epoch()).isEqualTo(3);
    assertThat(end.iteration()).isEqualTo(15);
  }

  @Test
  void reportsHoldWhatTheRoundsBrought() {
    List<EpochReport> epochs = new ArrayList<>();
    List<RoundReport> rounds = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onRound(RoundReport report) {
            rounds.add(report);
          }

          @Override
          public void onEpoch(EpochReport report) {
            epochs.add(report);
          }
        };
    loop(unevaluated(2, 1, () -> false), new CountingRunner(), listener).run(initial());
    assertThat(rounds).extracting(RoundReport::meanLoss).containsExactly(0.5, 1.0, 1.5, 2.0);
    assertThat(rounds).extracting(RoundReport::samples).containsOnly(10L);
    assertThat(rounds)
        .extracting(RoundReport::round)
        .containsExactly(
            new Round(0, 0, 0, 3, 0, false, 1),
            new Round(1, 0, 3, 2, 3, true, 1),
            new Round(2, 1, 0, 3, 5, false, 1),
            new Round(3, 1, 3, 2, 8, true, 1));
    assertThat(epochs).extracting(EpochReport::trainingLoss).containsExactly(0.75, 1.75);
    assertThat(epochs).extracting(EpochReport::samples).containsOnly(20L);
    assertThat(epochs).extracting(EpochReport::learningRate).containsOnly(0.25);
    assertThat(epochs).allMatch(epoch -> epoch.validation().isEmpty());
    for (EpochReport epoch : epochs) {
      assertThat(epoch.computeSeconds()).isCloseTo(1e-7, within(1e-12));
      assertThat(epoch.averagingSeconds()).isCloseTo(4e-8, within(1e-12));
      assertThat(epoch.computeSeconds() + epoch.waitSeconds() + epoch.averagingSeconds())
          .isCloseTo(epoch.seconds(), within(1e-12));
    }
  }

  @Test
  void aListenerThatThrowsIsDroppedAndTheRestGoesOn() {
    int[] calls = new int[1];
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void onRound(RoundReport report) {
            calls[0]++;
            if (report.round().number() == 1) {
              throw new IllegalStateException("the disk of plots is full");
            }
          }

          @Override
          public void onCheckpoint(CheckpointReport report) {
            calls[0] += 100;
          }
        };
    TrainingState end =
        loop(
                unevaluated(2, 1, () -> false),
                new CountingRunner(),
                new Recorder("before"),
                failing,
                new Recorder("after"))
            .run(initial());
    assertThat(calls[0]).isEqualTo(2);
    assertThat(end.parameters()).containsExactly(4f);
    assertThat(events)
        .contains("before round 1", "after round 1", "before round 3", "after round 3")
        .contains("before memory:4", "after memory:4");
  }

  @Test
  void divergenceStopsTheRunWithTheRoundAndTheLastCheckpoint() {
    record Case(float parameter, double loss) {}
    for (Case bad :
        List.of(
            new Case(Float.NaN, 1),
            new Case(Float.NEGATIVE_INFINITY, 1),
            new Case(1, Double.NaN),
            new Case(1, Double.POSITIVE_INFINITY))) {
      events.clear();
      TrainingLoop loop =
          loop(
              evaluated(3, 1, () -> false),
              new CountingRunner(3, bad.parameter(), bad.loss()),
              new Recorder("listener"));
      assertThatExceptionOfType(TrainingDivergedException.class)
          .isThrownBy(() -> loop.run(initial()))
          .withMessageContaining("in epoch 2, round 3:")
          .withMessageContaining("the last good checkpoint is memory:2");
      assertThat(events).endsWith("run 3", "listener memory:2");
    }
  }

  @Test
  void divergenceBeforeTheFirstCheckpointSaysSo() {
    TrainingLoop loop = loop(evaluated(3, 1, () -> false), new CountingRunner(0, Float.NaN, 1));
    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> loop.run(initial()))
        .withMessageContaining("in epoch 1, round 0:")
        .withMessageContaining("no checkpoint had been written");
  }

  @Test
  void divergenceAfterResumingNamesTheCheckpointResumedFrom() {
    TrainingState state = new TrainingState(new float[1], new float[0], 2, 1, 0, 5, 0, 0);
    TrainingLoop loop = loop(evaluated(3, 1, () -> false), new CountingRunner(3, Float.NaN, 1));
    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> loop.resume(state, URI.create("memory:2")))
        .withMessageContaining("in epoch 2, round 3:")
        .withMessageContaining("the last good checkpoint is memory:2");
  }

  @Test
  void anEpochInWhichNothingCountsIsRefused() {
    RoundRunner nothing =
        new CountingRounds() {
          @Override
          public RoundResult run(TrainingState state, Round round) {
            double weight = round.number() == 0 ? 10 : 0;
            return new RoundResult(
                state.parameters(), 10, weight / 2, weight, new float[0][], new long[] {1}, 0);
          }
        };
    TrainingLoop loop = loop(unevaluated(3, 1, () -> false), nothing, new Recorder("listener"));
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> loop.run(initial()))
        .withMessage(
            "Cannot train: expected at least 1 sample that counts in epoch 2, found none of 20");
    // Of the first epoch only the second round was without any.
    assertThat(events).contains("listener epoch 1").doesNotContain("listener epoch 2");
  }

  @Test
  void aRequestToStopEndsTheRoundAndWritesACheckpoint() {
    int[] asked = new int[1];
    TrainingLoop loop =
        loop(
            evaluated(3, 1, () -> ++asked[0] == 3), new CountingRunner(), new Recorder("listener"));
    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> loop.run(initial()))
        .withMessage("Stopped as asked after round 2; continue from memory:3 with --resume.");
    assertThat(events).endsWith("listener round 2", "listener memory:2", "listener memory:3");
  }

  @Test
  void aRequestToStopAtAnEpochsEndSavesOnce() {
    int[] asked = new int[1];
    TrainingLoop loop =
        loop(
            unevaluated(3, 1, () -> ++asked[0] == 2),
            new CountingRunner(),
            new Recorder("listener"));
    assertThatExceptionOfType(TrainingStoppedException.class).isThrownBy(() -> loop.run(initial()));
    assertThat(events)
        .endsWith("run 1", "listener round 1", "listener epoch 1", "listener memory:2");
  }

  @Test
  void aRequestToStopInTheLastRoundChangesNothing() {
    int[] asked = new int[1];
    TrainingState end =
        loop(
                unevaluated(1, 1, () -> ++asked[0] == 2),
                new CountingRunner(),
                new Recorder("listener"))
            .run(initial());
    assertThat(end.epoch()).isEqualTo(1);
    assertThat(events)
        .endsWith("run 1", "listener round 1", "listener epoch 1", "listener memory:2");
  }

  @Test
  void aRequestToStopWithinTheFirstRoundKeepsTheStart() {
    TrainingLoop loop =
        loop(
            evaluated(3, 1, () -> false),
            new CountingRunner() {
              @Override
              public RoundResult run(TrainingState state, Round round) {
                throw new TrainingStoppedException();
              }
            });
    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> loop.run(initial()))
        .withMessage(
            "Stopped as asked before the first round; continue from memory:0 with --resume.");
  }

  @Test
  void aRequestToStopEndsWaitingForOtherWork() {
    StopRequest stop = () -> true;
    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> stop.await(new CompletableFuture<>()));
    assertThat(stop.await(CompletableFuture.completedFuture("done"))).isEqualTo("done");
    IllegalStateException failure = new IllegalStateException("no disk");
    assertThatThrownBy(() -> stop.await(CompletableFuture.failedFuture(failure))).isSameAs(failure);
  }

  @Test
  void aFinishedStateNeedsNoRound() {
    TrainingState done = new TrainingState(new float[1], new float[0], 2, 1, 0, 5, 3, 4);
    assertThat(loop(evaluated(1, 1, () -> false), new CountingRunner()).run(done)).isSameAs(done);
    assertThat(events).isEmpty();
  }

  @Test
  void aCheckpointThatCannotBeWrittenStopsTheRun() {
    TrainingLoop loop =
        new TrainingLoop(
            unevaluated(3, 1, () -> false),
            new CountingRunner(),
            (state, validation) -> {
              throw new IllegalStateException("no space");
            },
            List.of(new Recorder("listener")));
    assertThatIllegalStateException().isThrownBy(() -> loop.run(initial())).withMessage("no space");
    // Seen when the next epoch ends, whenever it failed.
    assertThat(events)
        .containsExactly(
            "run 0",
            "listener round 0",
            "run 1",
            "listener round 1",
            "listener epoch 1",
            "run 2",
            "listener round 2",
            "run 3",
            "listener round 3");
  }
}
