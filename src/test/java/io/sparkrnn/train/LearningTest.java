package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.cli.ForwardPass;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.TrainingLoop.Validation;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of the local runner on sequences whose first time step must be remembered. */
class LearningTest {
  private static final Ops KERNELS = new PortableOps();
  private static final int MINIBATCH = 16;

  private static Recipe recipe(Activation activation, Updater updater, double rate, int epochs) {
    RnnTopology topology = Recipes.topology(8, 4, 4, activation, 12);
    return new Recipe(
        topology,
        MINIBATCH,
        1,
        updater,
        new LearningRateSchedule(
            new ScheduleConfiguration(ScheduleName.COSINE, 3, 0.5, 10, 0.1, 0, 0, 0, 0, 1, 0),
            rate,
            epochs * 7L),
        1,
        0,
        Recipes.SEED);
  }

  /** Trains without a disturbance. */
  private static TrainingState train(
      Recipe recipe, InMemoryData data, int epochs, RoundRunner runner) {
    Validation validation =
        new Validation(parameters -> runner.evaluate(parameters, Part.VALIDATION), 0);
    return loop(recipe, data, epochs, validation, runner, new ArrayList<>(), () -> false)
        .run(start(recipe));
  }

  private static TrainingLoop loop(
      Recipe recipe,
      InMemoryData data,
      int epochs,
      Validation validation,
      RoundRunner runner,
      List<TrainingState> saved,
      StopRequest stop,
      TrainingListener... listeners) {
    return new TrainingLoop(
        new TrainingLoop.Options(
            new TrainingLoop.Budget(epochs),
            new RoundPlan(data.minibatchesPerEpoch(MINIBATCH), 3, 1),
            recipe.schedule(),
            new CheckpointCadence(1, 0, Duration.ZERO, System::nanoTime),
            Optional.of(validation),
            stop,
            new EarlyStopping(0, 0),
            new MovingAverage(0)),
        runner,
        (state, scores) -> {
          saved.add(state);
          return new CheckpointEntry(URI.create("memory:" + state.round()), state.round(), 1);
        },
        List.of(listeners));
  }

  private static TrainingState start(Recipe recipe) {
    // A rectified rotation forgets; the identity is made for relu.
    ParameterInitializer initializer =
        recipe.topology().network().activation() == Activation.RELU
            ? ParameterInitializer.IDENTITY
            : ParameterInitializer.ORTHOGONAL;
    return TrainingState.initial(initializer.initialise(recipe.topology(), 2), recipe.updater());
  }

  @ParameterizedTest
  @CsvSource({"TANH, adam", "RELU, adam", "TANH, nesterovs", "TANH, sgd"})
  void sequencesThatCanBeToldApartAreLearnt(Activation activation, String name) {
    Updater updater =
        switch (name) {
          case "adam" -> new Updater.Adam(0.9, 0.999, 1e-8);
          case "nesterovs" -> new Updater.Nesterovs(0.9);
          default -> new Updater.Sgd();
        };
    double rate = Map.of("adam", 0.01, "nesterovs", 0.1, "sgd", 0.5).get(name);
    int epochs = 15;
    Recipe recipe = recipe(activation, updater, rate, epochs);
    // Unequal shards: 7, 7 and 6 minibatches, the last ones short.
    InMemoryData data = InMemoryData.ofSizes(8, 4, 4, 107, 112, 95);
    LocalRoundRunner runner = new LocalRoundRunner(recipe, KERNELS, data, StopRequest.NEVER);
    EvaluationResult before = runner.evaluate(start(recipe).parameters(), Part.TEST);
    TrainingState end = train(recipe, data, epochs, runner);
    EvaluationResult after = runner.evaluate(end.parameters(), Part.TEST);

    assertThat(before.samples()).isEqualTo(1300);
    assertThat(before.loss()).isGreaterThan(1);
    // Guessing costs ln 4 = 1.39.
    assertThat(after.loss()).isLessThan(0.2);
    assertThat(after.accuracy()).isGreaterThan(0.95);
  }

