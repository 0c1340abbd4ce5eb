package io.sparkrnn.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;

/** Our Xavier initialisation and DL4J's: other numbers of the same distribution. */
class InitialisationAgainstDl4jIT {
  private static final int NETWORKS = 20;

  @Test
  void everyBlockHasDl4jsMoments() {
    RnnTopology topology = ModelZoo.find("row-rnn-100x2").orElseThrow();
    NetworkDescription description =
        new NetworkDescription(
            topology, OracleData.updater(UpdaterName.SGD), OracleData.CONSTANT, 0);
    float[][] ours = new float[NETWORKS][];
    float[][] theirs = new float[NETWORKS][];
    for (int n = 0; n < NETWORKS; n++) {
      ours[n] = ParameterInitializer.XAVIER.initialise(topology, n);
      MultiLayerNetwork network = new MultiLayerNetwork(Dl4jNetworks.configuration(description));
      network.init();
      theirs[n] = network.params().toFloatVector();
    }
    for (ParameterBlock block : topology.parameters()) {
      Moments our = moments(ours, block);
      Moments their = moments(theirs, block);
      if (block.kind().isBias()) {
        assertThat(our).as(block.name()).isEqualTo(their);
      } else {
        // Five standard errors of a difference of two estimates from so many draws.
        double draws = (double) NETWORKS * block.count();
        double deviation = Math.sqrt(their.variance());
        assertThat(our.mean())
            .as("mean of %s", block.name())
            .isCloseTo(their.mean(), within(5 * deviation * Math.sqrt(2 / draws)));
        assertThat(our.variance() / their.variance())
            .as("variance of %s", block.name())
            .isCloseTo(1, within(5 * Math.sqrt(4 / draws)));
        assertThat(our.kurtosis() / their.kurtosis())
            .as("kurtosis of %s", block.name())
            .isCloseTo(1, within(5 * Math.sqrt(48 / draws) / 3));
      }
    }
  }

  private record Moments(double mean, double variance, double kurtosis) {}

  private static Moments moments(float[][] networks, ParameterBlock block) {
    double count = (double) networks.length * block.count();
    double sum = 0;
    for (float[] parameters : networks) {
      for (int i = block.offset(); i < block.end(); i++) {
        sum += parameters[i];
      }
    }
    double mean = sum / count;
    double second = 0;
    double fourth = 0;
    for (float[] parameters : networks) {
      for (int i = block.offset(); i < block.end(); i++) {
        double square = (parameters[i] - mean) * (parameters[i] - mean);
        second += square;
        fourth += square * square;
      }
    }
    double variance = second / count;
    return new Moments(mean, variance, variance == 0 ? 0 : fourth / count / variance / variance);
  }
}
