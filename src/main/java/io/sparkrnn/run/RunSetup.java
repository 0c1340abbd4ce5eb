package io.sparkrnn.run;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TrainingConfiguration;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.ImageTrainingData;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.CheckpointCadence;
import io.sparkrnn.train.EarlyStopping;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.MovingAverage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingSetup;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What a configuration means for the data that are there. */
public record RunSetup(
    RunConfiguration configuration, ImageTrainingData data, RnnTopology topology) {

  /** With the network that the configuration names, as wide as the data. */
  public static RunSetup of(RunConfiguration configuration, ImageTrainingData data) {
    return new RunSetup(
        configuration,
        data,
        Topologies.of(configuration.model())
            .withData(data.timeSteps(), data.inputSize(), data.classes()));
  }

  private TrainingSetup rounds() {
    return new TrainingSetup(configuration, data, topology);
  }

  RoundPlan plan() {
    return rounds().plan();
  }

  Recipe recipe() {
    return rounds().recipe();
  }

  NetworkDescription description() {
    return new NetworkDescription(
        topology, configuration.updater(), configuration.schedule(), configuration.training().l2());
  }

  /** What a run begins with that begins with no model's parameters. */
  float[] randomParameters() {
    return rounds().randomParameters();
  }

  /**
   * What the loop does.
   *
   * @param kernels that run here, by name
   * @param runner evaluates where rounds wait for it
   * @param nanoTime of the clock by which checkpoints are due
   */
  TrainingLoop.Options options(
      String kernels, RoundRunner runner, LongSupplier nanoTime, StopRequest stop) {
    TrainingConfiguration training = configuration.training();
    return new TrainingLoop.Options(
        training.epochs(),
        plan(),
        recipe().schedule(),
        new CheckpointCadence(
            configuration.run().checkpointEvery(),
            configuration.run().checkpointEveryRounds(),
            Duration.ofNanos(Math.round(60e9 * configuration.run().checkpointEveryMinutes())),
            nanoTime),
        validation(kernels, runner, stop),
        stop,
        new EarlyStopping(training.earlyStoppingEpochs(), training.earlyStoppingMinDelta()),
        new MovingAverage(training.emaDecay()));
  }

  private Optional<TrainingLoop.Validation> validation(
      String kernels, RoundRunner runner, StopRequest stop) {
    if (data.size(Part.VALIDATION) == 0) {
      return Optional.empty();
    }
    int overlapRounds =
        configuration.followsValidation() ? 0 : configuration.training().evaluationOverlapRounds();
    if (overlapRounds == 0) {
      return Optional.of(
          new TrainingLoop.Validation(
              parameters -> runner.evaluate(parameters, Part.VALIDATION), 0));
    }
    // Executors are busy with the next rounds.
    LocalEvaluation onDriver = new LocalEvaluation(RnnKernels.named(kernels), topology, data, stop);
    return Optional.of(
        new TrainingLoop.Validation(
            parameters -> onDriver.evaluate(parameters, Part.VALIDATION), overlapRounds));
  }
}
