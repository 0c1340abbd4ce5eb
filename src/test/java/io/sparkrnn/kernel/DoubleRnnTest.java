package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle's gradients are those of its loss: central differences in double. */
class DoubleRnnTest {
  private static final double STEP = 1e-5;
  // The truncation error of a central difference is of the order of STEP squared.
  private static final double TOLERANCE = 1e-8;
  private static final int CHECKED_PARAMETERS = 200;

  static Stream<Arguments> networks() {
    List<RnnTopology> topologies = new ArrayList<>(ModelZoo.models());
    topologies.add(ModelZoo.models().get(3).withHidden(List.of(6, 4, 5)).withData(5, 3, 3));
    return topologies.stream()
        .map(
            topology ->
                topology.trainable()
                    ? topology
                    : topology.withData(
                        topology.network().timeSteps(), topology.network().inputSize(), 3))
        .flatMap(
            topology ->
                Stream.of(Activation.values())
                    .map(
                        activation ->
                            Arguments.of(
                                topology.name(), topology.withActivation(activation).network())));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("networks")
  void gradientsAreTheSlopesOfTheLoss(String name, Network shape) {
    Minibatch minibatch = Minibatch.random(shape, 3, 12);
    List<double[][]> samples = minibatch.samplesInDouble();
    int[] labels = minibatch.labels();
    int count = shape.parameterCount();
    double[] parameters = new double[count];
    for (int i = 0; i < count; i++) {
      parameters[i] = minibatch.parameters()[i];
    }
    double[] gradient = new DoubleRnn(shape, parameters).gradient(samples, labels);

    Random random = new Random(3);
    for (int i : picked(count, random)) {
      double[] direction = new double[count];
      direction[i] = 1;
      assertThat(gradient[i])
          .as("parameter %d of %s", i, name)
          .isCloseTo(slope(shape, parameters, direction, samples, labels), within(TOLERANCE));
    }

    // Directions in which all parameters move at once leave none unchecked.
    for (int attempt = 0; attempt < 5; attempt++) {
      double[] direction = new double[count];
      double expected = 0;
      for (int i = 0; i < count; i++) {
        direction[i] = random.nextGaussian() / Math.sqrt(count);
        expected += gradient[i] * direction[i];
      }
      assertThat(expected)
          .isCloseTo(slope(shape, parameters, direction, samples, labels), within(TOLERANCE));
    }
  }

  private static double slope(
      Network shape,
      double[] parameters,
      double[] direction,
      List<double[][]> samples,
      int[] labels) {
    double[] above = parameters.clone();
    double[] below = parameters.clone();
    for (int i = 0; i < parameters.length; i++) {
      above[i] += STEP * direction[i];
      below[i] -= STEP * direction[i];
    }
    return (new DoubleRnn(shape, above).meanLoss(samples, labels)
            - new DoubleRnn(shape, below).meanLoss(samples, labels))
        / (2 * STEP);
  }

  /** All parameters of small networks; of large ones a sample, the last ones included. */
  private static int[] picked(int count, Random random) {
    if (count <= CHECKED_PARAMETERS) {
      return IntStream.range(0, count).toArray();
    }
    return IntStream.concat(
            random.ints(CHECKED_PARAMETERS, 0, count), IntStream.range(count - 12, count))
        .toArray();
  }
}
