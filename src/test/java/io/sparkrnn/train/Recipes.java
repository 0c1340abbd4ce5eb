package io.sparkrnn.train;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.util.List;

/** Recipes for small networks. */
final class Recipes {
  static final long SEED = 11;

  private Recipes() {}

  static RnnTopology topology(
      int timeSteps, int inputSize, int classes, Activation activation, Integer... hidden) {
    return new RnnTopology(
        "small", Network.elman(timeSteps, inputSize, List.of(hidden), activation, classes));
  }

  static LearningRateSchedule constant(double rate) {
    return new LearningRateSchedule(
        new ScheduleConfiguration(ScheduleName.CONSTANT, 0, 0.5, 1000, 0, 0, 0, 0, 0, 1, 0),
        rate,
        1000);
  }

  static Recipe plain(RnnTopology topology, int minibatchSize, Updater updater, double rate) {
    return new Recipe(topology, minibatchSize, 1, updater, constant(rate), 0, 0, SEED);
  }

  static Recipe withThreads(Recipe recipe, int threads) {
    return new Recipe(
        recipe.topology(),
        recipe.minibatchSize(),
        threads,
        recipe.updater(),
        recipe.schedule(),
        recipe.clipNorm(),
        recipe.l2(),
        recipe.seed());
  }

  static Recipe regularised(Recipe recipe, double clipNorm, double l2) {
    return new Recipe(
        recipe.topology(),
        recipe.minibatchSize(),
        recipe.threadsPerWorker(),
        recipe.updater(),
        recipe.schedule(),
        clipNorm,
        l2,
        recipe.seed());
  }
}
