package io.sparkrnn.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.export.Dl4jZipDecoder.Normalizer;
import io.sparkrnn.kernel.GeneralMinibatch;
import io.sparkrnn.kernel.GeneralMinibatch.Sample;
import io.sparkrnn.kernel.GeneralMinibatch.Varied;
import io.sparkrnn.kernel.GeneralNetworks;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.updater.Rules;
import io.sparkrnn.train.updater.Updater;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's outputs from our zips are ours, for sequences of unequal lengths; and zips come back. */
class Dl4jZipIT {
  private static final int SAMPLES = 7;

  static List<Network> networks() {
    List<Network> networks = new ArrayList<>();
    List<Loss> losses = List.of(Loss.softmax(), new Loss.Squared(), new Loss.Sigmoid());
    for (String cell : List.of("elman-tanh", "elman-relu", "lstm")) {
      for (Direction direction : List.of(Direction.FORWARD, Direction.BOTH)) {
        for (Reads reads : List.of(Reads.LAST, Reads.EVERY)) {
          for (Loss loss : losses) {
            networks.add(GeneralNetworks.of(cell, direction, reads, loss, 0, new Input(9, 3)));
          }
        }
      }
    }
    return networks;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void dl4jComesToOurOutputs(Network network) throws Exception {
    GeneralMinibatch minibatch =
        heedsMasks(network)
            ? GeneralMinibatch.random(network, SAMPLES, 3, Varied.LENGTHS)
            : GeneralMinibatch.random(network, SAMPLES, 3);
    ModelFile model =
        Dl4jZip.withOneBias(
            new ModelFile(new RnnTopology("dl4j", network), minibatch.parameters(), Map.of()));
    byte[] zip = zip(model);
    ModelFile read = Dl4jZipDecoder.decode(zip, "x.zip", 9, Normalizer.REFUSED);
    assertThat(read.topology()).isEqualTo(model.topology());
    assertThat(read.parameters()).containsExactly(model.parameters());

    MultiLayerNetwork dl4j =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(zip), false);
    INDArray features = Nd4j.zeros(SAMPLES, 3, 9);
    INDArray mask = Nd4j.zeros(SAMPLES, 9);
    for (int s = 0; s < SAMPLES; s++) {
      Sample sample = minibatch.samples().get(s);
      for (int t = 0; t < sample.length(); t++) {
        mask.putScalar(s, t, 1);
        for (int i = 0; i < 3; i++) {
          features.putScalar(s, i, t, sample.dense()[t][i]);
        }
      }
    }
    INDArray theirs = dl4j.output(features, false, mask, null);
    assertSame(network, OnnxOutputs.ours(minibatch), theirs);
  }

  /**
   * In a backward direction DL4J's LSTM gives masked sequences other outputs than the same ones
   * without what is masked.
   */
  private static boolean heedsMasks(Network network) {
    Network.Layer layer = network.layers().get(0);
    return !layer.cell().equals("lstm") || layer.direction() == Direction.FORWARD;
  }

  private static byte[] zip(ModelFile model) {
    RunConfiguration decided = new Rules(ConfigurationLoader.defaults()).decided();
    Updater updater = Updater.of(decided.updater(), decided.samplesOfStep());
    NetworkDescription description = NetworkDescription.of(model.topology(), decided);
    float[] state =
        description.updaterState(new float[updater.stateSize(model.parameters().length)]);
    return Dl4jNetworks.zip(description, new NetworkState(model.parameters(), state, 0, 0));
  }

  private static void assertSame(Network network, float[] ours, INDArray theirs) {
    int outputs = network.classes();
    int steps = OnnxOutputs.steps(network);
    double largest = 0;
    for (int i = 0; i < ours.length; i++) {
      if (Float.isNaN(ours[i])) {
        continue;
      }
      double expected = ours[i];
      if (network.head().loss().ofClasses()) {
        double sum = 0;
        for (int c = 0; c < outputs; c++) {
          sum += Math.exp(ours[i / outputs * outputs + c]);
        }
        expected = Math.exp(ours[i]) / sum;
      } else if (network.head().loss() instanceof Loss.Sigmoid) {
        expected = 1 / (1 + Math.exp(-ours[i]));
      }
      int sample = i / outputs / steps;
      double found =
          steps == 1
              ? theirs.getDouble(sample, i % outputs)
              : theirs.getDouble(sample, i % outputs, i / outputs % steps);
      largest = Math.max(largest, Math.abs(found - expected) / Math.max(1, Math.abs(expected)));
    }
    System.out.printf(
        "%s %s: DL4J differs by %.2g%n",
        network.layers().get(0).cell(), network.layers().get(0).direction(), largest);
    assertThat(largest).isLessThan(1e-5);
  }
}
