package io.sparkrnn.train;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.data.TrainingData.Part;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.RnnKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Workers one after another in this JVM: the oracle of every other runner, and the engine {@code
 * local}.
 */
public final class LocalRoundRunner implements RoundRunner {
  private final Recipe recipe;
  private final RnnKernels kernels;
  private final TrainingData data;
  private final List<Shard> shards;

  public LocalRoundRunner(Recipe recipe, RnnKernels kernels, TrainingData data) {
    this.recipe = recipe;
    this.kernels = kernels;
    this.data = data;
    this.shards = IntStream.range(0, data.workers()).mapToObj(data::shard).toList();
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
    SequenceDataset samples = data.part(part);
    List<BlockResult> results = new ArrayList<>();
    for (int block = 0; block < EvaluationBlocks.count(samples.size()); block++) {
      SequenceDataset inBlock = samples.subset(EvaluationBlocks.samples(block, samples.size()));
      results.add(BlockEvaluator.evaluate(kernels, recipe.topology(), parameters, inBlock, block));
    }
    return EvaluationResult.fold(results, recipe.topology().shape().classes());
  }

  @Override
  public void close() {}
}
