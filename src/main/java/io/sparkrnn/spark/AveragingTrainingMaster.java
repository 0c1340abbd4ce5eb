package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.dl4j.UnsupportedNetworkException;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.RddShards;
import io.sparkrnn.spark.dl4j.DataSetReader;
import io.sparkrnn.spark.dl4j.ListenedRounds;
import io.sparkrnn.spark.rounds.JobRoundRunner;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingState;
import java.util.Collection;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Trains DL4J Spark's networks with our engine:
 *
 * <pre>{@code
 * TrainingMaster<?, ?> master = new AveragingTrainingMaster.Builder(4).averagingFrequency(10).build();
 * new SparkDl4jMultiLayer(context, configuration, master).fit(data);
 * }</pre>
 *
 * <p>One {@code fit} is one epoch, as with DL4J's own masters. The data are features {@code
 * [sample][input][timeStep]} with one-hot labels {@code [sample][class]}; they are divided among
 * the workers when an RDD is first seen and kept by Spark until another RDD comes or {@link
 * #deleteTempFiles} is called. Parameters, updater state and iteration count of the network are
 * taken at the start and set at the end; schedules and Adam's bias correction go by that iteration
 * count, which one {@code fit} advances by the iterations of the longest worker. The score is the
 * mean cross-entropy of the epoch's samples while they were trained on, without L2. Equal data,
 * network and builder give equal bits, whatever the cluster and the partitions.
 *
 * <p>What this engine would train otherwise than DL4J is refused by name: networks by {@link
 * UnsupportedNetworkException}, data by {@link io.sparkrnn.data.DataException}, everything else of
 * the interface that it lacks by {@link UnsupportedOperationException}.
 *
 * <p>Not for use by several threads at a time.
 */
public final class AveragingTrainingMaster
    implements TrainingMaster<TrainingResult, TrainingWorker<TrainingResult>> {
  private static final String GRADIENTS = "gradients";

  private final Builder settings;
  private final String kernels;
  private List<TrainingListener> listeners = List.of();
  private int shardedRdd = -1;
  private SparkContext shardedContext;
  private RddShards shards;

  /** Settings, each with a default. */
  public static final class Builder {
    private final int workers;
    private String averaging = "parameters";
    private int averagingFrequency = 10;
    private int minibatchSize = 64;
    private int threadsPerWorker = 1;
    private long seed = 1;
    private String kernels = "auto";

    /**
     * A builder.
     *
     * @param workers logical workers, each with its own replica and shard; a part of the
     *     mathematics, not of the cluster's size
     */
    public Builder(int workers) {
      this.workers = atLeastOne("workers", workers);
    }

    /**
     * What workers average: {@code parameters} (the default), or {@code gradients}, every
     * iteration, after which one step of the network's updater follows.
     */
    public Builder averaging(String what) {
      if (!List.of("parameters", GRADIENTS).contains(what)) {
        throw new IllegalArgumentException("averaging is parameters or gradients, found " + what);
      }
      this.averaging = what;
      return this;
    }

    /** Iterations between averages of parameters; 10 by default. */
    public Builder averagingFrequency(int iterations) {
      this.averagingFrequency = atLeastOne("averagingFrequency", iterations);
      return this;
    }

    /** Samples of one iteration, however the data sets are cut; 64 by default. */
    public Builder minibatchSize(int samples) {
      this.minibatchSize = atLeastOne("minibatchSize", samples);
      return this;
    }

    /** Threads that share one worker's arithmetic; 1 by default. Bits do not depend on it. */
    public Builder threadsPerWorker(int threads) {
      this.threadsPerWorker = atLeastOne("threadsPerWorker", threads);
      return this;
    }

    /** Seed of the order of samples in each epoch; 1 by default. */
    public Builder seed(long newSeed) {
      this.seed = newSeed;
      return this;
    }

    /** {@code auto} (the default), {@code vector} or {@code portable}; bits do not depend on it. */
    public Builder kernels(String request) {
      this.kernels = request;
      return this;
    }

    /**
     * The master.
     *
     * @throws io.sparkrnn.kernel.KernelUnavailableException if the kernels asked for cannot run
     *     here
     */
    public AveragingTrainingMaster build() {
      return new AveragingTrainingMaster(this);
    }

    private static int atLeastOne(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException("%s is at least 1, found %d".formatted(name, value));
      }
      return value;
    }
  }

  private AveragingTrainingMaster(Builder settings) {
    this.settings = settings;
    this.kernels = KernelProvider.chooseInLibrary(settings.kernels).name();
  }

  @Override
  public void executeTraining(SparkDl4jMultiLayer sparkNetwork, JavaRDD<DataSet> data) {
    MultiLayerNetwork network = sparkNetwork.getNetwork();
    // Refused before any job runs; the number of time steps comes with the data.
    shardOnce(data, describe(network, 1).topology().network());
    NetworkDescription description = describe(network, shards.timeSteps());
    NetworkState state = Dl4jNetworks.state(network);
    Training<TrainingData> training =
        new Training<>(
            configuration(description, state.epochs() + 1), shards.data(), description.topology());
    listeners.forEach(listener -> listener.onEpochStart(network));
    try (RoundRunner rounds =
        new JobRoundRunner(
            sparkNetwork.getSparkContext(),
            training.recipe(),
            kernels,
            shards.data(),
            shards,
            StopRequest.NEVER)) {
      TrainingState end =
          training.run(kernels, listening(rounds, network), start(state, training.plan()));
      setState(network, end);
      double score = end.epochMeanLoss();
      network.setScore(score);
      sparkNetwork.setScore(score);
    }
    listeners.forEach(listener -> listener.onEpochEnd(network));
  }

  private static NetworkDescription describe(MultiLayerNetwork network, int timeSteps) {
    return Dl4jNetworks.describe(network.getLayerWiseConfigurations(), timeSteps);
  }

  private void shardOnce(JavaRDD<DataSet> data, Network network) {
    // Numbers of RDDs start again in every context.
    if (shards == null || shardedRdd != data.id() || shardedContext != data.context()) {
      release();
      shards = RddShards.materialise(data, new DataSetReader(network), settings.workers, network);
      shardedRdd = data.id();
      shardedContext = data.context();
    }
  }

  private void release() {
    if (shards != null && !shardedContext.isStopped()) {
      shards.close();
    }
    shards = null;
    shardedContext = null;
  }

  /** The network is what DL4J's users keep: they save and evaluate it themselves. */
  private RunConfiguration configuration(NetworkDescription description, int epochs) {
    RunConfiguration given =
        ConfigurationLoader.parse(
            """
            training {
              epochs = %d, minibatch-size = %d, workers = %d, threads-per-worker = %d
              %s, first-epoch-averaging-frequency = 0
              seed = %d, clip-norm = 0, l2 = %s, shift-pixels = 0
            }
            """
                .formatted(
                    epochs,
                    settings.minibatchSize,
                    settings.workers,
                    settings.threadsPerWorker,
                    settings.averaging.equals(GRADIENTS)
                        ? "averaging = gradients"
                        : "averaging = parameters, averaging-frequency = "
                            + settings.averagingFrequency,
                    settings.seed,
                    description.l2()),
            "the master's settings");
    return new RunConfiguration(
        given.model(),
        given.data(),
        given.table(),
        given.training(),
        description.updater(),
        description.schedule(),
        given.run(),
        given.spark(),
        given.hadoop());
  }

  private static TrainingState start(NetworkState state, RoundPlan plan) {
    return new TrainingState(
        state.parameters(),
        state.updaterState(),
        (long) state.epochs() * plan.rounds(0),
        state.epochs(),
        0,
        state.iterations(),
        0,
        0);
  }

  /** DL4J's callers count the epoch themselves after {@code executeTraining}. */
  private static void setState(MultiLayerNetwork network, TrainingState end) {
    Dl4jNetworks.setState(
        network,
        new NetworkState(
            end.parameters(),
            end.updaterState(),
            Math.toIntExact(end.iteration()),
            network.getEpochCount()));
  }

  private RoundRunner listening(RoundRunner rounds, MultiLayerNetwork network) {
    return listeners.isEmpty() ? rounds : new ListenedRounds(rounds, network, listeners);
  }

  /** Called on the driver after each average, with the network in its state. */
  @Override
  public void setListeners(Collection<TrainingListener> newListeners) {
    this.listeners = List.copyOf(newListeners);
  }

  /**
   * As without a router, which must be null.
   *
   * @throws UnsupportedOperationException for a router: executors run no DL4J network that could
   *     report to it
   */
  @Override
  public void setListeners(StatsStorageRouter router, Collection<TrainingListener> newListeners) {
    if (router != null) {
      throw unsupported("a StatsStorageRouter", "listeners without one");
    }
    setListeners(newListeners);
  }

  /** Drops the shards that Spark keeps for the next epoch; there are no files. */
  @Override
  public boolean deleteTempFiles(JavaSparkContext context) {
    release();
    return true;
  }

  /** Drops the shards that Spark keeps for the next epoch; there are no files. */
  @Override
  public boolean deleteTempFiles(SparkContext context) {
    release();
    return true;
  }

  @Override
  public String toJson() {
    return "{\"workers\":%d,\"averagingFrequency\":%d,\"minibatchSize\":%d,\"threadsPerWorker\":%d,\"seed\":%d}"
        .formatted(
            settings.workers,
            settings.averagingFrequency,
            settings.minibatchSize,
            settings.threadsPerWorker,
            settings.seed);
  }

  @Override
  public String toYaml() {
    return """
    workers: %d
    averagingFrequency: %d
    minibatchSize: %d
    threadsPerWorker: %d
    seed: %d
    """
        .formatted(
            settings.workers,
            settings.averagingFrequency,
            settings.minibatchSize,
            settings.threadsPerWorker,
            settings.seed);
  }

  /** Statistics are Spark's own: rounds are named in its pages. */
  @Override
  public void setCollectTrainingStats(boolean collect) {
    if (collect) {
      throw unsupported("collectTrainingStats", "Spark's pages, where every round is a job");
    }
  }

  @Override
  public boolean getIsCollectTrainingStats() {
    return false;
  }

  /** None, which DL4J expresses by null. */
  @Override
  public SparkTrainingStats getTrainingStats() {
    return null;
  }

  @Override
  public void addHook(TrainingHook hook) {
    throw unsupported("a TrainingHook", "a TrainingListener");
  }

  @Override
  public void removeHook(TrainingHook hook) {
    // There is none, because none can be added.
  }

  @Override
  public TrainingWorker<TrainingResult> getWorkerInstance(SparkDl4jMultiLayer network) {
    throw unsupported("getWorkerInstance", "fit(JavaRDD<DataSet>)");
  }

  @Override
  public TrainingWorker<TrainingResult> getWorkerInstance(SparkComputationGraph graph) {
    throw unsupported("ComputationGraph", "MultiLayerNetwork");
  }

  @Override
  public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> data) {
    throw unsupported("ComputationGraph", "MultiLayerNetwork");
  }

  @Override
  public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> data) {
    throw unsupported("ComputationGraph with MultiDataSet", "MultiLayerNetwork with DataSet");
  }

  @Override
  public void executeTrainingPaths(
      SparkDl4jMultiLayer network,
      SparkComputationGraph graph,
      JavaRDD<String> paths,
      DataSetLoader loader,
      MultiDataSetLoader multiLoader) {
    throw unsupported("training from paths of exported data sets", "fit(JavaRDD<DataSet>)");
  }

  private static UnsupportedOperationException unsupported(String what, String instead) {
    return new UnsupportedOperationException(
        "AveragingTrainingMaster does not support %s; use %s".formatted(what, instead));
  }
}
