package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.kernel.GeneralMinibatch.Varied;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle's gradients are those of its loss: central differences in double. */
class DoubleNetworkTest {
  private static final double STEP = 1e-5;
  // The truncation error of a central difference is of the order of STEP squared.
  private static final double TOLERANCE = 1e-8;

  private static final int TIME_STEPS = 3;
  private static final Input DENSE = new Input(TIME_STEPS, 2);
  private static final Head LAST = new Head(Loss.softmax(), 3, Reads.LAST);

  static Stream<Network> networks() {
    List<Network> networks = new ArrayList<>();
    for (String cell : List.of("elman-tanh", "elman-relu", "lstm", "gru")) {
      for (Direction direction : Direction.values()) {
        networks.add(new Network(DENSE, layers(cell, direction, Biases.TWO), LAST));
      }
    }
    for (String cell : List.of("elman-tanh", "lstm")) {
      networks.add(new Network(DENSE, layers(cell, Direction.FORWARD, Biases.ONE), LAST));
    }
    List<Layer> bothWays = layers("gru", Direction.BOTH, Biases.TWO);
    for (Reads reads : Reads.values()) {
      networks.add(new Network(DENSE, bothWays, new Head(Loss.softmax(), 3, reads)));
    }
    for (Loss loss : losses()) {
      networks.add(new Network(DENSE, bothWays, new Head(loss, 4, Reads.EVERY)));
    }
    List<Embedding> channels = List.of(new Embedding(5, 3, 4), new Embedding(2, 1, Embedding.NONE));
    for (Join join : Join.values()) {
      networks.add(new Network(new Input(TIME_STEPS, 2, channels, 2, join), bothWays, LAST));
    }
    networks.add(
        new Network(
            new Input(TIME_STEPS, 0, channels, 0, Join.EVERY_STEP),
            bothWays,
            new Head(Loss.softmax(), 3, Reads.MAX)));
    return networks.stream();
  }

  private static List<Loss> losses() {
    return List.of(
        new Loss.Softmax(0.1, List.of()),
        new Loss.Softmax(0.2, List.of(0.5f, 2f, 0f, 1f)),
        new Loss.Sigmoid(),
        new Loss.Squared(),
        new Loss.Absolute(),
        new Loss.Huber(0.7),
        new Loss.Quantile(List.of(0.1, 0.6)),
        new Loss.Poisson());
  }

  private static List<Layer> layers(String cell, Direction direction, Biases biases) {
    return List.of(
        new Layer(cell, 2, direction, 0, biases), new Layer(cell, 2, direction, 0, biases));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gradientsAreTheSlopesOfTheLoss(Network network) {
    GeneralMinibatch minibatch =
        GeneralMinibatch.random(network, 4, 7, Varied.LENGTHS, Varied.WEIGHTS);
    double[] parameters = widened(minibatch.parameters());
    requireSlopes(parameters, new Run(network, minibatch, values -> values));
  }

  @Test
  void gradientsPassDropoutAndInitialStates() {
    Network network = new Network(DENSE, layers("lstm", Direction.FORWARD, Biases.ONE), LAST);
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, 3, 8, Varied.LENGTHS);
    SplittableRandom random = new SplittableRandom(9);
    double[][] states = new double[3][];
    for (int s = 0; s < 3; s++) {
      states[s] = random.doubles(network.stateSize(), -1, 1).toArray();
    }
    requireSlopes(
        widened(minibatch.parameters()),
        new Run(
            network,
            minibatch,
            oracle ->
                oracle
                    .startingAt(states)
                    .with((s, l, way, t, unit) -> (s + l + t + unit) % 3 == 0 ? 0 : 1.5)));
  }

  /** A function of the parameters. */
  private record Run(
      Network network, GeneralMinibatch minibatch, UnaryOperator<DoubleNetwork> changed) {
    DoubleNetwork.Result of(double[] parameters) {
      return changed.apply(new DoubleNetwork(network, parameters)).run(minibatch, minibatch.all());
    }
  }

