package io.sparkrnn.train;

import io.sparkrnn.config.Engine;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TrainingConfiguration;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;

/** What a configuration means for the rounds over data that are there. */
public record TrainingSetup(
    RunConfiguration configuration, TrainingData data, RnnTopology topology) {

  /** How epochs are cut into rounds. */
  public RoundPlan plan() {
    TrainingConfiguration training = configuration.training();
    int minibatches = minibatchesPerEpoch();
    if (training.engine() == Engine.DL4J) {
      return new RoundPlan(minibatches, minibatches, minibatches);
    }
    int first = training.firstEpochAveragingFrequency();
    return new RoundPlan(
        minibatches,
        training.averagingFrequency(),
        first == 0 ? training.averagingFrequency() : first);
  }

  private int minibatchesPerEpoch() {
    return data.minibatchesPerEpoch(configuration.training().minibatchSize());
  }

  /** How replicas train. */
  public Recipe recipe() {
    TrainingConfiguration training = configuration.training();
    return new Recipe(
        topology,
        training.minibatchSize(),
        training.threadsPerWorker(),
        Updater.of(configuration.updater()),
        new LearningRateSchedule(
            configuration.schedule(),
            configuration.updater().learningRate(),
            (long) minibatchesPerEpoch() * training.epochs()),
        training.clipNorm(),
        training.l2(),
        training.seed());
  }

  /** What a run begins with that begins with no model's parameters. */
  public float[] randomParameters() {
    return ParameterInitializer.valueOf(configuration.model().recurrentInit().name())
        .initialise(topology, configuration.training().seed());
  }
}
