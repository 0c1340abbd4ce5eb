package io.sparkrnn.train;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.RnnKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Workers one after another in this JVM: the oracle of every other runner, and the engine {@code
 * local}.
 */
public final class LocalRoundRunner implements RoundRunner {
  private final Recipe recipe;
  private final RnnKernels kernels;
  private final List<Shard> shards;
  private final Map<Part, SequenceDataset> parts;

  /**
   * A runner over these shards.
   *
   * @param shards one for each worker, in the order of their numbers
   * @param parts what can be evaluated
   */
  public LocalRoundRunner(
      Recipe recipe, RnnKernels kernels, List<Shard> shards, Map<Part, SequenceDataset> parts) {
    this.recipe = recipe;
    this.kernels = kernels;
    this.shards = List.copyOf(shards);
    this.parts = Map.copyOf(parts);
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    ParameterAverage average = new ParameterAverage(shards.size());
    for (Shard shard : shards) {
      average.add(new Replica(recipe, kernels).run(state, shard, round));
    }
    return average.result();
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    SequenceDataset data = parts.get(part);
    List<BlockResult> results = new ArrayList<>();
    for (int block = 0; block < EvaluationBlocks.count(data.size()); block++) {
      SequenceDataset samples = data.subset(EvaluationBlocks.samples(block, data.size()));
      results.add(BlockEvaluator.evaluate(kernels, recipe.topology(), parameters, samples, block));
    }
    return EvaluationResult.fold(results, recipe.topology().shape().classes());
  }

  @Override
  public void close() {}
}
