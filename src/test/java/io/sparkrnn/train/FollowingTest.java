package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.ClassTally;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.TrainingLoop.Budget;
import io.sparkrnn.train.TrainingLoop.Validation;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose later epochs depend on the accuracies of earlier ones, and moving averages. */
class FollowingTest {
  private static final int EPOCHS = 12;

  /** What happened on the loop's thread, in order. */
  private final List<String> events = new ArrayList<>();

  private final List<TrainingState> seen = new ArrayList<>();

  private static EvaluationResult ofTen(int right) {
    return EvaluationResult.fold(
        List.of(
            new BlockResult(
                0,
                ClassTally.of(ConfusionMatrix.of(new long[] {right, 10 - right, 0, 0}, 2)),
                1,
                10)),
        new ClassTally(2, ClassTally.Of.SAMPLES));
  }

  private static LearningRateSchedule schedule(int plateauEpochs) {
    return new LearningRateSchedule(
        new ScheduleConfiguration(
            ScheduleName.CONSTANT, 0, 0.5, 1000, 0, 0, 0, 0, plateauEpochs, 0.5, 0),
        0.25,
        1000);
  }

  /** Two rounds an epoch; epochs find so many of ten samples right. */
  private TrainingLoop loop(
      int[] right,
      EarlyStopping stopping,
      int plateauEpochs,
      MovingAverage average,
      StopRequest stop) {
    Validation validation =
        new Validation(
            parameters -> {
              events.add("evaluate " + parameters[0]);
              return ofTen(right[(int) seen.size() / 2 - 1]);
            },
            0);
    return new TrainingLoop(
        new TrainingLoop.Options(
            new TrainingLoop.Budget(right.length),
            new RoundPlan(4, 2, 2),
            schedule(plateauEpochs),
            new CheckpointCadence(100, 0, Duration.ZERO, System::nanoTime),
            Optional.of(validation),
            stop,
            stopping,
            average),
        new CountingRounds() {
          @Override
          public RoundResult run(TrainingState state, Round round) {
            seen.add(state);
            events.add("round %d x %s".formatted(round.number(), round.plateauFactor()));
            return super.run(state, round);
          }
        },
        (state, scores) ->
            new CheckpointEntry(
                URI.create("memory:%d-%s".formatted(state.round(), state.merits().size())),
                state.round(),
                1),
        List.of(
            new TrainingListener() {
              @Override
              public void onEpoch(EpochReport report) {
                events.add("epoch %d rate %s".formatted(report.epoch(), report.learningRate()));
              }

              @Override
              public void onCheckpoint(CheckpointReport report) {
                events.add(report.location().toString());
              }
            }));
  }

  private static TrainingState initial() {
    return TrainingState.initial(new float[1], new Updater.Sgd());
  }

  @Test
  void aRunEndsWhenItsAccuracyHasNotImprovedForLong() {
    TrainingState end =
        loop(
                new int[] {5, 7, 7, 6, 9},
                new EarlyStopping(2, 0),
                0,
                new MovingAverage(0),
                () -> false)
            .run(initial());
    assertThat(end.epoch()).isEqualTo(4);
    assertThat(end.merits()).containsExactly(0.5, 0.7, 0.7, 0.6);
    // Every epoch has a checkpoint, and it holds the epoch's own accuracy.
    assertThat(events)
        .filteredOn(event -> event.startsWith("memory:"))
        .containsExactly("memory:2-1", "memory:4-2", "memory:6-3", "memory:8-4");
    assertThat(seen).allMatch(state -> state.merits().isEmpty());
  }

  @Test
  void anEndedRunNeedsNoRound() {
    TrainingState end =
        loop(new int[] {5, 5, 5}, new EarlyStopping(1, 0), 0, new MovingAverage(0), () -> false)
            .run(initial());
    assertThat(end.epoch()).isEqualTo(2);
    events.clear();
    assertThat(
            loop(new int[] {5, 5, 5}, new EarlyStopping(1, 0), 0, new MovingAverage(0), () -> false)
                .resume(end, URI.create("memory:4")))
        .isSameAs(end);
    assertThat(events).isEmpty();
  }

  @Test
  void aRequestToStopInTheRoundThatEndsARunChangesNothing() {
    TrainingState end =
        loop(
                new int[] {5, 5, 5},
                new EarlyStopping(1, 0),
                0,
                new MovingAverage(0),
                () -> seen.size() == 4)
            .run(initial());
    assertThat(end.epoch()).isEqualTo(2);
    assertThat(events).endsWith("memory:4-2");
  }

