package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.ClassTally;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.TrainingLoop.Validation;
import io.sparkrnn.train.updater.Updater;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Evaluations and checkpoints while the next rounds run: five rounds an epoch, two epochs. */
class OverlapTest {
  private static final int ROUNDS = 5;

  /** What happened on the loop's thread, in order. */
  private final List<String> events = new CopyOnWriteArrayList<>();

  private LongConsumer beforeRound = round -> {};
  private Function<float[], EvaluationResult> evaluation = OverlapTest::evaluationOf;
  private Function<TrainingState, URI> checkpoints = OverlapTest::locationOf;

  private static EvaluationResult evaluationOf(float[] parameters) {
    return EvaluationResult.fold(
        List.of(
            new BlockResult(
                0,
                ClassTally.of(ConfusionMatrix.of(new long[] {1, 0, 0, 1}, 2)),
                parameters[0],
                2)),
        new ClassTally(2, ClassTally.Of.SAMPLES));
  }

  private static URI locationOf(TrainingState state) {
    return URI.create("memory:%d-%.0f".formatted(state.round(), state.parameters()[0]));
  }

  private TrainingLoop loop(int overlapRounds, long stopAfter) {
    TrainingLoop.Options options =
        new TrainingLoop.Options(
            new TrainingLoop.Budget(2),
            new RoundPlan(ROUNDS, 1, 1),
            Recipes.constant(0.25),
            new CheckpointCadence(1, 0, Duration.ZERO, System::nanoTime),
            Optional.of(new Validation(parameters -> evaluation.apply(parameters), overlapRounds)),
            () -> events.contains("round " + stopAfter),
            new EarlyStopping(0, 0),
            new MovingAverage(0));
    return new TrainingLoop(
        options,
        new CountingRounds() {
          @Override
          public RoundResult run(TrainingState state, Round round) {
            beforeRound.accept(round.number());
            return super.run(state, round);
          }
        },
        (state, validation) -> new CheckpointEntry(checkpoints.apply(state), state.round(), 1),
        List.of(new Recorder()));
  }

  private final class Recorder implements TrainingListener {
    @Override
    public void onRound(RoundReport report) {
      events.add("round " + report.round().number());
    }

    @Override
    public void onEpoch(EpochReport report) {
      // The evaluated parameter is the number of rounds before it.
      events.add(
          "epoch %d, loss %.1f"
              .formatted(report.epoch(), report.validation().orElseThrow().loss()));
    }

    @Override
    public void onCheckpoint(CheckpointReport report) {
      events.add(report.location().toString());
    }
  }

  private static TrainingState initial() {
    return TrainingState.initial(new float[1], new Updater.Sgd());
  }

