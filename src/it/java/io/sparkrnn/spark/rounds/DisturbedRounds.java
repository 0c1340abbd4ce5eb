package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.BooleanSupplier;

/**
 * Something happens before some rounds or while they run; none of these ends before it has
 * happened.
 */
record DisturbedRounds(
    RoundRunner rounds, List<Long> numbers, Runnable disturbance, Executor executor)
    implements RoundRunner {
  static RoundRunner before(RoundRunner rounds, List<Long> numbers, Runnable disturbance) {
    return new DisturbedRounds(rounds, numbers, disturbance, Runnable::run);
  }

  static RoundRunner during(RoundRunner rounds, List<Long> numbers, Runnable disturbance) {
    return new DisturbedRounds(rounds, numbers, disturbance, ForkJoinPool.commonPool());
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    if (!numbers.contains(round.number())) {
      return rounds.run(state, round);
    }
    CompletableFuture<Void> disturbing = CompletableFuture.runAsync(disturbance, executor);
    RoundResult result = rounds.run(state, round);
    disturbing.join();
    return result;
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return rounds.evaluate(parameters, part);
  }

  @Override
  public void close() {
    rounds.close();
  }

  /** Waits for something; the test's own deadline is the only one. */
  static void awaitTrue(BooleanSupplier condition) {
    try {
      while (!condition.getAsBoolean()) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
