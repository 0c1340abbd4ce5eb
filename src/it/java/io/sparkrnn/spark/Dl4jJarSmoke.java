package io.sparkrnn.spark;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.dl4j.Dl4jRoundRunner;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Everything that we do with DL4J, once; runs in a JVM of its own on the packaged jars. Reports
 * {@code training master ACCURACY}, {@code stock engine ITERATIONS} and {@code zip EQUAL}.
 */
final class Dl4jJarSmoke {
  private static final SyntheticData DATA = new SyntheticData(2, 203, 6, 7, 4);
  private static final NetworkDescription NETWORK =
      new NetworkDescription(
          new RnnTopology("smoke", Network.elman(6, 7, List.of(9), Activation.TANH, 4)),
          new UpdaterConfiguration(UpdaterName.ADAM, 0.02, 0, 0.9, 0.999, 1e-8, 0),
          new ScheduleConfiguration(ScheduleName.CONSTANT, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0),
          0);

  private Dl4jJarSmoke() {}

  public static void main(String[] arguments) throws IOException {
    try (SparkEngine spark = SparkEngine.start("smoke", "local[2]", 1)) {
      MultiLayerNetwork trained = trainingMaster(spark);
      stockEngine(spark);
      byte[] zip = Dl4jNetworks.zip(NETWORK, Dl4jNetworks.state(trained));
      MultiLayerNetwork restored =
          ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(zip), true);
      boolean equal =
          Arrays.equals(
              Dl4jNetworks.state(trained).parameters(), Dl4jNetworks.state(restored).parameters());
      System.out.println("zip " + equal);
    }
  }

  private static MultiLayerNetwork trainingMaster(SparkEngine spark) {
    SparkDl4jMultiLayer network =
        new SparkDl4jMultiLayer(
            spark.context(),
            Dl4jNetworks.configuration(NETWORK),
            new AveragingTrainingMaster.Builder(2).minibatchSize(8).build());
    JavaRDD<DataSet> data = spark.context().parallelize(dataSets(), 3);
    for (int epoch = 0; epoch < 6; epoch++) {
      network.fit(data);
    }
    System.out.println("training master " + network.evaluate(data).accuracy());
    return network.getNetwork();
  }

  private static void stockEngine(SparkEngine spark) {
    Recipe recipe =
        new Recipe(
            NETWORK.topology(),
            8,
            1,
            Updater.of(NETWORK.updater(), 64),
            new LearningRateSchedule(NETWORK.schedule(), 0.02, 100),
            0,
            0,
            1);
    float[] zeros = new float[NETWORK.topology().network().parameterCount()];
    TrainingState end =
        new Dl4jRoundRunner(
                spark.context(), NETWORK, recipe, DATA, 5, "portable", StopRequest.NEVER)
            .train(TrainingState.initial(zeros, recipe.updater()));
    System.out.println("stock engine " + end.iteration());
  }

  private static List<DataSet> dataSets() {
    SequenceDataset samples = DATA.part(Part.TEST);
    List<DataSet> sets = new ArrayList<>();
    for (int s = 0; s < samples.size(); s++) {
      INDArray features =
          Nd4j.create(
              samples.batch(IntStream.of(s).toArray(), Axes.BATCH_FIRST),
              new long[] {1, 6, 7},
              'c');
      INDArray label = Nd4j.zeros(1, 4).putScalar(0, samples.label(s), 1);
      sets.add(new DataSet(features.permute(0, 2, 1).dup(), label));
    }
    return sets;
  }
}