  /** A latch that a round opens, and that background work waits for. */
  private CountDownLatch openedByRound(long round) {
    CountDownLatch latch = new CountDownLatch(1);
    beforeRound =
        number -> {
          if (number == round) {
            latch.countDown();
          }
        };
    return latch;
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(1, TimeUnit.MINUTES)) {
        throw new AssertionError("expected rounds to go on, found none that did");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void noThreadOutlivesItsRun() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("rnn.epoch-completion")) {
        // Told to end and without work, it may not have come to its last instruction.
        thread.join(TimeUnit.MINUTES.toMillis(1));
        assertThat(thread.isAlive()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 4", "1, 5", "2, 6", "4, 8", "5, 9", "100, 9"})
  void anEvaluationTakesEffectAtItsRoundHoweverLongItTakes(int overlapRounds, int effectAfter) {
    loop(overlapRounds, -1).run(initial());
    List<String> quick = List.copyOf(events);
    assertThat(quick.indexOf("epoch 1, loss 2.5"))
        .isEqualTo(quick.indexOf("round " + effectAfter) + 1);
    assertThat(quick).endsWith("memory:5-5", "epoch 2, loss 5.0", "memory:10-10");
    assertThat(quick).filteredOn(event -> !event.startsWith("round ")).hasSize(4);

    if (overlapRounds > 0) {
      events.clear();
      // It cannot end before the last round of the overlap has begun.
      CountDownLatch lastOfOverlap = openedByRound(effectAfter);
      evaluation =
          parameters -> {
            await(lastOfOverlap);
            return evaluationOf(parameters);
          };
      loop(overlapRounds, -1).run(initial());
      assertThat(events).isEqualTo(quick);
    }
  }

  @Test
  void aCheckpointIsWrittenWhileTheNextRoundsRun() {
    CountDownLatch lastOfNextEpoch = openedByRound(9);
    checkpoints =
        state -> {
          await(lastOfNextEpoch);
          return locationOf(state);
        };
    TrainingState end = loop(0, -1).run(initial());
    assertThat(end.parameters()).containsExactly(10f);
    assertThat(events)
        .containsSubsequence("epoch 1, loss 2.5", "round 5", "round 9")
        .endsWith("memory:5-5", "epoch 2, loss 5.0", "memory:10-10");
  }

  @Test
  void aCheckpointIsBegunOnlyAfterItsEvaluationTookEffect() {
    List<Boolean> reported = new ArrayList<>();
    checkpoints =
        state -> {
          reported.add(
              events.contains(
                  "epoch %d, loss %.1f".formatted(state.epoch(), state.parameters()[0] / 2)));
          return locationOf(state);
        };
    loop(3, -1).run(initial());
    assertThat(reported).containsExactly(true, true);
  }

  @Test
  void aStopFinishesWhatIsUnderWayFirst() {
    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> loop(3, 6).run(initial()))
        .withMessageContaining("after round 6; continue from memory:7-7");
    assertThat(events)
        .endsWith("round 5", "round 6", "epoch 1, loss 2.5", "memory:5-5", "memory:7-7");
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 4, memory:4-4", "3, 1, 4, memory:4-4", "0, 2, 9, memory:9-9"})
  void aStopWithinAnEvaluationLeavesTheRoundBefore(
      int overlapRounds, int epoch, int round, String checkpoint) {
    int[] evaluations = new int[1];
    StopRequest stop = () -> ++evaluations[0] == epoch;
    evaluation =
        parameters -> {
          stop.check();
          return evaluationOf(parameters);
        };
    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> loop(overlapRounds, -1).run(initial()))
        .withMessageContaining("after round %d; continue from %s", round - 1, checkpoint);
    assertThat(events).endsWith(checkpoint).doesNotContain("epoch %d, loss".formatted(epoch));
    List<String> before = List.copyOf(events);

    events.clear();
    TrainingState saved =
        new TrainingState(
            new float[] {round}, new float[0], round, epoch - 1, 4, round, 5 * 4, 10 * 4);
    TrainingState end = loop(overlapRounds, -1).resume(saved, URI.create(checkpoint));
    assertThat(end.parameters()).containsExactly(10f);
    assertThat(Stream.concat(before.stream(), events.stream()))
        .filteredOn(event -> event.startsWith("epoch "))
        .containsExactly("epoch 1, loss 2.5", "epoch 2, loss 5.0");
  }

  @Test
  void aStopWithinTheFirstEvaluationAfterACheckpointNeedsNoOther() {
    evaluation =
        parameters -> {
          throw new TrainingStoppedException();
        };
    TrainingState saved = new TrainingState(new float[] {4}, new float[0], 4, 0, 4, 4, 20, 40);
    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> loop(0, -1).resume(saved, URI.create("memory:4-4")))
        .withMessageContaining("after round 3; continue from memory:4-4");
    assertThat(events).containsExactly("round 4");
  }

  private void failInRound6() {
    beforeRound =
        round -> {
          if (round == 6) {
            throw new IllegalStateException("no executors");
          }
        };
  }

  private void failCheckpoints(RuntimeException failure) {
    checkpoints =
        state -> {
          throw failure;
        };
  }

  @Test
  void aFailureOfRoundsLeavesTheReportAndTheCheckpointOfTheEpochBefore() {
    failInRound6();
    assertThat(catchThrowable(() -> loop(3, -1).run(initial()))).hasMessage("no executors");
    assertThat(events).endsWith("round 5", "epoch 1, loss 2.5", "memory:5-5");
  }

  @Test
  void aFailedCheckpointIsThrownAsItselfWhenTheNextEpochEnds() {
    UncheckedIOException noSpace = new UncheckedIOException(new IOException("no space"));
    failCheckpoints(noSpace);
    assertThat(catchThrowable(() -> loop(2, -1).run(initial()))).isSameAs(noSpace);
    assertThat(events).endsWith("round 6", "epoch 1, loss 2.5", "round 7", "round 8", "round 9");
  }

  @Test
  void aFailedCheckpointIsThrownBeforeAStop() {
    UncheckedIOException noSpace = new UncheckedIOException(new IOException("no space"));
    failCheckpoints(noSpace);
    assertThat(catchThrowable(() -> loop(0, 6).run(initial()))).isSameAs(noSpace);
    assertThat(events).endsWith("round 5", "round 6");
  }

  @Test
  void aFailedCheckpointIsNotLostBehindAFailureOfRounds() {
    IllegalStateException noSpace = new IllegalStateException("no space");
    failCheckpoints(noSpace);
    failInRound6();
    assertThat(catchThrowable(() -> loop(0, -1).run(initial())))
        .hasMessage("no executors")
        .hasSuppressedException(noSpace);
  }

  @Test
  void aFailedEvaluationIsThrownAsItselfAtItsRound() {
    IllegalArgumentException unreadable = new IllegalArgumentException("no images");
    evaluation =
        parameters -> {
          throw unreadable;
        };
    assertThat(catchThrowable(() -> loop(2, -1).run(initial()))).isSameAs(unreadable);
    assertThat(events).endsWith("round 4", "round 5", "round 6");
  }
}