  @Test
  void theEpochAfterAPlateauHasTheLowerRate() {
    loop(new int[] {5, 5, 6, 6, 6}, new EarlyStopping(0, 0), 1, new MovingAverage(0), () -> false)
        .run(initial());
    assertThat(events)
        .containsExactly(
            "round 0 x 1.0",
            "round 1 x 1.0",
            "evaluate 2.0",
            "epoch 1 rate 0.25",
            "round 2 x 1.0",
            "round 3 x 1.0",
            "evaluate 4.0",
            "epoch 2 rate 0.25",
            "round 4 x 0.5",
            "round 5 x 0.5",
            "evaluate 6.0",
            "epoch 3 rate 0.125",
            "round 6 x 0.5",
            "round 7 x 0.5",
            "evaluate 8.0",
            "epoch 4 rate 0.125",
            "round 8 x 0.25",
            "round 9 x 0.25",
            "evaluate 10.0",
            "epoch 5 rate 0.0625",
            "memory:10-5");
  }

  @Test
  void theMovingAverageIsEvaluatedWhileTrainingGoesOnWithTheParameters() {
    TrainingState end =
        loop(new int[] {5, 6}, new EarlyStopping(0, 0), 0, new MovingAverage(0.5), () -> false)
            .run(initial());
    // From 0, with 0.25 of what was there after each round of two iterations.
    assertThat(events)
        .filteredOn(event -> event.startsWith("evaluate"))
        .containsExactly("evaluate 1.6875", "evaluate 3.6679688");
    assertThat(end.parameters()).containsExactly(4f);
    assertThat(end.movingAverage()).containsExactly(3.66796875f);
    assertThat(end.merits()).isEmpty();
    assertThat(seen).allMatch(state -> state.movingAverage().length == 0);
  }

  @Test
  void whatIsKeptFollowsTheOptionsOfTheRunThatGoesOn() {
    TrainingState kept =
        loop(new int[] {5, 4, 3}, new EarlyStopping(3, 0), 0, new MovingAverage(0.5), () -> false)
            .run(initial());
    assertThat(kept.movingAverage()).hasSize(1);
    assertThat(kept.merits()).hasSize(3);
    TrainingState without =
        loop(new int[] {5, 4, 3}, new EarlyStopping(0, 0), 0, new MovingAverage(0), () -> false)
            .resume(kept, URI.create("memory:6"));
    assertThat(without.movingAverage()).isEmpty();
    assertThat(without.merits()).isEmpty();
    // An average begins at the parameters.
    TrainingState with =
        loop(new int[] {5, 4, 3}, new EarlyStopping(0, 0), 0, new MovingAverage(0.5), () -> false)
            .resume(without, URI.create("memory:6"));
    assertThat(with.movingAverage()).isEqualTo(with.parameters());
  }

