package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

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
abstract class RnnKernelsTest {
  // Against the oracle in double. States, losses and deltas: absolute below one, else relative;
  // gradients relative to their largest element.
  private static final double HIDDEN_TOLERANCE = 3e-6;
  private static final double LOSS_TOLERANCE = 1e-5;
  private static final double GRADIENT_TOLERANCE = 1e-5;

  private final RnnKernels kernels;

  RnnKernelsTest(RnnKernels kernels) {
    this.kernels = kernels;
  }

  static List<NetworkShape> shapes(Activation activation) {
    List<NetworkShape> shapes = new ArrayList<>();
    List<List<Integer>> hidden = new ArrayList<>();
    for (int units : new int[] {1, 5, 31}) {
      for (int layers = 1; layers <= 3; layers++) {
        hidden.add(Collections.nCopies(layers, units));
      }
    }
    hidden.add(List.of(31, 5));
    hidden.add(List.of(4, 17, 8));
    for (List<Integer> units : hidden) {
      for (int timeSteps : new int[] {1, 2, 7}) {
        for (int inputs : new int[] {1, 4, 28}) {
          for (int classes : new int[] {2, 10}) {
            shapes.add(new NetworkShape(timeSteps, inputs, units, activation, classes));
          }
        }
      }
    }
    return shapes;
  }

