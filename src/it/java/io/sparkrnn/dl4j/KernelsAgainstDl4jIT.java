package io.sparkrnn.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.TrainingPass;
import io.sparkrnn.model.RnnTopology;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Our kernels and DL4J's SimpleRnn on the same parameters and minibatch. */
class KernelsAgainstDl4jIT {
  private static final double TOLERANCE = 1e-5;
  private static final int SAMPLES = 19;

  private final Ops ops = Ops.named("portable");

  static Stream<RnnTopology> topologies() {
    return Stream.of(
        OracleData.topology(Activation.TANH, 11),
        OracleData.topology(Activation.RELU, 11),
        OracleData.topology(Activation.TANH, 9, 6),
        OracleData.topology(Activation.RELU, 9, 6),
        OracleData.topology(Activation.TANH, 4, 8, 5),
        new RnnTopology("row-rnn-150", Network.elman(28, 28, List.of(150), Activation.TANH, 10)),
        new RnnTopology(
            "row-rnn-100x2", Network.elman(28, 28, List.of(100, 100), Activation.TANH, 10)));
  }

  @ParameterizedTest
  @MethodSource("topologies")
  void activationsOfEveryLayerAndTimeStepAreDl4js(RnnTopology topology) {
    Network network = topology.network();
    SequenceDataset data = OracleData.sequences(network, SAMPLES);
    InferencePass states =
        InferencePass.keepingStates(network, ops, OracleData.parameters(topology), SAMPLES);
    states.run(OracleData.minibatch(data), SAMPLES);
    MultiLayerNetwork dl4j = network(topology);
    INDArray features = OracleData.dataSet(data, OracleData.range(0, SAMPLES)).getFeatures();

    for (int t = 0; t < network.timeSteps(); t++) {
      // The top layer shows its last step only, so a shorter sequence shows an earlier one.
      INDArray upToNow =
          features
              .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, t + 1))
              .dup();
      List<INDArray> activations = dl4j.feedForward(upToNow, false);
      for (int l = 0; l < network.layers().size(); l++) {
        INDArray hidden = activations.get(l + 1);
        for (int unit = 0; unit < network.units(l); unit++) {
          for (int s = 0; s < SAMPLES; s++) {
            double expected =
                l == network.layers().size() - 1
                    ? hidden.getDouble(s, unit)
                    : hidden.getDouble(s, unit, t);
            assertThat((double) states.hidden(l, t, unit, s))
                .as("layer %d, time step %d, unit %d, sample %d", l, t, unit, s)
                .isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("topologies")
  void probabilitiesAndLossesAreDl4js(RnnTopology topology) {
    Network network = topology.network();
    SequenceDataset data = OracleData.sequences(network, SAMPLES);
    TrainingPass pass = run(topology, data);
    DataSet minibatch = OracleData.dataSet(data, OracleData.range(0, SAMPLES));
    MultiLayerNetwork dl4j = network(topology);
    INDArray output = dl4j.output(minibatch.getFeatures());
    InferencePass outputs =
        new InferencePass(network, ops, OracleData.parameters(topology), SAMPLES);
    outputs.run(OracleData.minibatch(data), SAMPLES);
    INDArray losses = dl4j.scoreExamples(minibatch, false);

    for (int s = 0; s < SAMPLES; s++) {
      assertThat(pass.loss(s))
          .isCloseTo(losses.getDouble(s), within(TOLERANCE * (1 + losses.getDouble(s))));
      double normaliser = 0;
      for (int c = 0; c < network.classes(); c++) {
        normaliser += Math.exp(outputs.logit(s, c));
      }
      for (int c = 0; c < network.classes(); c++) {
        double probability = Math.exp(outputs.logit(s, c)) / normaliser;
        assertThat(probability).isCloseTo(output.getDouble(s, c), within(TOLERANCE));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("topologies")
  void gradientsAreDl4js(RnnTopology topology) {
    Network network = topology.network();
    SequenceDataset data = OracleData.sequences(network, SAMPLES);
    TrainingPass pass = run(topology, data);
    float[] gradient = new float[network.parameterCount()];
    pass.gradient(gradient);

    MultiLayerNetwork dl4j = network(topology);
    DataSet minibatch = OracleData.dataSet(data, OracleData.range(0, SAMPLES));
    dl4j.setInput(minibatch.getFeatures());
    dl4j.setLabels(minibatch.getLabels());
    dl4j.computeGradientAndScore();
    // DL4J divides by the size of the minibatch only when it updates.
    float[] expected = dl4j.getFlattenedGradients().div(SAMPLES).dup().data().asFloat();

    double largest = 0;
    for (int i = 0; i < gradient.length; i++) {
      assertThat((double) gradient[i])
          .as("gradient of parameter %d", i)
          .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, Math.abs(expected[i]))));
      largest = Math.max(largest, Math.abs(gradient[i]));
    }
    assertThat(largest).as("a gradient to compare at all").isGreaterThan(1e-3);
  }

  private TrainingPass run(RnnTopology topology, SequenceDataset data) {
    TrainingPass pass = new TrainingPass(topology.network(), ops, SAMPLES, 1);
    pass.begin(OracleData.parameters(topology), OracleData.minibatch(data), SAMPLES);
    pass.run(0);
    return pass;
  }

  private static MultiLayerNetwork network(RnnTopology topology) {
    NetworkDescription description =
        new NetworkDescription(
            topology, OracleData.updater(UpdaterName.SGD), OracleData.CONSTANT, 0);
    return Dl4jNetworks.network(description, OracleData.initialState(description));
  }
}