  /** A run's end, its epochs as listeners saw them, and what was saved. */
  private record Run(
      TrainingState end,
      List<EvaluationResult> epochs,
      List<TrainingState> saved,
      boolean stopped) {}

  private static Run run(TrainingState from, int overlapRounds, long stopAfter) {
    Recipe recipe = recipe(Activation.TANH, new Updater.Adam(0.9, 0.999, 1e-8), 0.01, 3);
    InMemoryData data = InMemoryData.ofSizes(8, 4, 4, 107, 95);
    LocalEvaluation evaluation =
        new LocalEvaluation(KERNELS, recipe.topology(), data, StopRequest.NEVER);
    Validation validation =
        new Validation(
            parameters -> evaluation.evaluate(parameters, Part.VALIDATION), overlapRounds);
    List<EvaluationResult> epochs = new ArrayList<>();
    List<TrainingState> saved = new ArrayList<>();
    long[] round = {from.round()};
    TrainingLoop loop =
        loop(
            recipe,
            data,
            3,
            validation,
            new LocalRoundRunner(recipe, KERNELS, data, StopRequest.NEVER),
            saved,
            () -> ++round[0] == stopAfter,
            new TrainingListener() {
              @Override
              public void onEpoch(EpochReport report) {
                epochs.add(report.validation().orElseThrow());
              }
            });
    try {
      return new Run(loop.run(from), epochs, saved, false);
    } catch (TrainingStoppedException e) {
      return new Run(saved.get(saved.size() - 1), epochs, saved, true);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 100})
  void overlapAndStopsChangeNeitherBitsNorMetrics(int overlapRounds) {
    TrainingState start =
        start(recipe(Activation.TANH, new Updater.Adam(0.9, 0.999, 1e-8), 0.01, 3));
    Run waiting = run(start, 0, -1);
    assertThat(waiting.epochs()).hasSize(3).doesNotHaveDuplicates();
    assertThat(waiting.saved()).extracting(TrainingState::round).containsExactly(7L, 10L, 13L);

    Run overlapping = run(start, overlapRounds, -1);
    assertThat(overlapping.end().parametersSha256()).isEqualTo(waiting.end().parametersSha256());
    assertThat(overlapping.end().updaterState()).isEqualTo(waiting.end().updaterState());
    assertThat(overlapping.epochs()).isEqualTo(waiting.epochs());
    for (int i = 0; i < 3; i++) {
      assertThat(StateSections.of(overlapping.saved().get(i)))
          .usingRecursiveComparison()
          .isEqualTo(StateSections.of(waiting.saved().get(i)));
    }

    for (long stopAfter = 1; stopAfter < 13; stopAfter++) {
      Run first = run(start, overlapRounds, stopAfter);
      assertThat(first.stopped()).isTrue();
      assertThat(first.end().round()).isEqualTo(stopAfter);
      TrainingState read = StateSections.read(StateSections.of(first.end()), "memory");
      Run second = run(read, overlapRounds, -1);
      assertThat(StateSections.of(second.end()))
          .usingRecursiveComparison()
          .isEqualTo(StateSections.of(waiting.end()));
      List<EvaluationResult> epochs = new ArrayList<>(first.epochs());
      epochs.addAll(second.epochs());
      assertThat(epochs).isEqualTo(waiting.epochs());
    }
  }

