package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.train.BlockEvaluator;
import io.sparkrnn.train.StopRequest;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * Evaluation on the executors, a task a block unless there shall be fewer; streams are one block.
 */
public final class SparkEvaluation implements AutoCloseable {
  private final JavaSparkContext context;
  private final String kernels;
  private final BlockEvaluator evaluator;
  private final EvaluationData data;
  private final StopRequest stop;
  private final int mostTasks;
  private final Map<Part, JavaRDD<Parcel<Block>>> blocks = new EnumMap<>(Part.class);

  private record Block(int number, SequenceDataset samples) implements Serializable {}

  /**
   * An evaluation.
   *
   * @param kernels the implementation that every task uses, by name
   * @param stop asked now and then while the job runs, and ends it
   */
  public SparkEvaluation(
      JavaSparkContext context,
      String kernels,
      BlockEvaluator evaluator,
      EvaluationData data,
      StopRequest stop) {
    this(context, kernels, evaluator, data, stop, Integer.MAX_VALUE);
  }

  /**
   * As the other, with a bound.
   *
   * @param mostTasks that evaluate at a time, at least 1
   */
  SparkEvaluation(
      JavaSparkContext context,
      String kernels,
      BlockEvaluator evaluator,
      EvaluationData data,
      StopRequest stop,
      int mostTasks) {
    this.mostTasks = mostTasks;
    this.context = context;
    this.kernels = kernels;
    this.evaluator = evaluator;
    this.data = data;
    this.stop = stop;
  }

  /** Of classes, or of values as the network has them. */
  public SparkEvaluation(
      JavaSparkContext context,
      String kernels,
      RnnTopology topology,
      EvaluationData data,
      StopRequest stop) {
    this(context, kernels, new BlockEvaluator(topology, TargetScale.IDENTITY), data, stop);
  }

  /** Evaluates parameters on a part of the data. */
  public EvaluationResult evaluate(float[] parameters, Part part) {
    context.sc().setJobDescription("evaluation on the %s samples".formatted(name(part)));
    Broadcast<float[]> broadcast = context.broadcast(parameters);
    BlockEvaluator ofBlocks = evaluator;
    int streams = data.streams(part);
    String taskKernels = kernels;
    List<BlockResult> results = new ArrayList<>();
    ResultStream.forEach(
        blocks.computeIfAbsent(part, this::read),
        block ->
            ofBlocks.evaluate(
                KernelProvider.chosenByDriver(taskKernels),
                broadcast.value(),
                block.value().samples(),
                block.value().number(),
                streams),
        results::add,
        stop,
        jobs -> stop.check());
    // Removed for good when the driver forgets it: a speculative copy of a task may still be
    // reading it.
    broadcast.unpersist();
    return EvaluationResult.fold(results, evaluator.tally());
  }

  private JavaRDD<Parcel<Block>> read(Part part) {
    EvaluationData source = data;
    int size = data.size(part);
    int streams = data.streams(part);
    List<Integer> numbers =
        IntStream.range(0, BlockEvaluator.count(size, streams)).boxed().toList();
    return context
        .parallelize(numbers, Math.min(numbers.size(), mostTasks))
        .map(
            number ->
                new Parcel<>(
                    new Block(
                        number,
                        source.part(part).subset(BlockEvaluator.samples(number, size, streams)))))
        .setName(name(part))
        .persist(StorageLevel.MEMORY_ONLY());
  }

  private static String name(Part part) {
    return part.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    blocks.values().forEach(JavaRDD::unpersist);
  }
}
