package io.sparkrnn.benchmark;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J by itself: {@code MultiLayerNetwork.fit} on minibatches that are already in memory. */
final class Dl4jTraining {
  private final SequenceDataset data;
  private final int minibatchSize;
  private final MultiLayerNetwork network;

  /** Starts from the parameters that our own training starts from. */
  Dl4jTraining(Workload workload, SequenceDataset data) {
    this.data = data;
    this.minibatchSize = workload.minibatchSize();
    SteadyRecipe recipe = SteadyRecipe.of(workload.topology());
    this.network = Dl4jNetworks.network(recipe.description(), recipe.state());
  }

  private record SteadyRecipe(NetworkDescription description, NetworkState state) {
    static SteadyRecipe of(RnnTopology topology) {
      float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, Workload.SEED);
      return new SteadyRecipe(
          new NetworkDescription(
              topology,
              new UpdaterConfiguration(
                  UpdaterName.ADAM, SteadyIterations.LEARNING_RATE, 0.9, 0.9, 0.999, 1e-8, 0),
              new ScheduleConfiguration(ScheduleName.CONSTANT, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0),
              0),
          new NetworkState(parameters, new float[2 * parameters.length], 0, 0));
    }
  }

  /** An epoch's minibatches, in an order of its own. */
  List<DataSet> minibatches(int epoch) {
    int[] order = MinibatchPlan.order(Workload.SEED, epoch, 0, data.size());
    return IntStream.range(0, (order.length + minibatchSize - 1) / minibatchSize)
        .mapToObj(
            i ->
                dataSet(
                    Arrays.copyOfRange(
                        order, i * minibatchSize, Math.min(order.length, (i + 1) * minibatchSize))))
        .toList();
  }

  private DataSet dataSet(int[] samples) {
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

  void iteration(DataSet minibatch) {
    network.fit(minibatch);
  }

  void epoch(List<DataSet> minibatches) {
    network.fit(new ExistingDataSetIterator(minibatches));
  }

  float[] parameters() {
    return Dl4jNetworks.state(network).parameters();
  }
}