  @Test
  void whoTrainsForACallerGetsTheBestEpochsModel() {
    InMemoryData data = InMemoryData.ofSizes(8, 4, 4, 107, 95);
    RunConfiguration configuration =
        ConfigurationLoader.parse(
            """
            data.validation = 1300
            training { epochs = 9, workers = 2, minibatch-size = 8, averaging-frequency = 3 }
            training { ema-decay = 0.5, early-stopping-epochs = 1 }
            updater { name = sgd, learning-rate = 0.9 }
            """,
            "test");
    Training<InMemoryData> training =
        new Training<>(
            configuration, data, recipe(Activation.TANH, new Updater.Sgd(), 0.9, 1).topology());
    LocalRoundRunner runner =
        new LocalRoundRunner(training.recipe(), KERNELS, data, StopRequest.NEVER);
    List<TrainingState> saved = new ArrayList<>();
    TrainingState end =
        training
            .loop(
                "portable",
                runner,
                new Training.Surroundings(
                    StopRequest.NEVER,
                    (state, validation) -> {
                      saved.add(state);
                      return new CheckpointEntry(URI.create("memory:1"), state.round(), 1);
                    },
                    List.of(),
                    System::nanoTime))
            .run(training.randomStart());
    double best = Collections.max(end.merits());
    int epoch = end.merits().indexOf(best) + 1;
    assertThat(epoch).isLessThan(end.epoch());

    TrainingState model = training.run("portable", runner, training.randomStart());
    assertThat(model.epoch()).isEqualTo(epoch);
    assertThat(model.vector()).isEqualTo(saved.get(epoch - 1).vector());
    assertThat(runner.evaluate(model.evaluated().parameters(), Part.VALIDATION).accuracy())
        .isEqualTo(best);
  }

  @Test
  void sectionsThatAreNoStateAreRefused() {
    TrainingState state =
        new TrainingState(new float[] {1, 2}, new float[] {3}, 4, 5, 6, 7, 8.5, 9);
    for (String missing : StateSections.of(state).keySet()) {
      Map<String, byte[]> sections = new LinkedHashMap<>(StateSections.of(state));
      sections.remove(missing);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> StateSections.read(sections, "memory:1"))
          .withMessageContaining("Cannot resume from memory:1: expected a section " + missing);
      sections.put(missing, new byte[41]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> StateSections.read(sections, "memory:1"));
    }
  }

  @Test
  void moreWorkersThanAnyoneHasTakePartInOneRun() {
    int[] sizes = new int[256];
    for (int worker = 0; worker < sizes.length; worker++) {
      sizes[worker] = 1 + worker % 3;
    }
    Recipe recipe = recipe(Activation.RELU, new Updater.Nesterovs(0.9), 0.05, 1);
    InMemoryData data = InMemoryData.ofSizes(8, 4, 4, sizes);
    TrainingState end =
        train(recipe, data, 1, new LocalRoundRunner(recipe, KERNELS, data, StopRequest.NEVER));
    assertThat(end.epochSamples()).isEqualTo(511);
    assertThat(end.parameters()).isNotEqualTo(start(recipe).parameters());
  }

  @ParameterizedTest
  @EnumSource
  void evaluationFoldsBlocksOfAThousand(Activation activation) {
    Recipe recipe = recipe(activation, new Updater.Sgd(), 0.1, 1);
    InMemoryData data = InMemoryData.ofSizes(8, 4, 4, 16);
    float[] parameters = start(recipe).parameters();
    EvaluationResult whole =
        new LocalRoundRunner(recipe, KERNELS, data, StopRequest.NEVER)
            .evaluate(parameters, Part.TEST);
    assertThat(BlockEvaluator.count(1300)).isEqualTo(2);
    assertThat(BlockEvaluator.samples(1, 1300)).hasSize(300).startsWith(1000).endsWith(1299);
    assertThat(BlockEvaluator.count(2000)).isEqualTo(2);
    assertThat(BlockEvaluator.count(0)).isZero();

    int correct = 0;
    double lossSum = 0;
    for (int s = 0; s < 1300; s++) {
      float[] batch = data.evaluated().batch(new int[] {s}, Axes.TIME_MAJOR);
      float[] logits =
          ForwardPass.run(KERNELS, recipe.topology(), parameters, batch, Axes.TIME_MAJOR, 1)
              .logits();
      int best = 0;
      double sum = 0;
      for (int c = 0; c < 4; c++) {
        best = logits[c] > logits[best] ? c : best;
        sum += Math.exp(logits[c]);
      }
      int label = data.evaluated().label(s);
      correct += best == label ? 1 : 0;
      lossSum += Math.log(sum) - logits[label];
    }
    assertThat(whole.accuracy()).isEqualTo(correct / 1300.0);
    assertThat(whole.loss()).isCloseTo(lossSum / 1300, within(1e-9));
  }
}
