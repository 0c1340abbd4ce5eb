package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle computes what PyTorch does. */
class TorchRecordingTest {
  // Values are around 1 and less, in double.
  private static final double TOLERANCE = 1e-12;

  static Stream<String> minibatches() {
    return TorchRecording.MINIBATCHES.stream();
  }

  static Stream<String> trainings() {
    return TorchRecording.TRAININGS.stream();
  }

  @ParameterizedTest
  @MethodSource("minibatches")
  void theOracleComesToTheSameOutputsLossGradientAndStates(String name) {
    TorchRecording torch = TorchRecording.load(name);
    DoubleNetwork oracle = new DoubleNetwork(torch.network(), torch.parameters());
    if (torch.initialStates() != null) {
      oracle = oracle.startingAt(torch.initialStates());
    }
    DoubleNetwork.Result result = oracle.run(torch, torch.all());
    assertThat(result.loss()).isCloseTo(torch.loss(), within(TOLERANCE));
    requireClose(result.gradient(), torch.gradient());
    for (int s : torch.all()) {
      assertThat(result.outputs()[s].length).isEqualTo(torch.outputs()[s].length);
      for (int reading = 0; reading < torch.outputs()[s].length; reading++) {
        requireClose(result.outputs()[s][reading], torch.outputs()[s][reading]);
      }
      if (torch.states() != null) {
        requireClose(result.states()[s], torch.states()[s]);
      }
    }
  }

  private static void requireClose(double[] values, double[] expected) {
    assertThat(values).containsExactly(expected, within(TOLERANCE));
  }

  /** PyTorch's are in float. */
  @ParameterizedTest
  @MethodSource("trainings")
  void theOracleTrainedByAdamComesToTheSameLosses(String name) {
    TorchRecording torch = TorchRecording.load(name);
    float[] initial = torch.parameters();
    double[] parameters = IntStream.range(0, initial.length).mapToDouble(i -> initial[i]).toArray();
    double[] mean = new double[parameters.length];
    double[] square = new double[parameters.length];
    for (int iteration = 0; iteration < torch.losses().length; iteration++) {
      DoubleNetwork.Result result =
          new DoubleNetwork(torch.network(), parameters).run(torch, torch.order()[iteration]);
      assertThat(result.loss())
          .as("iteration %d", iteration)
          .isCloseTo(torch.losses()[iteration], within(1e-5));
      adam(parameters, result.gradient(), mean, square, iteration + 1);
    }
    assertThat(torch.losses()).hasSize(50);
  }

  /** A step of Kingma and Ba's with their defaults, which are PyTorch's. */
  private static void adam(
      double[] parameters, double[] gradient, double[] mean, double[] square, int step) {
    for (int i = 0; i < parameters.length; i++) {
      mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
      square[i] = 0.999 * square[i] + 0.001 * gradient[i] * gradient[i];
      double first = mean[i] / (1 - Math.pow(0.9, step));
      double second = square[i] / (1 - Math.pow(0.999, step));
      parameters[i] -= 1e-3 * first / (Math.sqrt(second) + 1e-8);
    }
  }
}
