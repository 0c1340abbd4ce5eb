package io.sparkrnn.spark;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.data.TrainingData.Part;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.train.BlockEvaluator;
import io.sparkrnn.train.EvaluationBlocks;
import io.sparkrnn.train.ParameterAverage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Replica;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/** Rounds as Spark jobs of one stage, a task a worker; works with any number of slots. */
public final class JobRoundRunner implements RoundRunner {
  private final JavaSparkContext context;
  private final Recipe recipe;
  private final String kernels;
  private final TrainingData data;
  private final JavaRDD<Shard> shards;
  private final Map<Part, JavaRDD<EvaluationBlock>> blocks = new EnumMap<>(Part.class);
  private Broadcast<TrainingState> previousState;

  record EvaluationBlock(int number, SequenceDataset samples) implements java.io.Serializable {}

  /**
   * A runner.
   *
   * @param kernels the implementation that every task uses, by name
   */
  public JobRoundRunner(
      JavaSparkContext context, Recipe recipe, String kernels, TrainingData data) {
    this(context, recipe, kernels, data, readShards(context, data));
  }

  /** A runner over shards that are already distributed, one for each worker. */
  JobRoundRunner(
      JavaSparkContext context,
      Recipe recipe,
      String kernels,
      TrainingData data,
      JavaRDD<Shard> shards) {
    this.context = context;
    this.recipe = recipe;
    this.kernels = kernels;
    this.data = data;
    this.shards = shards;
    ResultSize.check(context.getConf(), recipe, data.workers());
  }

  // The RDD holds numbers: parallelize(shards) would put the samples into every task of every
  // round, cached or not.
  private static JavaRDD<Shard> readShards(JavaSparkContext context, TrainingData data) {
    List<Integer> workers = IntStream.range(0, data.workers()).boxed().toList();
    return context
        .parallelize(workers, workers.size())
        .map(data::shard)
        .setName("shards")
        .persist(StorageLevel.MEMORY_ONLY());
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    context
        .sc()
        .setJobDescription("epoch %d, round %d".formatted(round.epoch() + 1, round.number()));
    Broadcast<TrainingState> broadcast = context.broadcast(state);
    Recipe replicaRecipe = recipe;
    String replicaKernels = kernels;
    ParameterAverage average = new ParameterAverage(data.workers());
    JavaRDD<WorkerResult> results =
        shards.map(
            shard ->
                new Replica(replicaRecipe, RnnKernels.named(replicaKernels))
                    .run(broadcast.value(), shard, round));
    ResultStream.forEach(results, average::add);
    if (previousState != null) {
      // Not this round's: a speculative copy of one of its tasks may still be reading it.
      previousState.destroy();
    }
    previousState = broadcast;
    return average.result();
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    context
        .sc()
        .setJobDescription(
            "evaluation on the %s samples"
                .formatted(part.name().toLowerCase(java.util.Locale.ROOT)));
    Broadcast<float[]> broadcast = context.broadcast(parameters);
    Recipe evaluated = recipe;
    String evaluationKernels = kernels;
    List<BlockResult> results = new ArrayList<>();
    ResultStream.forEach(
        blocks
            .computeIfAbsent(part, this::readBlocks)
            .map(
                block ->
                    BlockEvaluator.evaluate(
                        RnnKernels.named(evaluationKernels),
                        evaluated.topology(),
                        broadcast.value(),
                        block.samples(),
                        block.number())),
        results::add);
    broadcast.unpersist();
    return EvaluationResult.fold(results, recipe.topology().shape().classes());
  }

  private JavaRDD<EvaluationBlock> readBlocks(Part part) {
    int size = data.size(part);
    TrainingData source = data;
    List<Integer> numbers = IntStream.range(0, EvaluationBlocks.count(size)).boxed().toList();
    return context
        .parallelize(numbers, numbers.size())
        .map(
            number ->
                new EvaluationBlock(
                    number, source.part(part).subset(EvaluationBlocks.samples(number, size))))
        .setName(part.name().toLowerCase(java.util.Locale.ROOT))
        .persist(StorageLevel.MEMORY_ONLY());
  }

  @Override
  public void close() {
    shards.unpersist();
    blocks.values().forEach(JavaRDD::unpersist);
    if (previousState != null) {
      previousState.destroy();
    }
  }
}
