package io.sparkrnn.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.kernel.Workspace;
import io.sparkrnn.model.RnnTopology;
import java.util.Arrays;
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

  private final RnnKernels kernels = RnnKernels.named("portable");

  static Stream<RnnTopology> topologies() {
    return Stream.of(
        OracleData.topology(Activation.TANH, 11),
        OracleData.topology(Activation.RELU, 11),
        OracleData.topology(Activation.TANH, 9, 6),
        OracleData.topology(Activation.RELU, 9, 6),
        OracleData.topology(Activation.TANH, 4, 8, 5),
        new RnnTopology("row-rnn-150", new NetworkShape(28, 28, List.of(150), Activation.TANH, 10)),
        new RnnTopology(
            "row-rnn-100x2", new NetworkShape(28, 28, List.of(100, 100), Activation.TANH, 10)));
  }

  @ParameterizedTest
  @MethodSource("topologies")
  void activationsOfEveryLayerAndTimeStepAreDl4js(RnnTopology topology) {
    NetworkShape shape = topology.shape();
    SequenceDataset data = OracleData.sequences(shape, SAMPLES);
    Workspace workspace = forward(topology, data);
    MultiLayerNetwork network = network(topology);
    INDArray features = OracleData.dataSet(data, OracleData.range(0, SAMPLES)).getFeatures();

    for (int t = 0; t < shape.timeSteps(); t++) {
      // The top layer shows its last step only, so a shorter sequence shows an earlier one.
      INDArray upToNow =
          features
              .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, t + 1))
              .dup();
      List<INDArray> activations = network.feedForward(upToNow, false);
      for (int l = 0; l < shape.layers(); l++) {
        INDArray hidden = activations.get(l + 1);
        for (int unit = 0; unit < shape.units(l); unit++) {
          for (int s = 0; s < SAMPLES; s++) {
            double expected =
                l == shape.layers() - 1 ? hidden.getDouble(s, unit) : hidden.getDouble(s, unit, t);
            int at = (t * shape.units(l) + unit) * workspace.paddedSamples() + s;
            assertThat((double) workspace.hidden(l)[at])
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
    NetworkShape shape = topology.shape();
    SequenceDataset data = OracleData.sequences(shape, SAMPLES);
    Workspace workspace = forward(topology, data);
    kernels.outputDeltas(workspace, 0, workspace.paddedSamples());
    DataSet minibatch = OracleData.dataSet(data, OracleData.range(0, SAMPLES));
    MultiLayerNetwork network = network(topology);
    INDArray output = network.output(minibatch.getFeatures());
    INDArray losses = network.scoreExamples(minibatch, false);

    for (int s = 0; s < SAMPLES; s++) {
      assertThat(workspace.losses()[s])
          .isCloseTo(losses.getDouble(s), within(TOLERANCE * (1 + losses.getDouble(s))));
      double normaliser = 0;
      for (int c = 0; c < shape.classes(); c++) {
        normaliser += Math.exp(workspace.logits()[c * workspace.paddedSamples() + s]);
      }
      for (int c = 0; c < shape.classes(); c++) {
        double probability =
            Math.exp(workspace.logits()[c * workspace.paddedSamples() + s]) / normaliser;
        assertThat(probability).isCloseTo(output.getDouble(s, c), within(TOLERANCE));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("topologies")
  void gradientsAreDl4js(RnnTopology topology) {
    NetworkShape shape = topology.shape();
    SequenceDataset data = OracleData.sequences(shape, SAMPLES);
    Workspace workspace = forward(topology, data);
    kernels.outputDeltas(workspace, 0, workspace.paddedSamples());
    kernels.backward(OracleData.parameters(topology), workspace, 0, workspace.paddedSamples());
    float[] gradient = new float[shape.parameterCount()];
    kernels.gradient(workspace, gradient, 0, shape.gradientRows());

    MultiLayerNetwork network = network(topology);
    DataSet minibatch = OracleData.dataSet(data, OracleData.range(0, SAMPLES));
    network.setInput(minibatch.getFeatures());
    network.setLabels(minibatch.getLabels());
    network.computeGradientAndScore();
    // DL4J divides by the size of the minibatch only when it updates.
    float[] expected = network.getFlattenedGradients().div(SAMPLES).dup().data().asFloat();

    double largest = 0;
    for (int i = 0; i < gradient.length; i++) {
      assertThat((double) gradient[i])
          .as("gradient of parameter %d", i)
          .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, Math.abs(expected[i]))));
      largest = Math.max(largest, Math.abs(gradient[i]));
    }
    assertThat(largest).as("a gradient to compare at all").isGreaterThan(1e-3);
  }

  private Workspace forward(RnnTopology topology, SequenceDataset data) {
    Workspace workspace = new Workspace(topology.shape(), SAMPLES);
    workspace.begin(SAMPLES);
    int[] samples = OracleData.range(0, SAMPLES);
    data.layOut(samples, 0, SAMPLES, workspace.input(), workspace.paddedSamples());
    Arrays.setAll(workspace.labels(), data::label);
    kernels.forward(OracleData.parameters(topology), workspace, 0, workspace.paddedSamples());
    return workspace;
  }

  private static MultiLayerNetwork network(RnnTopology topology) {
    NetworkDescription description =
        new NetworkDescription(
            topology, OracleData.updater(UpdaterName.SGD), OracleData.CONSTANT, 0);
    return Dl4jNetworks.network(description, OracleData.initialState(description));
  }
}
