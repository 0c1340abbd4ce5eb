package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.dl4j.UnsupportedNetworkException;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.data.RddShards;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.shards.WorkerGroups;
import io.sparkrnn.train.CheckpointCadence;
import io.sparkrnn.train.EarlyStopping;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.MovingAverage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.listeners.VanillaStatsStorageRouter;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class AveragingTrainingMasterIT {
  private static final int WORKERS = 3;
  private static final int MINIBATCH = 8;
  private static final int FREQUENCY = 4;
  private static final int EPOCHS = 2;
  private static final int SAMPLES = 203;
  private static final RnnTopology TOPOLOGY =
      new RnnTopology("test", Network.elman(6, 7, List.of(9, 5), Activation.TANH, 4));
  private static final SequenceDataset DATA =
      new SyntheticData(1, SAMPLES, 6, 7, 4).part(Part.TEST);

  private static JavaSparkContext context;

  @BeforeAll
  static void start() {
    context =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[2]")
                .setAppName("training master")
                .set("spark.ui.enabled", "false"));
  }

  @AfterAll
  static void stop() {
    context.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = UpdaterName.class,
      names = {"AUTO", "MUON"},
      mode = EnumSource.Mode.EXCLUDE)
  void fitGivesTheLocalEnginesBits(UpdaterName updater) {
    NetworkDescription description = description(updater);
    SparkDl4jMultiLayer spark = spark(network(description), master());
    JavaRDD<DataSet> data = context.parallelize(dataSets(1), 5);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      spark.fit(data);
    }
    TrainingState expected = local(description, Averaging.PARAMETERS);
    NetworkState found = Dl4jNetworks.state(spark.getNetwork());

    assertThat(found.parameters()).containsExactly(expected.parameters());
    assertThat(found.updaterState()).containsExactly(expected.updaterState());
    assertThat(found.iterations()).isEqualTo((int) expected.iteration());
    assertThat(found.epochs()).isEqualTo(EPOCHS);
    assertThat(spark.getScore()).isEqualTo(expected.epochLossSum() / expected.epochSamples());
    assertThat(spark.getNetwork().score()).isEqualTo(spark.getScore());
  }

  // Partitions and samples a data set.
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 64", "7, 5", "4, 203", "50, 2"})
  void partitionsAndSizesOfDataSetsLeaveNoTrace(int partitions, int samplesPerSet) {
    NetworkDescription description = description(UpdaterName.ADAM);
    SparkDl4jMultiLayer spark = spark(network(description), master());
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      // A new RDD each time: none of the shards is kept.
      List<DataSet> sets = dataSets(samplesPerSet);
      // Masks that hide nothing leave none, either.
      sets.forEach(set -> set.setFeaturesMaskArray(Nd4j.ones(set.numExamples(), 6)));
      spark.fit(context.parallelize(sets, partitions));
    }
    assertThat(Dl4jNetworks.state(spark.getNetwork()).parameters())
        .containsExactly(local(description, Averaging.PARAMETERS).parameters());
  }

  @Test
  void trainingGoesOnWhereARestoredNetworkStopped() {
    NetworkDescription description = description(UpdaterName.ADAM);
    JavaRDD<DataSet> data = context.parallelize(dataSets(3), 2);
    SparkDl4jMultiLayer first = spark(network(description), master());
    first.fit(data);
    MultiLayerNetwork restored =
        Dl4jNetworks.network(description, Dl4jNetworks.state(first.getNetwork()));
    SparkDl4jMultiLayer second = spark(restored, master());
    second.fit(data);

    assertThat(Dl4jNetworks.state(second.getNetwork()).parameters())
        .containsExactly(local(description, Averaging.PARAMETERS).parameters());
  }

  @Test
  void aConfigurationIsTrainedFromDl4jsOwnInitialisation() {
    MultiLayerConfiguration configuration =
        Dl4jNetworks.configuration(description(UpdaterName.ADAM));
    // Of those that the clock chooses one in forty learns too slowly for this.
    configuration.getConfs().forEach(layer -> layer.setSeed(5));
    SparkDl4jMultiLayer spark = new SparkDl4jMultiLayer(context, configuration, master());
    JavaRDD<DataSet> data = context.parallelize(dataSets(10), 2);
    spark.fit(data);
    double first = spark.getScore();
    for (int epoch = 1; epoch < 8; epoch++) {
      spark.fit(data);
    }

    assertThat(spark.getScore()).isLessThan(first / 2);
    assertThat(spark.evaluate(data).accuracy()).isGreaterThan(0.9);
  }

  @Test
  void listenersSeeTheNetworkAfterEveryAverage() {
    List<Integer> iterations = new ArrayList<>();
    SparkDl4jMultiLayer spark = spark(network(description(UpdaterName.SGD)), master());
    spark.setListeners(
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            assertThat(((MultiLayerNetwork) model).getIterationCount()).isEqualTo(iteration);
            assertThat(model.score()).isPositive();
            iterations.add(iteration);
          }
        });
    spark.fit(context.parallelize(dataSets(1), 2));

    // The largest shard has 68 samples, which are 9 minibatches.
    assertThat(iterations).containsExactly(4, 8, 9);
  }

  @Test
  void shardsStayWithSparkUntilTheyAreDeleted() {
    AveragingTrainingMaster master = master();
    SparkDl4jMultiLayer spark = spark(network(description(UpdaterName.SGD)), master);
    Set<Integer> others = Set.copyOf(context.getPersistentRDDs().keySet());
    JavaRDD<DataSet> data = context.parallelize(dataSets(1), 2);
    spark.fit(data);
    spark.fit(data);
    assertThat(keptBesides(others)).containsExactly("shards");
    assertThat(master.deleteTempFiles(context)).isTrue();
    assertThat(keptBesides(others)).isEmpty();
  }

  private static List<String> keptBesides(Set<Integer> others) {
    return context.getPersistentRDDs().entrySet().stream()
        .filter(rdd -> !others.contains(rdd.getKey()))
        .map(rdd -> rdd.getValue().name())
        .toList();
  }

  @Test
  void unsupportedNetworksAreRefusedBeforeAnyJob() {
    MultiLayerConfiguration configuration =
        Dl4jNetworks.configuration(description(UpdaterName.SGD));
    configuration.getConf(0).setMiniBatch(false);
    SparkDl4jMultiLayer spark = new SparkDl4jMultiLayer(context, configuration, master());
    JavaRDD<DataSet> unreadable =
        context
            .parallelize(List.of(1))
            .map(
                i -> {
                  throw new IllegalStateException("a job has run");
                });
    assertThatThrownBy(() -> spark.fit(unreadable))
        .isInstanceOf(UnsupportedNetworkException.class)
        .hasMessage(
            "Cannot train a DL4J network with this engine: expected miniBatch true, found miniBatch false in layer 0");
  }

  @Test
  void dataThatWouldBeTrainedWronglyAreRefusedByName() {
    DataSet featuresMask = dataSets(2).get(0);
    featuresMask.setFeaturesMaskArray(Nd4j.ones(2, 6).putScalar(1, 5, 0));
    assertRefused(
        featuresMask, "expected no masks but of ones, found a features mask with 0.0 in it");
    DataSet labelsMask = dataSets(2).get(0);
    labelsMask.setLabelsMaskArray(Nd4j.zeros(2, 6));
    assertRefused(labelsMask, "expected no masks but of ones, found a labels mask with 0.0 in it");
    assertRefused(
        new DataSet(Nd4j.zeros(2, 7, 6), Nd4j.zeros(2, 4, 6)),
        "expected one label a sequence, found per-time-step labels [2, 4, 6]");
    assertRefused(
        new DataSet(Nd4j.zeros(2, 6, 7), Nd4j.zeros(2, 4)),
        "expected features [samples, 7 inputs, time steps], found features [2, 6, 7]");
    assertRefused(
        new DataSet(Nd4j.zeros(2, 7, 6), Nd4j.zeros(2, 5)),
        "expected labels [2 samples, 4 classes], found labels [2, 5]");
    assertRefused(
        new DataSet(Nd4j.zeros(2, 7, 6), Nd4j.valueArrayOf(new long[] {2, 4}, 0.25)),
        "expected one-hot labels, found [0.25, 0.25, 0.25, 0.25] at sample 0");
    assertRefused(
        new DataSet(Nd4j.zeros(2, 7, 6), Nd4j.zeros(2, 4)),
        "expected one-hot labels, found [0.0, 0.0, 0.0, 0.0] at sample 0");
  }

  private static void assertRefused(DataSet set, String message) {
    SparkDl4jMultiLayer spark = spark(network(description(UpdaterName.SGD)), master());
    JavaRDD<DataSet> data = context.parallelize(List.of(dataSets(3).get(0), set), 1);
    assertThatThrownBy(() -> spark.fit(data))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot train on data set 1 of partition 0: " + message);
  }

  @Test
  void sequencesOfDifferentLengthsAreRefused() {
    SparkDl4jMultiLayer spark = spark(network(description(UpdaterName.SGD)), master());
    INDArray labels = dataSets(3).get(0).getLabels();
    JavaRDD<DataSet> data =
        context.parallelize(
            List.of(
                new DataSet(Nd4j.zeros(3, 7, 6), labels), new DataSet(Nd4j.zeros(3, 7, 5), labels)),
            1);
    assertThatThrownBy(() -> spark.fit(data))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot train on sequences of different lengths: expected 6 time steps");
  }

  @Test
  void fewerSamplesThanWorkersAreRefused() {
    SparkDl4jMultiLayer spark = spark(network(description(UpdaterName.SGD)), master());
    JavaRDD<DataSet> data = context.parallelize(dataSets(2).subList(0, 1), 3);
    assertThatThrownBy(() -> spark.fit(data))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot divide 2 samples among 3 workers: expected at least one for each");
  }

  @Test
  void aShardThatIsBuiltAgainWithOtherSamplesIsRefused() {
    // Its samples change whenever it is computed; keep() computes it once and then loses it.
    JavaRDD<Parcel<Shard>> changing =
        context
            .parallelize(List.of(0), 1)
            .map(worker -> new Parcel<>(new Shard(worker, new Changing().samples())));
    RddShards shards = RddShards.keep(changing);
    for (JavaRDD<?> kept : context.getPersistentRDDs().values()) {
      context.sc().env().blockManager().master().removeRdd(kept.id(), true);
    }
    assertThatThrownBy(() -> ResultStream.forEach(shards.of(WorkerGroups.of(1, 1)), shard -> {}))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot rebuild the shard of worker 0: expected SHA-256 ");
    shards.close();
  }

  /** Other samples at each call in this JVM. */
  private static final class Changing {
    private static int calls;

    SequenceDataset samples() {
      calls++;
      return SequenceDataset.ofFloats(new float[] {calls}, new int[] {0}, 1, 1, 1);
    }
  }

  @Test
  void theRestOfTheInterfaceIsRefusedByName() {
    AveragingTrainingMaster master = master();
    SparkDl4jMultiLayer spark = spark(network(description(UpdaterName.SGD)), master);
    assertUnsupported(
        () -> spark.fitPaths(context.parallelize(List.of("file:/nowhere"))),
        "training from paths of exported data sets; use fit(JavaRDD<DataSet>)");
    assertUnsupported(
        () -> master.executeTraining((SparkComputationGraph) null, null),
        "ComputationGraph; use MultiLayerNetwork");
    assertUnsupported(
        () -> master.executeTrainingMDS(null, null),
        "ComputationGraph with MultiDataSet; use MultiLayerNetwork with DataSet");
    assertUnsupported(
        () -> master.getWorkerInstance((SparkComputationGraph) null),
        "ComputationGraph; use MultiLayerNetwork");
    assertUnsupported(
        () -> master.getWorkerInstance(spark), "getWorkerInstance; use fit(JavaRDD<DataSet>)");
    assertUnsupported(() -> master.addHook(null), "a TrainingHook; use a TrainingListener");
    assertUnsupported(
        () -> spark.setCollectTrainingStats(true),
        "collectTrainingStats; use Spark's pages, where every round is a job");
    assertUnsupported(
        () -> master.setListeners(new VanillaStatsStorageRouter(), List.of()),
        "a StatsStorageRouter; use listeners without one");
    assertThat(spark.getSparkTrainingStats()).isNull();
    assertThat(master.toJson())
        .isEqualTo(
            "{\"workers\":3,\"averagingFrequency\":4,\"minibatchSize\":8,\"threadsPerWorker\":1,\"seed\":11}");
  }

  private static void assertUnsupported(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("AveragingTrainingMaster does not support " + message);
  }

  @Test
  void averagedGradientsHaveTheLocalEnginesBitsToo() {
    NetworkDescription description = description(UpdaterName.ADAM);
    SparkDl4jMultiLayer spark =
        spark(network(description), builder().averaging("gradients").build());
    JavaRDD<DataSet> data = context.parallelize(dataSets(1), 5);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      spark.fit(data);
    }
    TrainingState expected = local(description, Averaging.GRADIENTS);
    NetworkState found = Dl4jNetworks.state(spark.getNetwork());

    assertThat(found.parameters()).containsExactly(expected.parameters());
    assertThat(found.updaterState()).containsExactly(expected.updaterState());
    assertThatThrownBy(() -> builder().averaging("auto"))
        .hasMessage("averaging is parameters or gradients, found auto");
  }

  private static AveragingTrainingMaster master() {
    return builder().build();
  }

  private static AveragingTrainingMaster.Builder builder() {
    return new AveragingTrainingMaster.Builder(WORKERS)
        .averagingFrequency(FREQUENCY)
        .minibatchSize(MINIBATCH)
        .seed(11);
  }

  private static SparkDl4jMultiLayer spark(
      MultiLayerNetwork network, AveragingTrainingMaster master) {
    return new SparkDl4jMultiLayer(context, network, master);
  }

  private static NetworkDescription description(UpdaterName updater) {
    return new NetworkDescription(
        TOPOLOGY,
        new UpdaterConfiguration(updater, 0.02, 0.9, 0.9, 0.999, 1e-8, 0.01),
        new ScheduleConfiguration(ScheduleName.STEP, 0, 0.9, 5, 0, 0, 0, 0, 0, 1, 0),
        1e-4);
  }

  private static MultiLayerNetwork network(NetworkDescription description) {
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(TOPOLOGY, 42);
    int stateSize = Updater.of(description.updater(), 64).stateSize(parameters.length);
    return Dl4jNetworks.network(
        description, new NetworkState(parameters, new float[stateSize], 0, 0));
  }

  private static List<DataSet> dataSets(int samplesPerSet) {
    List<DataSet> sets = new ArrayList<>();
    for (int from = 0; from < SAMPLES; from += samplesPerSet) {
      int[] samples = IntStream.range(from, Math.min(SAMPLES, from + samplesPerSet)).toArray();
      INDArray batchFirst =
          Nd4j.create(
              DATA.batch(samples, Axes.BATCH_FIRST), new long[] {samples.length, 6, 7}, 'c');
      INDArray labels = Nd4j.zeros(samples.length, 4);
      for (int i = 0; i < samples.length; i++) {
        labels.putScalar(i, DATA.label(samples[i]), 1);
      }
      sets.add(new DataSet(batchFirst.permute(0, 2, 1).dup(), labels));
    }
    return sets;
  }

  /** Sample {@code i} belongs to worker {@code i mod workers}. */
  private record RoundRobin() implements TrainingData {
    private int[] samples(int worker) {
      return IntStream.range(0, SAMPLES).filter(i -> i % WORKERS == worker).toArray();
    }

    @Override
    public int workers() {
      return WORKERS;
    }

    @Override
    public int shardSize(int worker) {
      return samples(worker).length;
    }

    @Override
    public Shard shard(int worker) {
      return new Shard(worker, DATA.subset(samples(worker)));
    }

    @Override
    public int size(Part part) {
      return 0;
    }

    @Override
    public SequenceDataset part(Part part) {
      throw new UnsupportedOperationException("nothing to evaluate");
    }
  }

  private static TrainingState local(NetworkDescription description, Averaging averaging) {
    Updater updater = Updater.of(description.updater(), 64);
    LearningRateSchedule schedule =
        new LearningRateSchedule(
            description.schedule(), description.updater().learningRate(), 1000);
    Recipe recipe =
        new Recipe(TOPOLOGY, MINIBATCH, 1, updater, schedule, 0, 1e-4, 11).averaging(averaging);
    int frequency = averaging == Averaging.GRADIENTS ? 1 : FREQUENCY;
    TrainingData data = new RoundRobin();
    RoundPlan plan = new RoundPlan(data.minibatchesPerEpoch(MINIBATCH), frequency, frequency);
    return new TrainingLoop(
            new TrainingLoop.Options(
                new TrainingLoop.Budget(EPOCHS),
                plan,
                schedule,
                new CheckpointCadence(1, 0, Duration.ZERO, System::nanoTime),
                Optional.empty(),
                () -> false,
                new EarlyStopping(0, 0),
                new MovingAverage(0)),
            new LocalRoundRunner(recipe, Ops.named("portable"), data, StopRequest.NEVER),
            (state, validation) ->
                new CheckpointEntry(URI.create("none:" + state.round()), state.round(), 0),
            List.of())
        .run(
            TrainingState.initial(
                ParameterInitializer.ORTHOGONAL.initialise(TOPOLOGY, 42), updater));
  }
}
