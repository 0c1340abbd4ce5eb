package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpdaterTest {
  private static final int PARAMETERS = 37;
  private static final int STEPS = 50;

  /** A textbook updater of one parameter, in double. */
  private interface Scalar {
    double step(double parameter, double gradient, double rate, int t);
  }

  @Test
  void sgdSubtractsTheScaledGradient() {
    assertFollows(new Updater.Sgd(), i -> (w, g, rate, t) -> w - rate * g);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 0.9, 0.99})
  void nesterovsLooksAhead(double momentum) {
    assertFollows(
        new Updater.Nesterovs(momentum),
        i ->
            new Scalar() {
              private double velocity;

              @Override
              public double step(double w, double g, double rate, int t) {
                double before = velocity;
                velocity = momentum * before - rate * g;
                return w - (momentum * before - (1 + momentum) * velocity);
              }
            });
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999})
  void adamsPowersAreThoseOfTheStandardLibrary(double base) {
    for (long t = 1; t < 100_000; t += 1 + t / 7) {
      assertThat(1 - Updater.Adam.power(base, t))
          .as("1 - %s^%d", base, t)
          .isCloseTo(1 - StrictMath.pow(base, t), within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 0.9})
  void adamCorrectsBothMoments(double beta1) {
    double beta2 = 0.999;
    double epsilon = 1e-8;
    assertFollows(
        new Updater.Adam(beta1, beta2, epsilon),
        i ->
            new Scalar() {
              private double m;
              private double v;

              @Override
              public double step(double w, double g, double rate, int t) {
                m = beta1 * m + (1 - beta1) * g;
                v = beta2 * v + (1 - beta2) * g * g;
                double corrected =
                    rate * Math.sqrt(1 - Math.pow(beta2, t)) / (1 - Math.pow(beta1, t));
                return w - corrected * m / (Math.sqrt(v) + epsilon);
              }
            });
  }

  private static void assertFollows(Updater updater, IntFunction<Scalar> each) {
    Random random = new Random(5);
    float[] parameters = new float[PARAMETERS];
    float[][] moments = new float[updater.moments()][PARAMETERS];
    double[] expected = new double[PARAMETERS];
    Scalar[] scalars = new Scalar[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++) {
      parameters[i] = (float) random.nextGaussian();
      expected[i] = parameters[i];
      scalars[i] = each.apply(i);
    }
    for (int iteration = 0; iteration < STEPS; iteration++) {
      double rate = 0.01 / (1 + iteration % 7);
      float[] gradient = new float[PARAMETERS];
      for (int i = 0; i < PARAMETERS; i++) {
        // Over six orders of magnitude; one parameter never has a gradient.
        gradient[i] = i == 3 ? 0 : (float) (random.nextGaussian() * Math.pow(10, i % 7 - 6));
        expected[i] = scalars[i].step(expected[i], gradient[i], rate, iteration + 1);
      }
      float[] before = gradient.clone();
      updater.step(parameters, gradient, moments, rate, iteration);
      assertThat(gradient).as("a gradient is only read").isEqualTo(before);
      for (int i = 0; i < PARAMETERS; i++) {
        assertThat((double) parameters[i])
            .as("parameter %d after iteration %d", i, iteration)
            .isCloseTo(expected[i], within(5e-6 * Math.max(1, Math.abs(expected[i]))));
      }
    }
  }

  // w = 1, g = 0.5, rate 0.1. SGD: 1 - 0.05. Nesterovs with mu = 0.5: v = -0.05, w = 1 - 1.5 *
  // 0.05;
  // then v = -0.025 - 0.05 = -0.075, w = 0.925 + 0.5 * 0.05 - 1.5 * 0.075 = 0.8375.
  // Adam's first step has the size of the rate whatever the gradient.
  @Test
  void firstStepsByHand() {
    assertThat(stepped(new Updater.Sgd(), 1)).isCloseTo(0.95f, within(1e-7f));
    assertThat(stepped(new Updater.Nesterovs(0.5), 1)).isCloseTo(0.925f, within(1e-7f));
    assertThat(stepped(new Updater.Nesterovs(0.5), 2)).isCloseTo(0.8375f, within(1e-7f));
    assertThat(stepped(new Updater.Adam(0.9, 0.999, 1e-8), 1)).isCloseTo(0.9f, within(1e-6f));
  }

  private static float stepped(Updater updater, int steps) {
    float[] parameters = {1f};
    float[][] moments = new float[updater.moments()][1];
    for (int iteration = 0; iteration < steps; iteration++) {
      updater.step(parameters, new float[] {0.5f}, moments, 0.1, iteration);
    }
    return parameters[0];
  }

  @Test
  void adamsFirstMomentsComeBeforeTheSecond() {
    float[][] moments = new float[2][2];
    new Updater.Adam(0.5, 0.75, 1e-8).step(new float[2], new float[] {4f, -8f}, moments, 0.1, 0);
    assertThat(moments[0]).containsExactly(2f, -4f);
    assertThat(moments[1]).containsExactly(4f, 16f);
  }

  @Test
  void adamStaysFiniteAfterMillionsOfIterations() {
    float[] parameters = {1f};
    new Updater.Adam(0.9, 0.999, 1e-8)
        .step(parameters, new float[] {0.5f}, new float[2][1], 0.001, 50_000_000_000L);
    assertThat(parameters[0]).isBetween(0.99f, 1f);
  }

  @Test
  void configurationsNameTheUpdater() {
    assertThat(Updater.of(configuration(UpdaterName.SGD))).isEqualTo(new Updater.Sgd());
    assertThat(Updater.of(configuration(UpdaterName.NESTEROVS)))
        .isEqualTo(new Updater.Nesterovs(0.8));
    assertThat(Updater.of(configuration(UpdaterName.ADAM)))
        .isEqualTo(new Updater.Adam(0.7, 0.95, 1e-6));
  }

  private static UpdaterConfiguration configuration(UpdaterName name) {
    return new UpdaterConfiguration(name, 0.1, 0.8, 0.7, 0.95, 1e-6);
  }
}
