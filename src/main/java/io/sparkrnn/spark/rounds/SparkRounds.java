package io.sparkrnn.spark.rounds;

import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.spark.data.WorkerShards;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundRunner;
import org.apache.spark.api.java.JavaSparkContext;

/** The runner of rounds on Spark that was chosen. */
public final class SparkRounds {
  private SparkRounds() {}

  /**
   * A runner.
   *
   * @param kernels the implementation that every task uses, by name
   */
  public static RoundRunner of(
      JavaSparkContext context,
      RoundsChoice choice,
      Recipe recipe,
      String kernels,
      TrainingData data,
      WorkerShards shards) {
    RoundRunner rounds =
        switch (choice) {
          case JOB -> new JobRoundRunner(context, recipe, kernels, data, shards);
          case RESIDENT -> new ResidentRoundRunner(context, recipe, kernels, data, shards);
          case AUTO ->
              new AutomaticRounds(
                  () -> new ResidentRoundRunner(context, recipe, kernels, data, shards),
                  () -> new JobRoundRunner(context, recipe, kernels, data, shards));
        };
    return new StoppableRounds(context.sc(), rounds);
  }
}
