package io.sparkrnn.train;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.EvaluationResult;

/** Adds one to its parameter in each round. */
class CountingRounds implements RoundRunner {
  @Override
  public RoundResult run(TrainingState state, Round round) {
    return new RoundResult(new float[] {state.parameters()[0] + 1}, 10, 5, new long[] {1000}, 0);
  }

  @Override
  public final EvaluationResult evaluate(float[] parameters, Part part) {
    throw new IllegalStateException("the loop evaluates as its options say");
  }

  @Override
  public final void close() {}
}
