package io.sparkrnn.spark.rounds;

import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.shards.WorkerShards;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds by resident workers where executors reach the driver's exchange, else a job a round,
 * unless one of them is asked for. On a Spark that its cluster may stop at any time, which Spark
 * reports in many ways.
 */
public final class SparkRounds implements RoundRunner {
  private static final Logger LOG = LoggerFactory.getLogger(SparkRounds.class);

  private final SparkContext context;
  private final Optional<Supplier<RoundRunner>> otherwise;
  private RoundRunner rounds;

  /**
   * Rounds of one kind.
   *
   * @param otherwise rounds that do without the driver's exchange, if they may take their place
   */
  SparkRounds(
      SparkContext context,
      Supplier<RoundRunner> chosen,
      Optional<Supplier<RoundRunner>> otherwise) {
    this.context = context;
    this.otherwise = otherwise;
    try {
      rounds = chosen.get();
    } catch (ExchangeUnreachableException e) {
      fallBack(e);
    }
  }

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
    return of(context, choice, recipe, kernels, data, shards, stop, Integer.MAX_VALUE);
  }

  /**
   * As the other, with a bound.
   *
   * @param kernels as {@link io.sparkrnn.kernel.KernelProvider#chosenByDriver} knows them
   * @param mostTasks that run rounds at a time, at least 1
   */
  public static RoundRunner of(
      JavaSparkContext context,
      RoundsChoice choice,
      Recipe recipe,
      String kernels,
      TrainingData data,
      WorkerShards shards,
      StopRequest stop,
      int mostTasks) {
    Supplier<RoundRunner> jobs =
        () -> new JobRoundRunner(context, recipe, kernels, data, shards, stop, mostTasks);
    return new SparkRounds(
        context.sc(),
        choice == RoundsChoice.JOB
            ? jobs
            : () ->
                new ResidentRoundRunner(context, recipe, kernels, data, shards, stop, mostTasks),
        choice == RoundsChoice.AUTO ? Optional.of(jobs) : Optional.empty());
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    return guarded(
        () -> {
          try {
            return rounds.run(state, round);
          } catch (ExchangeUnreachableException e) {
            fallBack(e);
            return rounds.run(state, round);
          }
        });
  }

  private void fallBack(ExchangeUnreachableException reason) {
    Supplier<RoundRunner> jobs = otherwise.orElseThrow(() -> reason);
    LOG.warn("Running a Spark job a round, with the same result, slower: {}", reason.getMessage());
    if (rounds != null) {
      rounds.close();
    }
    rounds = jobs.get();
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
