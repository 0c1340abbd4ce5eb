package io.sparkrnn.spark.rounds;

import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.spark.data.WorkerShards;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;

/** Rounds on a Spark that its cluster may stop at any time, which Spark reports in many ways. */
public record StoppableRounds(SparkContext context, RoundRunner rounds) implements RoundRunner {

  /**
   * Those that were chosen.
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

  @Override
  public RoundResult run(TrainingState state, Round round) {
    return guarded(() -> rounds.run(state, round));
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return guarded(() -> rounds.evaluate(parameters, part));
  }

  private <T> T guarded(Supplier<T> call) {
    try {
      return call.get();
    } catch (Exception e) {
      if (isOfStopped(e)) {
        throw SparkJobException.stopped(context.master(), e);
      }
      throw e;
    }
  }

  /** Scala throws checked exceptions undeclared. */
  private boolean isOfStopped(Exception e) {
    return context.isStopped()
        && (e instanceof IllegalStateException
            || e instanceof NullPointerException
            || e instanceof SparkException);
  }

  @Override
  public void close() {
    try {
      rounds.close();
    } catch (Exception e) {
      if (!isOfStopped(e)) {
        throw e;
      }
    }
  }
}
