package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingState;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;

/** Rounds on a Spark that its cluster may stop at any time, which Spark reports in many ways. */
record StoppableRounds(SparkContext context, RoundRunner rounds) implements RoundRunner {
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