  private float[] run(Minibatch minibatch, Workspace ws) {
    int all = ws.paddedSamples();
    kernels.forward(minibatch.parameters(), ws, 0, all);
    kernels.outputDeltas(ws, 0, all);
    kernels.backward(minibatch.parameters(), ws, 0, all);
    float[] gradient = new float[minibatch.shape().parameterCount()];
    // Must be overwritten, not added to.
    Arrays.fill(gradient, Float.NaN);
    kernels.gradient(ws, gradient, 0, minibatch.shape().gradientRows());
    return gradient;
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheOracleInDouble(Activation activation) {
    long seed = 0;
    for (NetworkShape shape : shapes(activation)) {
      for (int batch : new int[] {1, 3, 17, 64}) {
        assertAgreesWithOracle(Minibatch.random(shape, batch, seed++));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheOracleOnTheImageNetworks(Activation activation) {
    for (List<Integer> hidden : List.of(List.of(150), List.of(100, 100))) {
      assertAgreesWithOracle(
          Minibatch.random(new NetworkShape(28, 28, hidden, activation, 10), 5, 4));
    }
  }

  private void assertAgreesWithOracle(Minibatch minibatch) {
    NetworkShape shape = minibatch.shape();
    Workspace ws = minibatch.workspace();
    float[] gradient = run(minibatch, ws);
    int stride = ws.paddedSamples();
    DoubleRnn oracle = DoubleRnn.of(shape, minibatch.parameters());
    List<double[][]> samples = minibatch.samplesInDouble();
    int n = minibatch.size();

    double hiddenError = 0;
    double lossError = 0;
    double deltaError = 0;
    for (int s = 0; s < n; s++) {
      DoubleRnn.Trace trace = oracle.forward(samples.get(s));
      double[][][] deltas = oracle.deltas(samples.get(s), minibatch.labels()[s]);
      for (int l = 0; l < shape.layers(); l++) {
        for (int t = 0; t < shape.timeSteps(); t++) {
          for (int j = 0; j < shape.units(l); j++) {
            int at = (t * shape.units(l) + j) * stride + s;
            hiddenError = worst(hiddenError, trace.hidden()[l][t][j], ws.hidden(l)[at]);
            deltaError = worst(deltaError, deltas[l][t][j], n * (double) ws.delta[l][at]);
          }
        }
      }
      for (int c = 0; c < shape.classes(); c++) {
        hiddenError = worst(hiddenError, trace.logits()[c], ws.logits()[c * stride + s]);
      }
      lossError =
          worst(lossError, oracle.loss(samples.get(s), minibatch.labels()[s]), ws.losses()[s]);
    }
    double[] expected = oracle.gradient(samples, minibatch.labels());
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    double gradientError = 0;
    for (int i = 0; i < expected.length; i++) {
      gradientError = worst(gradientError, expected[i], gradient[i], largest);
    }
    String what = shape + ", minibatch of " + n;
    assertThat(hiddenError).as("hidden states and logits, %s", what).isLessThan(HIDDEN_TOLERANCE);
    assertThat(lossError).as("losses, %s", what).isLessThan(LOSS_TOLERANCE);
    assertThat(deltaError).as("deltas, %s", what).isLessThan(GRADIENT_TOLERANCE);
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
    for (NetworkShape shape : shapes(activation)) {
      for (int batch : new int[] {1, 17}) {
        Minibatch minibatch = Minibatch.random(shape, batch, batch);
        Workspace ws = minibatch.workspace();
        float[] gradient = run(minibatch, ws);
        assertBits(minibatch, ws, gradient);
      }
    }
  }

  private static void assertBits(Minibatch minibatch, Workspace ws, float[] gradient) {
    ScalarRnn scalar = new ScalarRnn(minibatch);
    NetworkShape shape = minibatch.shape();
    String what = shape + ", minibatch of " + minibatch.size();
    for (int l = 0; l < shape.layers(); l++) {
      assertBits(
          bySample(ws.hidden(l), ws, shape.timeSteps(), shape.units(l)),
          scalar.hidden[l],
          "hidden",
          what);
      assertBits(
          bySample(ws.delta[l], ws, shape.timeSteps(), shape.units(l)),
          scalar.delta[l],
          "deltas",
          what);
    }
    assertBits(bySample(ws.logits(), ws, 1, shape.classes()), scalar.logits, "logits", what);
    assertBits(
        bySample(ws.outputDelta, ws, 1, shape.classes()),
        scalar.outputDelta,
        "output deltas",
        what);
    assertThat(Arrays.copyOf(ws.losses(), minibatch.size()))
        .as("losses, %s", what)
        .isEqualTo(scalar.losses);
    assertThat(gradient).as("gradient, %s", what).isEqualTo(scalar.gradient);
  }

  private static void assertBits(
      float[][][] found, float[][][] expected, String name, String where) {
    // AssertJ walks nested arrays by reflection, a hundred times slower.
    if (!Arrays.deepEquals(found, expected)) {
      assertThat(found).as("%s, %s", name, where).isDeepEqualTo(expected);
    }
  }

  private static float[][][] bySample(float[] rows, Workspace ws, int timeSteps, int units) {
    float[][][] samples = new float[ws.samples()][timeSteps][units];
    for (int s = 0; s < samples.length; s++) {
      for (int t = 0; t < samples[s].length; t++) {
        for (int j = 0; j < units; j++) {
          samples[s][t][j] = rows[(t * units + j) * ws.paddedSamples() + s];
        }
      }
    }
    return samples;
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 33, 49, 64})
  void bitsDoNotDependOnHowSamplesAndRowsAreSplit(int batch) {
    Random random = new Random(batch);
    for (Activation activation : Activation.values()) {
      for (List<Integer> hidden : List.of(List.of(31), List.of(7, 13, 2))) {
        NetworkShape shape = new NetworkShape(5, 6, hidden, activation, 10);
        Minibatch minibatch = Minibatch.random(shape, batch, 9);
        for (int attempt = 0; attempt < 8; attempt++) {
          Workspace ws = minibatch.workspace();
          List<int[]> sampleRanges =
              randomRanges(ws.paddedSamples() / Workspace.LANES, Workspace.LANES, random);
          if (attempt % 2 == 0) {
            // As the threads of a replica do: each takes its range through all three methods.
            for (int[] range : sampleRanges) {
              kernels.forward(minibatch.parameters(), ws, range[0], range[1]);
              kernels.outputDeltas(ws, range[0], range[1]);
              kernels.backward(minibatch.parameters(), ws, range[0], range[1]);
            }
          } else {
            for (int[] range : sampleRanges) {
              kernels.forward(minibatch.parameters(), ws, range[0], range[1]);
            }
            Collections.shuffle(sampleRanges, random);
            for (int[] range : sampleRanges) {
              kernels.outputDeltas(ws, range[0], range[1]);
            }
            Collections.shuffle(sampleRanges, random);
            for (int[] range : sampleRanges) {
              kernels.backward(minibatch.parameters(), ws, range[0], range[1]);
            }
          }
          float[] gradient = new float[shape.parameterCount()];
          Arrays.fill(gradient, Float.NaN);
          for (int[] rows : randomRanges(shape.gradientRows(), 1, random)) {
            kernels.gradient(ws, gradient, rows[0], rows[1]);
          }
          assertBits(minibatch, ws, gradient);
        }
      }
    }
  }

  /** {@code [0, grains * grain)} cut at random into ranges, in random order. */
  private static List<int[]> randomRanges(int grains, int grain, Random random) {
    List<int[]> ranges = new ArrayList<>();
    int from = 0;
    while (from < grains) {
      int to = from + 1 + random.nextInt(Math.min(6, grains - from));
      ranges.add(new int[] {from * grain, to * grain});
      from = to;
    }
    Collections.shuffle(ranges, random);
    return ranges;
  }

  @Test
  void gradientWritesItsRowsAndNothingElse() {
    NetworkShape shape = new NetworkShape(3, 4, List.of(5, 3), Activation.TANH, 2);
    Minibatch minibatch = Minibatch.random(shape, 18, 1);
    Workspace ws = minibatch.workspace();
    float[] whole = run(minibatch, ws);
    for (int row = 0; row < shape.gradientRows(); row++) {
      float[] gradient = new float[shape.parameterCount()];
      Arrays.fill(gradient, Float.NaN);
      kernels.gradient(ws, gradient, row, row + 1);
      int written = 0;
      for (int i = 0; i < gradient.length; i++) {
        if (!Float.isNaN(gradient[i])) {
          assertThat(gradient[i]).isEqualTo(whole[i]);
          written++;
        }
      }
      // Row by row: 5 units of 4 inputs, 3 units of 5 inputs, 2 classes of 3 units.
      assertThat(written).isEqualTo(row < 5 ? 4 + 5 + 1 : row < 8 ? 5 + 3 + 1 : 3 + 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBiggerMinibatchBeforeLeavesNoTrace(Activation activation) {
    NetworkShape shape = new NetworkShape(4, 3, List.of(9, 6), activation, 10);
    for (int small : new int[] {1, 15, 16, 17, 30, 48, 63}) {
      Workspace ws = new Workspace(shape, 64);
      Minibatch big = Minibatch.random(shape, 64, 2);
      big.load(ws, 0f);
      run(big, ws);
      for (float[] stale : List.of(ws.hidden[0], ws.hidden[1], ws.delta[0], ws.delta[1])) {
        Arrays.fill(stale, Float.NaN);
      }
      Arrays.fill(ws.logits, Float.NaN);
      Arrays.fill(ws.outputDelta, Float.NaN);

      Minibatch minibatch = Minibatch.random(shape, small, 3);
      minibatch.load(ws, 0f);
      float[] gradient = run(minibatch, ws);

      assertBits(minibatch, ws, gradient);
      for (int l = 0; l < shape.layers(); l++) {
        assertPaddingIsZero(ws.delta[l], shape.timeSteps() * shape.units(l), ws);
      }
      assertPaddingIsZero(ws.outputDelta, shape.classes(), ws);
    }
  }

  private static void assertPaddingIsZero(float[] values, int rows, Workspace ws) {
    for (int row = 0; row < rows; row++) {
      for (int lane = ws.samples(); lane < ws.paddedSamples(); lane++) {
        assertThat(values[row * ws.paddedSamples() + lane]).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatLiesInPaddingLanesDoesNotMatter(Activation activation) {
    NetworkShape shape = new NetworkShape(4, 3, List.of(9, 6), activation, 2);
    Minibatch minibatch = Minibatch.random(shape, 19, 3);
    Workspace ws = new Workspace(shape, 19);
    minibatch.load(ws, -123.5f);
    float[] gradient = run(minibatch, ws);
    assertBits(minibatch, ws, gradient);
  }

  @ParameterizedTest
  @EnumSource
  void aNetworkWithoutClassesRunsForward(Activation activation) {
    NetworkShape shape = new NetworkShape(2, 4, List.of(5), activation, 0);
    Minibatch minibatch = Minibatch.random(shape, 4, 6);
    Workspace ws = minibatch.workspace();
    kernels.forward(minibatch.parameters(), ws, 0, ws.paddedSamples());
    DoubleRnn oracle = DoubleRnn.of(shape, minibatch.parameters());
    float[][][] hidden = bySample(ws.hidden(0), ws, 2, 5);
    for (int s = 0; s < 4; s++) {
      double[][][] expected = oracle.forward(minibatch.samplesInDouble().get(s)).hidden();
      for (int t = 0; t < 2; t++) {
        for (int j = 0; j < 5; j++) {
          assertThat((double) hidden[s][t][j])
              .isCloseTo(expected[0][t][j], within(HIDDEN_TOLERANCE));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void notANumberReachesTheLossOfItsSampleOnly(Activation activation) {
    NetworkShape shape = new NetworkShape(3, 2, List.of(5, 4), activation, 3);
    Minibatch minibatch = Minibatch.random(shape, 5, 8);
    minibatch.samples()[2][0][1] = Float.NaN;
    Workspace ws = minibatch.workspace();
    float[] gradient = run(minibatch, ws);
    for (int s = 0; s < 5; s++) {
      assertThat(Double.isNaN(ws.losses()[s])).as("loss of sample %d", s).isEqualTo(s == 2);
    }
    assertThat(gradient[shape.outputBias()]).isNaN();
  }

  @Test
  void notANumberAmongTheParametersReachesEveryLoss() {
    NetworkShape shape = new NetworkShape(2, 2, List.of(3), Activation.TANH, 2);
    for (int poisoned = 0; poisoned < shape.parameterCount(); poisoned++) {
      Minibatch minibatch = Minibatch.random(shape, 2, 8);
      minibatch.parameters()[poisoned] = Float.NaN;
      Workspace ws = minibatch.workspace();
      run(minibatch, ws);
      assertThat(ws.losses()).as("with parameter %d", poisoned).containsOnly(Double.NaN);
    }
  }

  @Test
  void aNetworkThatOverflowsHasNoFiniteLoss() {
    NetworkShape shape = new NetworkShape(2, 1, List.of(1), Activation.RELU, 2);
    // U, W, b, V, c: the second state is 1e30 * 1e30.
    Minibatch minibatch =
        new Minibatch(
            shape,
            new float[] {1e30f, 1e30f, 0, 1, -1, 0, 0},
            new float[][][] {{{1}, {1}}},
            new int[] {1});
    Workspace ws = minibatch.workspace();
    run(minibatch, ws);
    assertThat(ws.hidden(0)[Workspace.LANES]).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Double.isFinite(ws.losses()[0])).isFalse();
  }

  @Test
  void theLossOfHugeLogitsIsExact() {
    NetworkShape shape = new NetworkShape(1, 1, List.of(1), Activation.RELU, 3);
    // The state is 1, the logits are 1e30, 0 and 88.
    Minibatch minibatch =
        new Minibatch(
            shape,
            new float[] {1, 0, 0, 1e30f, 0, 88, 0, 0, 0},
            new float[][][] {{{1}}, {{1}}},
            new int[] {0, 1});
    Workspace ws = minibatch.workspace();
    run(minibatch, ws);
    assertThat(ws.losses()[0]).isZero();
    assertThat(ws.losses()[1]).isEqualTo((double) 1e30f);
    int stride = ws.paddedSamples();
    assertThat(ws.outputDelta[0]).isZero();
    assertThat(ws.outputDelta[1]).isEqualTo(0.5f);
    assertThat(ws.outputDelta[stride + 1]).isEqualTo(-0.5f);
  }

  private static final Workspace SMALL =
      new Workspace(new NetworkShape(1, 1, List.of(1), Activation.TANH, 1), 1);

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
    float sum = kernels.sumOfSquares(SMALL, values);
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
    assertThat(kernels.sumOfSquares(SMALL, values)).isNaN();
    values[69] = Float.NEGATIVE_INFINITY;
    assertThat(kernels.sumOfSquares(SMALL, values)).isEqualTo(Float.POSITIVE_INFINITY);
  }

  @Test
  void kernelsAreFoundByTheirName() {
    assertThat(RnnKernels.named(kernels.name())).hasSameClassAs(kernels);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RnnKernels.named("gpu"))
        .withMessageContaining("found gpu");
  }
}
