package io.sparkrnn.train;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.Ops;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Workers one after another in this JVM: the oracle of every other runner, and the engine {@code
 * local}.
 */
public final class LocalRoundRunner implements RoundRunner {
  private final Replica replica;
  private final RoundStep step;
  private final List<Shard> shards;
  private final LocalEvaluation evaluation;

  /**
   * A runner.
   *
   * @param stop asked within evaluations
   */
  public LocalRoundRunner(Recipe recipe, Ops kernels, TrainingData data, StopRequest stop) {
    this.replica = new Replica(recipe, kernels);
    this.step = new RoundStep(recipe, kernels);
    this.shards = IntStream.range(0, data.workers()).mapToObj(data::shard).toList();
    this.evaluation = new LocalEvaluation(kernels, recipe.evaluator(), data, stop);
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    ParameterAverage average = step.average(shards.size());
    TrainingState sent = step.sent(state);
    for (Shard shard : shards) {
      average.add(replica.run(sent, shard, round));
    }
    return step.result(state, round, average.result());
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return evaluation.evaluate(parameters, part);
  }

  @Override
  public void close() {}
}
