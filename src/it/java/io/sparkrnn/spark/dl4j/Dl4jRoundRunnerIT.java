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
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.SparkEngine;
import io.sparkrnn.spark.SyntheticData;
import io.sparkrnn.train.CheckpointCadence;
import io.sparkrnn.train.EarlyStopping;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.MovingAverage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Dl4jRoundRunnerIT {
  private static final int MINIBATCH = 16;
  private static final int FREQUENCY = 4;
  private static final RnnTopology TOPOLOGY =
      new RnnTopology("test", Network.elman(6, 7, List.of(9, 5), Activation.TANH, 4));
  private static final ScheduleConfiguration COSINE =
      new ScheduleConfiguration(ScheduleName.COSINE, 5, 0, 1, 0.1, 0, 0, 0, 0, 1, 0);

  @ParameterizedTest
  @EnumSource(
      value = UpdaterName.class,
      names = {"AUTO", "MUON"},
      mode = EnumSource.Mode.EXCLUDE)
  void learnsInEveryEpoch(UpdaterName updater) {
    TrainingData data = new SyntheticData(2, 603, 6, 7, 4);
    Recipe recipe = recipe(updater, 1.0);
    List<TrainingState> epochs = new ArrayList<>();
    TrainingState end = start(recipe);
    try (SparkEngine spark = SparkEngine.start("stock engine", "local[2]", 1)) {
      Dl4jRoundRunner runner = runner(spark, updater, recipe, data);
      while (end.epoch() < 4) {
        end = runner.train(end);
        epochs.add(end);
      }
      assertThat(spark.context().getPersistentRDDs()).isEmpty();
    }
    assertThat(epochs).extracting(TrainingState::epoch).containsExactly(1, 2, 3, 4);
    assertThat(epochs).allSatisfy(epoch -> assertThat(epoch.epochSamples()).isEqualTo(603));
    assertThat(epochs.get(3).epochLossSum()).isLessThan(epochs.get(0).epochLossSum());
    assertThat(end.updaterState()).hasSize(recipe.updater().stateSize(end.parameters().length));
    // Workers have 302 and 301 samples, hence 19 minibatches, in 5 rounds.
    assertThat(end.iteration()).isEqualTo(4 * 19);
    assertThat(end.round()).isEqualTo(4 * 5);
    double accuracy =
        new LocalEvaluation(Ops.named("portable"), TOPOLOGY, data, StopRequest.NEVER)
            .evaluate(end.parameters(), Part.TEST)
            .accuracy();
    assertThat(accuracy).isGreaterThan(0.9);
  }

  /** One worker and one minibatch leave DL4J nothing to choose: then both engines do the same. */
  @Test
  void oneMinibatchGivesOurParameters() {
    TrainingData data = new SyntheticData(1, MINIBATCH, 6, 7, 4);
    Recipe recipe = recipe(UpdaterName.NESTEROVS, 0);
    TrainingState theirs = start(recipe);
    try (SparkEngine spark = SparkEngine.start("stock engine", "local[2]", 1)) {
      Dl4jRoundRunner runner = runner(spark, UpdaterName.NESTEROVS, recipe, data);
      while (theirs.epoch() < 6) {
        theirs = runner.train(theirs);
      }
    }
    TrainingState ours =
        new TrainingLoop(
                new TrainingLoop.Options(
                    new TrainingLoop.Budget(6),
                    new RoundPlan(1, FREQUENCY, FREQUENCY),
                    recipe.schedule(),
                    new CheckpointCadence(1, 0, Duration.ZERO, System::nanoTime),
                    Optional.empty(),
                    () -> false,
                    new EarlyStopping(0, 0),
                    new MovingAverage(0)),
                new LocalRoundRunner(recipe, Ops.named("portable"), data, StopRequest.NEVER),
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

  private static Dl4jRoundRunner runner(
      SparkEngine spark, UpdaterName updater, Recipe recipe, TrainingData data) {
    return new Dl4jRoundRunner(
        spark.context(),
        description(updater),
        recipe,
        data,
        FREQUENCY,
        "portable",
        StopRequest.NEVER);
  }

  private static UpdaterConfiguration updater(UpdaterName name) {
    double learningRate = name == UpdaterName.SGD ? 0.5 : 0.02;
    return new UpdaterConfiguration(name, learningRate, 0.9, 0.9, 0.999, 1e-8, 0.01);
  }

  private static NetworkDescription description(UpdaterName updater) {
    return new NetworkDescription(TOPOLOGY, updater(updater), COSINE, 1e-4);
  }

  private static Recipe recipe(UpdaterName updater, double clipNorm) {
    return new Recipe(
        TOPOLOGY,
        MINIBATCH,
        1,
        Updater.of(updater(updater), 64),
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