  private static void requireSlopes(double[] parameters, Run run) {
    double[] gradient = run.of(parameters).gradient();
    for (ParameterBlock block : run.network().layout().blocks()) {
      for (int i = block.offset(); i < block.end(); i++) {
        double expected = isPadding(run.network(), block, i) ? 0 : slope(parameters, i, run);
        assertThat(gradient[i])
            .as("%s, %d", block.name(), i)
            .isCloseTo(expected, within(TOLERANCE));
      }
    }
    assertThat(Arrays.stream(gradient).filter(g -> g != 0).count())
        .isGreaterThan(parameters.length / 2);
  }

  private static boolean isPadding(Network network, ParameterBlock block, int parameter) {
    return block.kind() == Kind.EMBEDDING
        && (parameter - block.offset()) / block.rows()
            == network.input().categorical().get(block.layer()).padding();
  }

  private static double slope(double[] parameters, int i, Run run) {
    double[] above = parameters.clone();
    double[] below = parameters.clone();
    above[i] += STEP;
    below[i] -= STEP;
    return (run.of(above).loss() - run.of(below).loss()) / (2 * STEP);
  }

  @Test
  void aStateCarriesASequenceOn() {
    for (String cell : List.of("elman-tanh", "lstm", "gru")) {
      Network whole =
          new Network(
              DENSE,
              layers(cell, Direction.FORWARD, Biases.TWO),
              new Head(Loss.softmax(), 3, Reads.EVERY));
      GeneralMinibatch minibatch = GeneralMinibatch.random(whole, 1, 10);
      DoubleNetwork oracle = new DoubleNetwork(whole, minibatch.parameters());
      DoubleNetwork.Result expected = oracle.run(minibatch, 0);

      DoubleNetwork.Result first = oracle.run(new Cut(minibatch, 0, 2), 0);
      DoubleNetwork.Result second =
          oracle.startingAt(first.states()).run(new Cut(minibatch, 2, TIME_STEPS), 0);
      assertThat(second.outputs()[0][0]).containsExactly(expected.outputs()[0][2]);
      assertThat(second.states()[0]).containsExactly(expected.states()[0]);
    }
  }

  /** Some time steps of all samples. */
  private record Cut(GeneralMinibatch whole, int from, int to) implements MinibatchSource {
    @Override
    public void layOut(
        int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
      for (int s = 0; s < count; s++) {
        float[][] dense = whole.samples().get(samples[first + s]).dense();
        for (int t = from; t < to; t++) {
          for (int i = 0; i < dense[t].length; i++) {
            target[at + (t - from) * stepStride + i * width + s] = dense[t][i];
          }
        }
      }
    }

    @Override
    public int length(int sample) {
      return to - from;
    }

    @Override
    public int label(int sample, int step) {
      return whole.label(sample, from + step);
    }
  }

  @Test
  void readsEqualStatesByTheFirst() {
    Tape tape = new Tape();
    Tape.Vector first = tape.vector(1, 2);
    Tape.Vector second = tape.vector(1, 3);
    tape.backward(first.max(second).sum());
    assertThat(first.gradient).containsExactly(1, 0);
    assertThat(second.gradient).containsExactly(0, 1);
  }

  @Test
  void aSampleIsTheSameAloneAndBesideOthers() {
    Network network = new Network(DENSE, layers("lstm", Direction.BOTH, Biases.ONE), LAST);
    GeneralMinibatch all = GeneralMinibatch.random(network, 6, 11, Varied.LENGTHS);
    DoubleNetwork oracle = new DoubleNetwork(network, all.parameters());
    double[][][] outputs = oracle.run(all, all.all()).outputs();
    GeneralMinibatch some = all.subset(4, 1);
    assertThat(oracle.run(some, some.all()).outputs())
        .isDeepEqualTo(new double[][][] {outputs[4], outputs[1]});
    assertThat(GeneralMinibatch.random(network, 2, 11, Varied.LENGTHS).samples().get(1))
        .usingRecursiveComparison()
        .isEqualTo(all.samples().get(1));
  }

  private static double[] widened(float[] values) {
    double[] widened = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      widened[i] = values[i];
    }
    return widened;
  }
}
