package io.sparkrnn.spark.dl4j;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.spark.rounds.SparkEvaluation;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same training with DL4J Spark's own {@code ParameterAveragingTrainingMaster} and {@code
 * saveUpdater}, a whole epoch a round, since it averages by itself in between: the baseline,
 * outside the promise of equal bits. Evaluation is ours.
 *
 * <p>It differs from ours where DL4J does: there is no clipping by the global gradient norm, so the
 * recipe's {@code clipNorm} is left out, with a warning; every epoch is averaged at one frequency;
 * averages are not weighted by samples; DL4J draws minibatches from all workers' at random. Every
 * minibatch is one of the plan's all the same.
 */
public final class Dl4jRoundRunner implements RoundRunner {
  private static final Logger LOG = LoggerFactory.getLogger(Dl4jRoundRunner.class);

  private final JavaSparkContext context;
  private final NetworkDescription network;
  private final Recipe recipe;
  private final TrainingData data;
  private final int averagingFrequency;
  private final SparkEvaluation evaluation;

  /**
   * A runner.
   *
   * @param network the recipe's topology, updater and L2 for DL4J; its schedule is not looked at,
   *     because the recipe's, which may be any, drives DL4J's updaters
   */
  public Dl4jRoundRunner(
      JavaSparkContext context,
      NetworkDescription network,
      Recipe recipe,
      TrainingData data,
      int averagingFrequency,
      String kernels,
      StopRequest stop) {
    this.context = context;
    this.network = network;
    this.recipe = recipe;
    this.data = data;
    this.averagingFrequency = averagingFrequency;
    this.evaluation = new SparkEvaluation(context, kernels, recipe.evaluator(), data, stop);
  }

  /** One epoch. DL4J does not tell computation from averaging, so all counts as computation. */
  @Override
  public RoundResult run(TrainingState state, Round round) {
    long began = System.nanoTime();
    TrainingState end = train(state);
    return new RoundResult(
        end.vector(),
        end.epochSamples(),
        end.epochLossSum(),
        new long[] {System.nanoTime() - began},
        0);
  }

  /**
   * Trains for an epoch. Its loss is DL4J's score, the mean over the minibatches of the last
   * average with its L2 term.
   *
   * @param start a state between two epochs
   */
  public TrainingState train(TrainingState start) {
    if (recipe.clipNorm() > 0) {
      LOG.warn("training without clipping: DL4J cannot clip by the global norm of the gradient");
    }
    SparkDl4jMultiLayer spark = new SparkDl4jMultiLayer(context, network(start), master());
    context.sc().setJobDescription("epoch %d, DL4J".formatted(start.epoch() + 1));
    JavaRDD<DataSet> minibatches = minibatches(start.epoch());
    spark.fit(minibatches);
    // DL4J persists it and never lets go.
    minibatches.unpersist();
    return after(start, spark);
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return evaluation.evaluate(parameters, part);
  }

  @Override
  public void close() {
    evaluation.close();
  }

  private MultiLayerNetwork network(TrainingState start) {
    return Dl4jNetworks.network(
        Dl4jNetworks.configuration(network, new IterationSchedule(recipe.schedule())),
        new NetworkState(
            start.parameters(),
            start.updaterState(),
            Math.toIntExact(start.iteration()),
            start.epoch()));
  }

  private ParameterAveragingTrainingMaster master() {
    // Each data set is a whole minibatch. Export, DL4J's default, would write them to files first.
    return new ParameterAveragingTrainingMaster.Builder(data.workers(), recipe.minibatchSize())
        .batchSizePerWorker(recipe.minibatchSize())
        .averagingFrequency(averagingFrequency)
        .saveUpdater(true)
        .rddTrainingApproach(RDDTrainingApproach.Direct)
        .rngSeed(recipe.seed())
        .build();
  }

  private JavaRDD<DataSet> minibatches(int epoch) {
    TrainingData source = data;
    long seed = recipe.seed();
    int size = recipe.minibatchSize();
    List<Integer> workers = IntStream.range(0, data.workers()).boxed().toList();
    return context
        .parallelize(workers, workers.size())
        .flatMap(worker -> minibatches(source.shard(worker), seed, epoch, size));
  }

  private static Iterator<DataSet> minibatches(Shard shard, long seed, int epoch, int size) {
    int samples = shard.samples().size();
    int[] order = MinibatchPlan.order(seed, epoch, shard.worker(), samples);
    return IntStream.range(0, (samples + size - 1) / size)
        .mapToObj(
            i ->
                dataSet(
                    shard.samples(),
                    Arrays.copyOfRange(order, i * size, Math.min(samples, (i + 1) * size))))
        .iterator();
  }

  private static DataSet dataSet(SequenceDataset data, int[] samples) {
    INDArray batchFirst =
        Nd4j.create(
            data.batch(samples, Axes.BATCH_FIRST),
            new long[] {samples.length, data.timeSteps(), data.inputSize()},
            'c');
    INDArray labels = Nd4j.zeros(samples.length, data.classes());
    for (int i = 0; i < samples.length; i++) {
      labels.putScalar(i, data.label(samples[i]), 1);
    }
    return new DataSet(batchFirst.permute(0, 2, 1).dup(), labels);
  }

  private TrainingState after(TrainingState before, SparkDl4jMultiLayer spark) {
    NetworkState state = Dl4jNetworks.state(spark.getNetwork());
    // DL4J counts a whole averaging frequency for the last, shorter stretch of an epoch, too, and
    // would run ahead of the schedule.
    long iteration = before.iteration() + data.minibatchesPerEpoch(recipe.minibatchSize());
    long samples = IntStream.range(0, data.workers()).mapToLong(data::shardSize).sum();
    return new TrainingState(
        state.parameters(),
        state.updaterState(),
        before.round() + rounds(),
        before.epoch() + 1,
        0,
        iteration,
        spark.getScore() * samples,
        samples);
  }

  private int rounds() {
    int minibatches = data.minibatchesPerEpoch(recipe.minibatchSize());
    return (minibatches + averagingFrequency - 1) / averagingFrequency;
  }
}
