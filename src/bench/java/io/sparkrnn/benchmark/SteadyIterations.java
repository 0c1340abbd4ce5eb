package io.sparkrnn.benchmark;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Replica;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.util.List;

/** Training that goes on and on over MNIST, by rounds of one worker, as a Spark task runs them. */
final class SteadyIterations {
  static final int PER_ROUND = 10;
  static final double LEARNING_RATE = 0.001;
  static final Updater.Adam ADAM = new Updater.Adam(0.9, 0.999, 1e-8);

  private static final ScheduleConfiguration CONSTANT =
      new ScheduleConfiguration(ScheduleName.CONSTANT, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0);

  private final Replica replica;
  private final Shard shard = Workload.mnist().shard(0);
  private final int minibatchesPerEpoch;
  private TrainingState state;
  private int firstMinibatch;

  /**
   * Training from new parameters.
   *
   * @param clipNorm 0 for no clipping
   */
  SteadyIterations(Workload workload, Ops kernels, int threads, double clipNorm) {
    Recipe recipe =
        new Recipe(
            workload.topology(),
            workload.minibatchSize(),
            threads,
            ADAM,
            new LearningRateSchedule(CONSTANT, LEARNING_RATE, 1),
            clipNorm,
            0,
            Workload.SEED);
    replica = new Replica(recipe, kernels);
    minibatchesPerEpoch = shard.samples().size() / workload.minibatchSize();
    state =
        TrainingState.initial(
            ParameterInitializer.ORTHOGONAL.initialise(workload.topology(), Workload.SEED),
            recipe.updater());
  }

  /** Runs the next {@link #PER_ROUND} iterations; returns their summed loss. */
  double round() {
    if (firstMinibatch + PER_ROUND > minibatchesPerEpoch) {
      firstMinibatch = 0;
    }
    WorkerResult result =
        replica.run(
            state,
            shard,
            new Round(
                state.round(),
                state.epoch(),
                firstMinibatch,
                PER_ROUND,
                state.iteration(),
                false,
                1));
    firstMinibatch += PER_ROUND;
    state =
        new TrainingState(
            result.vector(),
            state.layout(),
            state.round() + 1,
            state.epoch(),
            firstMinibatch,
            state.iteration() + PER_ROUND,
            result.lossSum(),
            result.samples(),
            List.of());
    return result.lossSum();
  }
}