  @Test
  void roundsThatOverlapAnEvaluationCannotFollowIt() {
    for (Optional<Validation> validation :
        List.of(Optional.<Validation>empty(), Optional.of(new Validation(parameters -> null, 1)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  new TrainingLoop.Options(
                      new TrainingLoop.Budget(3),
                      new RoundPlan(4, 2, 2),
                      schedule(1),
                      new CheckpointCadence(1, 0, Duration.ZERO, System::nanoTime),
                      validation,
                      () -> false,
                      new EarlyStopping(0, 0),
                      new MovingAverage(0)))
          .withMessageStartingWith("Cannot follow validation: expected an evaluation");
    }
  }

  /** A training that learns too fast to get better and better, and what was saved. */
  private record Run(TrainingState end, List<TrainingState> saved) {}

  private static Run train(TrainingState from, long stopAfter) {
    return train(from, stopAfter, recipe(), new Budget(EPOCHS), new EarlyStopping(3, 0.0625), 0);
  }

  private static Run train(
      TrainingState from,
      long stopAfter,
      Recipe recipe,
      Budget budget,
      EarlyStopping earlyStopping,
      int overlapRounds) {
    InMemoryData data = InMemoryData.ofSizes(8, 4, 4, 107, 95);
    LocalRoundRunner runner =
        new LocalRoundRunner(recipe, new PortableOps(), data, StopRequest.NEVER);
    LocalEvaluation evaluation =
        new LocalEvaluation(new PortableOps(), recipe.evaluator(), data, StopRequest.NEVER);
    List<TrainingState> saved = new ArrayList<>();
    long[] round = {from.round()};
    TrainingLoop loop =
        new TrainingLoop(
            new TrainingLoop.Options(
                budget,
                new RoundPlan(data.minibatchesPerEpoch(recipe.minibatchSize()), 3, 2),
                recipe.schedule(),
                new CheckpointCadence(1, 0, Duration.ZERO, System::nanoTime),
                Optional.of(
                    new Validation(
                        parameters -> evaluation.evaluate(parameters, Part.VALIDATION),
                        overlapRounds)),
                () -> ++round[0] == stopAfter,
                earlyStopping,
                new MovingAverage(0.75)),
            runner,
            (state, scores) -> {
              saved.add(state);
              return new CheckpointEntry(URI.create("memory:" + state.round()), state.round(), 1);
            },
            List.of());
    try {
      return new Run(loop.run(from), saved);
    } catch (TrainingStoppedException e) {
      return new Run(saved.get(saved.size() - 1), saved);
    }
  }

  private static Recipe recipe() {
    return recipe(1, EPOCHS * 7L, 0);
  }

  private static Recipe recipe(int plateauEpochs, long iterations, long cycleIterations) {
    RnnTopology topology = Recipes.topology(8, 4, 4, Activation.TANH, 12);
    return new Recipe(
        topology,
        16,
        1,
        new Updater.Adam(0.9, 0.999, 1e-8),
        new LearningRateSchedule(
            new ScheduleConfiguration(
                ScheduleName.COSINE, 3, 0.5, 10, 0.1, 0, 0, 0, plateauEpochs, 0.5, 0.001),
            0.05,
            iterations,
            cycleIterations),
        1,
        0,
        Recipes.SEED);
  }

  private static List<byte[]> bytes(TrainingState state) {
    return List.copyOf(StateSections.of(state).values());
  }

  @Test
  void aRunResumedFromAnyRoundEndsWithTheSameBits() {
    TrainingState start =
        TrainingState.initial(
            ParameterInitializer.ORTHOGONAL.initialise(recipe().topology(), 2), recipe().updater());
    Run whole = train(start, -1);
    // All of it has happened.
    assertThat(whole.end().epoch()).isBetween(4, EPOCHS - 1);
    assertThat(recipe().schedule().plateauFactor(whole.end().merits())).isLessThan(1);
    assertThat(whole.end().movingAverage()).isNotEqualTo(whole.end().parameters());

    for (long stopAfter = 1; stopAfter < whole.end().round(); stopAfter++) {
      Run first = train(start, stopAfter);
      assertThat(first.end().round()).isEqualTo(stopAfter);
      TrainingState read =
          StateSections.read(new LinkedHashMap<>(StateSections.of(first.end())), "memory");
      Run second = train(read, -1);

      assertThat(bytes(second.end()))
          .usingElementComparator(Arrays::compare)
          .isEqualTo(bytes(whole.end()));
      List<TrainingState> epochs = new ArrayList<>(first.saved());
      epochs.addAll(second.saved());
      assertThat(epochs)
          .extracting(TrainingState::round)
          .containsAll(whole.saved().stream().map(TrainingState::round).toList());
      for (TrainingState state : epochs) {
        whole.saved().stream()
            .filter(same -> same.round() == state.round())
            .forEach(
                same ->
                    assertThat(bytes(state))
                        .usingElementComparator(Arrays::compare)
                        .isEqualTo(bytes(same)));
      }
    }
  }

  /** Three epochs are too few for it, and cycles of two follow. An epoch has three rounds. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 100})
  void aRunResumedInAnyRoundOfItsCyclesEndsWithTheSameBits(int overlapRounds) {
    Recipe recipe = recipe(0, 3 * 7L, 2 * 7L);
    Budget budget = new Budget(3, 9, new EarlyStopping(0, 0.001));
    EarlyStopping never = new EarlyStopping(0, 0);
    TrainingState start =
        TrainingState.initial(
            ParameterInitializer.ORTHOGONAL.initialise(recipe.topology(), 2), recipe.updater());
    Run whole = train(start, -1, recipe, budget, never, overlapRounds);
    List<Double> merits = whole.end().merits();
    assertThat(whole.end().epoch()).isGreaterThan(3).isEqualTo(merits.size());
    assertThat(budget.end(merits)).isEqualTo(merits.size());
    assertThat(whole.saved()).allMatch(state -> state.merits().size() == state.epoch());
    // The first of them are those of the run that was planned, and none depends on who waits.
    assertThat(train(start, -1, recipe, new Budget(3), new EarlyStopping(9, 0), 0).end().merits())
        .isEqualTo(merits.subList(0, 3));
    assertThat(bytes(whole.end()))
        .usingElementComparator(Arrays::compare)
        .isEqualTo(bytes(train(start, -1, recipe, budget, never, 0).end()));

    for (long stopAfter = 1; stopAfter < whole.end().round(); stopAfter++) {
      Run first = train(start, stopAfter, recipe, budget, never, overlapRounds);
      TrainingState read =
          StateSections.read(new LinkedHashMap<>(StateSections.of(first.end())), "memory");
      assertThat(read.merits()).hasSize(read.epoch());
      assertThat(bytes(train(read, -1, recipe, budget, never, overlapRounds).end()))
          .usingElementComparator(Arrays::compare)
          .isEqualTo(bytes(whole.end()));
    }
  }

  @Test
  void aDivergedRoundIsNoEpoch() {
    TrainingLoop loop =
        loop(new int[] {5}, new EarlyStopping(1, 0), 0, new MovingAverage(0.5), () -> false);
    TrainingState start = TrainingState.initial(new float[] {Float.NaN}, new Updater.Sgd());
    assertThatExceptionOfType(TrainingDivergedException.class).isThrownBy(() -> loop.run(start));
  }
}
