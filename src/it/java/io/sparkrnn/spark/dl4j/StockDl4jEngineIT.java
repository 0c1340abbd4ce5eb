package io.sparkrnn.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.SparkEngine;
import io.sparkrnn.spark.SyntheticData;
import io.sparkrnn.train.CheckpointCadence;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.LearningRateSchedule;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.Updater;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StockDl4jEngineIT {
  private static final int MINIBATCH = 16;
  private static final int FREQUENCY = 4;
  private static final RnnTopology TOPOLOGY =
      new RnnTopology("test", new NetworkShape(6, 7, List.of(9, 5), Activation.TANH, 4));
  private static final ScheduleConfiguration COSINE =
      new ScheduleConfiguration(ScheduleName.COSINE, 5, 0, 1, 0.1);

  @ParameterizedTest
  @EnumSource(UpdaterName.class)
  void learnsAndReportsEveryEpoch(UpdaterName updater) {
    TrainingData data = new SyntheticData(2, 603, 6, 7, 4);
    Recipe recipe = recipe(updater, 1.0);
    List<EpochReport> reports = new ArrayList<>();
    List<Integer> epochs = new ArrayList<>();
    TrainingState end;
    try (SparkEngine spark = SparkEngine.start("stock engine", "local[2]")) {
      end =
          new StockDl4jEngine(spark.context(), description(updater), recipe, data, FREQUENCY)
              .train(
                  start(recipe),
                  4,
                  (state, report) -> {
                    epochs.add(state.epoch());
                    reports.add(report);
                  });
      assertThat(spark.context().getPersistentRDDs()).isEmpty();
    }
    assertThat(epochs).containsExactly(1, 2, 3, 4);
    assertThat(reports).extracting(EpochReport::epoch).containsExactly(1, 2, 3, 4);
    assertThat(reports).allSatisfy(report -> assertThat(report.samples()).isEqualTo(603));
    assertThat(reports.get(3).trainingLoss()).isLessThan(reports.get(0).trainingLoss());
    assertThat(end.updaterState()).hasSize(recipe.updater().stateSize(end.parameters().length));
    // Workers have 302 and 301 samples, hence 19 minibatches, in 5 rounds.
    assertThat(end.iteration()).isEqualTo(4 * 19);
    assertThat(end.round()).isEqualTo(4 * 5);
    double accuracy =
        new LocalEvaluation(RnnKernels.named("portable"), TOPOLOGY, data)
            .evaluate(end.parameters(), Part.TEST)
            .accuracy();
    assertThat(accuracy).isGreaterThan(0.9);
  }

  /** One worker and one minibatch leave DL4J nothing to choose: then both engines do the same. */
  @Test
  void oneMinibatchGivesOurParameters() {
    TrainingData data = new SyntheticData(1, MINIBATCH, 6, 7, 4);
    Recipe recipe = recipe(UpdaterName.NESTEROVS, 0);
    TrainingState theirs;
    try (SparkEngine spark = SparkEngine.start("stock engine", "local[2]")) {
      theirs =
          new StockDl4jEngine(
                  spark.context(), description(UpdaterName.NESTEROVS), recipe, data, FREQUENCY)
              .train(start(recipe), 6, (state, report) -> {});
    }
    TrainingState ours =
        new TrainingLoop(
                new TrainingLoop.Options(
                    6,
                    new RoundPlan(1, FREQUENCY, FREQUENCY),
                    recipe.schedule(),
                    CheckpointCadence.ofEpochs(1),
                    Optional.empty(),
                    () -> false),
                new LocalRoundRunner(recipe, RnnKernels.named("portable"), data),
                (state, validation) ->
                    new CheckpointEntry(URI.create("none:" + state.round()), state.round(), 0),
                List.of())
            .run(start(recipe));
    assertThat(theirs.iteration()).isEqualTo(ours.iteration());
    for (int i = 0; i < ours.parameters().length; i++) {
      assertThat((double) theirs.parameters()[i])
          .as("parameter %d", i)
          .isCloseTo(ours.parameters()[i], within(1e-5));
    }
  }

  private static UpdaterConfiguration updater(UpdaterName name) {
    double learningRate = name == UpdaterName.SGD ? 0.5 : 0.02;
    return new UpdaterConfiguration(name, learningRate, 0.9, 0.9, 0.999, 1e-8);
  }

  private static NetworkDescription description(UpdaterName updater) {
    return new NetworkDescription(TOPOLOGY, updater(updater), COSINE, 1e-4);
  }

  private static Recipe recipe(UpdaterName updater, double clipNorm) {
    return new Recipe(
        TOPOLOGY,
        MINIBATCH,
        1,
        Updater.of(updater(updater)),
        new LearningRateSchedule(COSINE, updater(updater).learningRate(), 80),
        clipNorm,
        1e-4,
        42);
  }

  private static TrainingState start(Recipe recipe) {
    return TrainingState.initial(
        ParameterInitializer.ORTHOGONAL.initialise(TOPOLOGY, 42), recipe.updater());
  }
}
