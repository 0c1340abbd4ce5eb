package io.sparkrnn.train.updater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.kernel.ParameterBlock;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  private static void assertFollows(Updater.Elementwise updater, IntFunction<Scalar> each) {
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
      updater.step(parameters, gradient, moments, rate, updater.momentum(), iteration);
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

  private static float stepped(Updater.Elementwise updater, int steps) {
    float[] parameters = {1f};
    float[][] moments = new float[updater.moments()][1];
    for (int iteration = 0; iteration < steps; iteration++) {
      updater.step(parameters, new float[] {0.5f}, moments, 0.1, updater.momentum(), iteration);
    }
    return parameters[0];
  }

  @Test
  void adamsFirstMomentsComeBeforeTheSecond() {
    float[][] moments = new float[2][2];
    new Updater.Adam(0.5, 0.75, 1e-8)
        .step(new float[2], new float[] {4f, -8f}, moments, 0.1, 0.5, 0);
    assertThat(moments[0]).containsExactly(2f, -4f);
    assertThat(moments[1]).containsExactly(4f, 16f);
  }

  @Test
  void adamStaysFiniteAfterMillionsOfIterations() {
    float[] parameters = {1f};
    new Updater.Adam(0.9, 0.999, 1e-8)
        .step(parameters, new float[] {0.5f}, new float[2][1], 0.001, 0.9, 50_000_000_000L);
    assertThat(parameters[0]).isBetween(0.99f, 1f);
  }

  // Also with beta1 that changes, for which one-cycle's rates and momentum are PyTorch's, too.
  @ParameterizedTest
  @CsvSource({"adamw, CONSTANT, 0.9", "adamwOneCycle, ONE_CYCLE, 0.95"})
  void adamwIsPyTorchs(String run, ScheduleName schedule, double beta1) {
    JsonNode recorded = PyTorch.recorded();
    LearningRateSchedule rates =
        new LearningRateSchedule(
            new ScheduleConfiguration(schedule, 0, 1, 1, 4e-6, 0.04, 0.3, 0.85, 0, 1, 0),
            PyTorch.RATE,
            recorded.path(run).size());
    Updater.Elementwise updater =
        new Updater.AdamW(new Updater.Adam(beta1, 0.999, 1e-8), PyTorch.WEIGHT_DECAY);
    ParameterBlock[] weights = {
      new ParameterBlock("W", ParameterBlock.Kind.INPUT_WEIGHTS, 0, 3, 2, 0)
    };
    float[] parameters = PyTorch.floats(recorded.path("initial"));
    float[][] moments = new float[2][parameters.length];
    for (int i = 0; i < recorded.path(run).size(); i++) {
      float[] gradient = PyTorch.floats(recorded.path("gradients").path(i));
      double rate = rates.rate(i);
      updater.decay(parameters, weights, rate);
      updater.step(parameters, gradient, moments, rate, rates.momentum(i, updater.momentum()), i);
      assertThat(parameters)
          .as("after iteration %d", i)
          .containsExactly(PyTorch.floats(recorded.path(run).path(i)), within(5e-7f));
    }
    // The last weight and bias have no gradient: one decays only, the other is as it was.
    assertThat(parameters[5]).isLessThan(1);
    assertThat(parameters[7]).isEqualTo(-0.5f);
  }

  @Test
  void configurationsNameTheUpdater() {
    assertThat(Updater.of(configuration(UpdaterName.SGD), 64)).isEqualTo(new Updater.Sgd());
    assertThat(Updater.of(configuration(UpdaterName.NESTEROVS), 64))
        .isEqualTo(new Updater.Nesterovs(0.8));
    assertThat(Updater.of(configuration(UpdaterName.ADAM), 64))
        .isEqualTo(new Updater.Adam(0.7, 0.95, 1e-6));
    assertThat(Updater.of(configuration(UpdaterName.ADAMW), 64))
        .isEqualTo(new Updater.AdamW(new Updater.Adam(0.7, 0.95, 1e-6), 0.05));
  }

  private static UpdaterConfiguration configuration(UpdaterName name) {
    return new UpdaterConfiguration(name, 0.1, 0.8, 0.7, 0.95, 1e-6, 0.05);
  }
}
