package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingState;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rounds by resident workers where executors reach the driver's exchange, else a job a round. */
final class AutomaticRounds implements RoundRunner {
  private static final Logger LOG = LoggerFactory.getLogger(AutomaticRounds.class);

  private final Supplier<RoundRunner> jobs;
  private RoundRunner rounds;

  AutomaticRounds(Supplier<RoundRunner> resident, Supplier<RoundRunner> jobs) {
    this.jobs = jobs;
    try {
      rounds = resident.get();
    } catch (ExchangeUnreachableException e) {
      fallBack(e);
    }
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    try {
      return rounds.run(state, round);
    } catch (ExchangeUnreachableException e) {
      rounds.close();
      fallBack(e);
      return rounds.run(state, round);
    }
  }

  private void fallBack(ExchangeUnreachableException reason) {
    LOG.warn("Running a Spark job a round, with the same result, slower: {}", reason.getMessage());
    rounds = jobs.get();
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return rounds.evaluate(parameters, part);
  }

  @Override
  public void close() {
    rounds.close();
  }
}
