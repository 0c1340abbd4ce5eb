package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of the kernels must satisfy: a subclass for each. */
abstract class RecurrentPassTest {
  // Against the oracle in double. Outputs and losses: absolute below one, else relative; gradients
  // relative to their largest element.
  private static final double OUTPUT_TOLERANCE = 3e-6;
  private static final double LOSS_TOLERANCE = 1e-5;
  private static final double GRADIENT_TOLERANCE = 1e-5;

  private final Ops ops;

  RecurrentPassTest(Ops ops) {
    this.ops = ops;
  }

  static List<Network> networks(Activation activation) {
    List<Network> networks = new ArrayList<>();
    List<List<Integer>> hidden = new ArrayList<>();
    for (int units : new int[] {1, 5, 31}) {
      for (int layers = 1; layers <= 3; layers++) {
        hidden.add(Collections.nCopies(layers, units));
      }
    }
    hidden.add(List.of(31, 5));
    hidden.add(List.of(4, 17, 8));
    // Whole panels of rows and of columns.
    hidden.add(List.of(12));
    hidden.add(List.of(32, 16));
    for (List<Integer> units : hidden) {
      for (int timeSteps : new int[] {1, 6}) {
        for (int inputs : new int[] {1, 15, 32}) {
          int classes = networks.size() % 2 == 0 ? 2 : 12;
          networks.add(Network.elman(timeSteps, inputs, units, activation, classes));
        }
      }
    }
    return networks;
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheOracleInDouble(Activation activation) {
    long seed = 0;
    for (Network network : networks(activation)) {
      for (int batch : new int[] {3, 17, 40}) {
        assertAgreesWithOracle(Minibatch.random(network, batch, seed++));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheOracleOnTheImageNetworks(Activation activation) {
    for (List<Integer> hidden : List.of(List.of(150), List.of(100, 100))) {
      assertAgreesWithOracle(Minibatch.random(Network.elman(28, 28, hidden, activation, 10), 5, 4));
    }
  }

  private void assertAgreesWithOracle(Minibatch minibatch) {
    Network network = minibatch.network();
    Iteration found = Iteration.of(ops, minibatch);
    DoubleNetwork oracle = new DoubleNetwork(network, minibatch.parameters());
    int n = minibatch.size();

    double outputError = 0;
    double lossError = 0;
    double[] expected = new double[network.parameterCount()];
    for (int s = 0; s < n; s++) {
      DoubleNetwork.Result ofSample = oracle.run(minibatch, s);
      for (int c = 0; c < network.classes(); c++) {
        outputError = worst(outputError, ofSample.outputs()[0][0][c], found.logits()[s][c]);
      }
      lossError = worst(lossError, ofSample.loss(), found.losses()[s]);
      for (int i = 0; i < expected.length; i++) {
        expected[i] += ofSample.gradient()[i] / n;
      }
    }
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    double gradientError = 0;
    for (int i = 0; i < expected.length; i++) {
      gradientError = worst(gradientError, expected[i], found.gradient()[i], largest);
    }
    String what = network + ", minibatch of " + n;
    assertThat(outputError).as("logits, %s", what).isLessThan(OUTPUT_TOLERANCE);
    assertThat(lossError).as("losses, %s", what).isLessThan(LOSS_TOLERANCE);
    assertThat(gradientError).as("gradient, %s", what).isLessThan(GRADIENT_TOLERANCE);
  }

  private static double worst(double soFar, double expected, double found) {
    return worst(soFar, expected, found, Math.max(1, Math.abs(expected)));
  }

  /** The larger error, in units of a scale; NaN counts as infinite. */
  private static double worst(double soFar, double expected, double found, double scale) {
    double error = Math.abs(expected - found) / scale;
    return Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(soFar, error);
  }

  @ParameterizedTest
  @EnumSource
  void hasTheBitsOfTheScalarDefinition(Activation activation) {
    for (Network network : networks(activation)) {
      for (int batch : new int[] {1, 17}) {
        assertBits(Minibatch.random(network, batch, batch));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {31, 32, 64, 65, 100, 161})
  void hasTheBitsOfTheScalarDefinitionForManyGroups(int batch) {
    for (Activation activation : Activation.values()) {
      assertBits(
          Minibatch.random(Network.elman(5, 6, List.of(13, 7), activation, 10), batch, batch));
    }
  }

  /** More than one pass of a product's depth, and panels of 16 and 32 columns. */
  @ParameterizedTest
  @ValueSource(ints = {16, 20})
  void hasTheBitsOfTheScalarDefinitionInPasses(int batch) {
    Network network = Network.elman(19, 250, List.of(270, 44), Activation.TANH, 300);
    assertBits(Minibatch.random(network, batch, 5));
  }

  private void assertBits(Minibatch minibatch) {
    assertBits(minibatch, Iteration.of(ops, minibatch));
  }

  private static void assertBits(Minibatch minibatch, Iteration found) {
    ScalarRnn scalar = new ScalarRnn(minibatch);
    String what = minibatch.network() + ", minibatch of " + minibatch.size();
    assertBits(found.hidden(), scalar.hidden, "hidden", what);
    assertBits(found.delta(), scalar.delta, "deltas", what);
    assertBits(found.logits(), scalar.logits, "logits", what);
    assertBits(found.outputDelta(), scalar.outputDelta, "output deltas", what);
    assertThat(found.losses()).as("losses, %s", what).isEqualTo(scalar.losses);
    assertThat(found.gradient()).as("gradient, %s", what).isEqualTo(scalar.gradient);
  }

  private static void assertBits(Object[] found, Object[] expected, String name, String where) {
    // AssertJ walks nested arrays by reflection, a hundred times slower.
    assertThat(Arrays.deepEquals(found, expected)).as("%s, %s", name, where).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 33, 64, 97, 200})
  void bitsDoNotDependOnPartsNorOnWhatRunsSideBySide(int batch) {
    for (Activation activation : Activation.values()) {
      for (List<Integer> hidden : List.of(List.of(31), List.of(7, 13, 2))) {
        Network network = Network.elman(5, 6, hidden, activation, 10);
        Minibatch minibatch = Minibatch.random(network, batch, 9);
        float[] expected = new ScalarRnn(minibatch).gradient;
        for (int parts = 1; parts <= 5; parts++) {
          for (int sideBySide : new int[] {1, 3}) {
            TrainingPass pass = new TrainingPass(network, ops, 200, parts, sideBySide);
            assertThat(Iteration.gradient(pass, minibatch))
                .as("%d parts, %d side by side", parts, sideBySide)
                .isEqualTo(expected);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void predictionHasTheBitsOfTraining(Activation activation) {
    List<Network> networks = networks(activation);
    // More than one tile of a row.
    networks.add(Network.elman(3, 28, List.of(100, 70), activation, 70));
    for (Network network : networks) {
      Minibatch minibatch = Minibatch.random(network, 40, 3);
      float[][] expected = Iteration.of(ops, minibatch).logits();
      InferencePass pass = new InferencePass(network, ops, minibatch.parameters(), 40);
      // One and two samples go with units as lanes, sixteen in narrow panels.
      for (int count : new int[] {40, 1, 2, 3, 16, 17, 40}) {
        pass.run(minibatch, count);
        for (int s = 0; s < count; s++) {
          for (int c = 0; c < network.classes(); c++) {
            assertThat(pass.logit(s, c)).isEqualTo(expected[s][c]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBiggerMinibatchBeforeLeavesNoTrace(Activation activation) {
    Network network = Network.elman(4, 3, List.of(9, 6), activation, 10);
    for (int small : new int[] {1, 15, 16, 17, 30, 48, 63}) {
      TrainingPass pass = new TrainingPass(network, ops, 64, 1, 2);
      Iteration.of(pass, Minibatch.random(network, 64, 2));
      Minibatch minibatch = Minibatch.random(network, small, 3);
      assertBits(minibatch, Iteration.of(pass, minibatch));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 18})
  void aMinibatchThatDoesNotFitIsRefused(int samples) {
    Network network = Network.elman(2, 3, List.of(4), Activation.TANH, 3);
    Minibatch minibatch = Minibatch.random(network, 18, 1);
    TrainingPass pass = new TrainingPass(network, ops, 17, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pass.begin(minibatch.parameters(), minibatch, samples))
        .withMessage("expected a minibatch of 1 to 17 samples, found " + samples);
  }

  @Test
  void theLowestOfEqualLogitsIsPredicted() {
    // States are the inputs; of the outputs the first two are equal.
    Network network = Network.elman(1, 1, List.of(1), Activation.RELU, 3);
    float[] parameters = {1, 0, 0, 1, 1, -1, 0, 0, 0};
    Minibatch minibatch =
        new Minibatch(network, parameters, new float[][][] {{{2}}, {{0}}, {{5}}}, new int[3]);
    InferencePass pass = new InferencePass(network, ops, parameters, 3);
    pass.run(minibatch, 3);
    assertThat(new int[] {pass.predicted(0), pass.predicted(1), pass.predicted(2)}).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource
  void aNetworkWithoutClassesRunsForward(Activation activation) {
    Network shape = Network.elman(2, 4, List.of(5), activation, 0);
    Minibatch minibatch = Minibatch.random(shape, 4, 6);
    InferencePass pass = InferencePass.keepingStates(shape, ops, minibatch.parameters(), 4);
    pass.run(minibatch, 4);
    // What a head would read of each time step: the states.
    Network states =
        new Network(shape.input(), shape.layers(), new Head(Loss.softmax(), 0, Reads.EVERY));
    double[][][] expected =
        new DoubleNetwork(states, minibatch.parameters()).run(minibatch, 0, 1, 2, 3).outputs();
    for (int s = 0; s < 4; s++) {
      for (int t = 0; t < 2; t++) {
        for (int u = 0; u < 5; u++) {
          assertThat((double) pass.hidden(0, t, u, s))
              .isCloseTo(expected[s][t][u], within(OUTPUT_TOLERANCE));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void notANumberReachesTheLossOfItsSampleOnly(Activation activation) {
    Network shape = Network.elman(3, 2, List.of(5, 4), activation, 3);
    Minibatch minibatch = Minibatch.random(shape, 5, 8);
    minibatch.samples()[2][0][1] = Float.NaN;
    Iteration found = Iteration.of(ops, minibatch);
    for (int s = 0; s < 5; s++) {
      assertThat(Double.isNaN(found.losses()[s])).as("loss of sample %d", s).isEqualTo(s == 2);
    }
    assertThat(found.gradient()[shape.layout().block(Kind.OUTPUT_BIAS).offset()]).isNaN();
  }

  @Test
  void notANumberAmongTheParametersReachesEveryLoss() {
    Network shape = Network.elman(2, 2, List.of(3), Activation.TANH, 2);
    for (int poisoned = 0; poisoned < shape.parameterCount(); poisoned++) {
      Minibatch minibatch = Minibatch.random(shape, 2, 8);
      minibatch.parameters()[poisoned] = Float.NaN;
      Iteration found = Iteration.of(ops, minibatch);
      assertThat(found.losses()).as("with parameter %d", poisoned).containsOnly(Double.NaN);
    }
  }

  @Test
  void aNetworkThatOverflowsHasNoFiniteLoss() {
    Network shape = Network.elman(2, 1, List.of(1), Activation.RELU, 2);
    // U, W, b, V, c: the second state is 1e30 * 1e30.
    Minibatch minibatch =
        new Minibatch(
            shape,
            new float[] {1e30f, 1e30f, 0, 1, -1, 0, 0},
            new float[][][] {{{1}, {1}}},
            new int[] {1});
    Iteration found = Iteration.of(ops, minibatch);
    assertThat(found.hidden()[0][0][1][0]).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Double.isFinite(found.losses()[0])).isFalse();
  }

  @Test
  void theLossOfHugeLogitsIsExact() {
    Network shape = Network.elman(1, 1, List.of(1), Activation.RELU, 3);
    // The state is 1, the logits are 1e30, 0 and 88.
    Minibatch minibatch =
        new Minibatch(
            shape,
            new float[] {1, 0, 0, 1e30f, 0, 88, 0, 0, 0},
            new float[][][] {{{1}}, {{1}}},
            new int[] {0, 1});
    Iteration found = Iteration.of(ops, minibatch);
    assertThat(found.losses()[0]).isZero();
    assertThat(found.losses()[1]).isEqualTo((double) 1e30f);
    assertThat(found.outputDelta()[0][0]).isZero();
    assertThat(found.outputDelta()[1][0]).isEqualTo(0.5f);
    assertThat(found.outputDelta()[1][1]).isEqualTo(-0.5f);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 63, 64, 65, 128, 1000, 28_360})
  void sumOfSquaresFoldsSixtyFourLanesPairwise(int length) {
    Random random = new Random(length);
    float[] values = new float[length];
    float[] lanes = new float[64];
    double exact = 0;
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
      lanes[i % 64] = Math.fma(values[i], values[i], lanes[i % 64]);
      exact += (double) values[i] * values[i];
    }
    float sum = ops.sumOfSquares(values, new float[64]);
    assertThat(sum).isEqualTo(folded(lanes, 0, 1));
    assertThat((double) sum).isCloseTo(exact, within(1e-6 * exact));
  }

  /** Lane {@code i} of a fold joins lanes {@code i} and {@code i + width} of the one before. */
  private static float folded(float[] lanes, int lane, int width) {
    return width == lanes.length
        ? lanes[lane]
        : folded(lanes, lane, 2 * width) + folded(lanes, lane + width, 2 * width);
  }

  @Test
  void sumOfSquaresPassesOnWhatIsNotFinite() {
    float[] values = new float[70];
    values[69] = Float.NaN;
    assertThat(ops.sumOfSquares(values, new float[64])).isNaN();
    values[69] = Float.NEGATIVE_INFINITY;
    assertThat(ops.sumOfSquares(values, new float[64])).isEqualTo(Float.POSITIVE_INFINITY);
  }

  @Test
  void kernelsAreFoundByTheirName() {
    assertThat(Ops.named(ops.name())).hasSameClassAs(ops);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ops.named("gpu"))
        .withMessageContaining("found gpu");
  }
}
