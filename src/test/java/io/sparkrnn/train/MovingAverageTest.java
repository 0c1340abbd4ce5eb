package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MovingAverageTest {
  private static final MathContext DIGITS = new MathContext(60);

  private static TrainingState state(float[] parameters, float[] average) {
    return new TrainingState(parameters, new float[] {7}, 3, 1, 2, 9, 0.5, 8)
        .withMovingAverage(average);
  }

  private static Round round(int iterations) {
    return new Round(3, 1, 2, iterations, 9, false, 1);
  }

  private static float[] random(Random random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Iteration after iteration, with far more digits than anyone has. */
  private static float oracle(double decay, float average, float parameter, int iterations) {
    BigDecimal kept = new BigDecimal(decay);
    BigDecimal taken = BigDecimal.ONE.subtract(kept).multiply(new BigDecimal(parameter));
    BigDecimal value = new BigDecimal(average);
    for (int i = 0; i < iterations; i++) {
      value = kept.multiply(value, DIGITS).add(taken, DIGITS);
    }
    return value.floatValue();
  }

  @ParameterizedTest
  @CsvSource({"0.5, 1", "0.9, 5", "0.999, 1", "0.999, 10", "0.9999, 470", "0.1, 400"})
  void anAverageIsThatOfASlowOracle(double decay, int iterations) {
    Random random = new Random(5);
    float[] parameters = random(random, 1000);
    float[] before = random(random, 1000);
    TrainingState after =
        new MovingAverage(decay).after(state(parameters, before), round(iterations));

    for (int i = 0; i < before.length; i++) {
      float expected = oracle(decay, before[i], parameters[i], iterations);
      // What cancels out may leave an error of the terms' size.
      float scale = Math.max(Math.abs(before[i]), Math.abs(parameters[i]));
      assertThat(Math.abs(after.movingAverage()[i] - expected)).isLessThan(1e-7f * scale);
    }
    assertThat(after.parameters()).isEqualTo(parameters);
    assertThat(after.updaterState()).containsExactly(7);
    assertThat(after.round()).isEqualTo(3);
  }

  @Test
  void theBitsAreAsEver() {
    float[] average =
        new MovingAverage(0.999)
            .after(state(new float[] {1f, -0.3f, 3f}, new float[] {0f, 0.7f, 3f}), round(5))
            .movingAverage();
    assertThat(average).containsExactly(0.00499001f, 0.69501f, 3f);
  }

  @Test
  void withoutOneStatesStayAsTheyAre() {
    TrainingState state = state(new float[] {1f}, new float[0]);
    assertThat(new MovingAverage(0).after(state, round(5))).isSameAs(state);
    assertThat(state.evaluated()).isSameAs(state);
  }

  @Test
  void anAverageIsWhatIsEvaluated() {
    TrainingState evaluated = state(new float[] {1f}, new float[] {0.5f}).evaluated();
    assertThat(evaluated.parameters()).containsExactly(0.5f);
    assertThat(evaluated.movingAverage()).isEmpty();
    assertThat(evaluated.updaterState()).containsExactly(7);
  }
}
