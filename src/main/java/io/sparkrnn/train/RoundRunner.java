package io.sparkrnn.train;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.EvaluationResult;

/** Runs rounds and evaluations somewhere: in this JVM, or on executors. */
public interface RoundRunner extends AutoCloseable {

  /**
   * Runs one round on every worker and averages; where gradients are averaged, it takes the step.
   *
   * @return with the parameters and the updater's state that the round comes to
   */
  RoundResult run(TrainingState state, Round round);

  /** Evaluates parameters on one part of the data. */
  EvaluationResult evaluate(float[] parameters, Part part);

  @Override
  void close();
}
