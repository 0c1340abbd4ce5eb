package io.sparkrnn.spark.rounds;

import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.spark.data.WorkerShards;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import org.apache.spark.api.java.JavaSparkContext;

/** The runner of rounds on Spark that was chosen. */
public final class SparkRounds {
  private SparkRounds() {}

  /**
   * A runner.
   *
   * @param kernels the implementation that every task uses, by name
   * @param stop asked within evaluations, and while there are no executors
   */
  public static RoundRunner of(
      JavaSparkContext context,
      RoundsChoice choice,
      Recipe recipe,
      String kernels,
      TrainingData data,
      WorkerShards shards,
      StopRequest stop) {
    RoundRunner rounds =
        switch (choice) {
          case JOB -> new JobRoundRunner(context, recipe, kernels, data, shards, stop);
          case RESIDENT -> new ResidentRoundRunner(context, recipe, kernels, data, shards, stop);
          case AUTO ->
              new AutomaticRounds(
                  () -> new ResidentRoundRunner(context, recipe, kernels, data, shards, stop),
                  () -> new JobRoundRunner(context, recipe, kernels, data, shards, stop));
        };
    return new StoppableRounds(context.sc(), rounds);
  }
}
