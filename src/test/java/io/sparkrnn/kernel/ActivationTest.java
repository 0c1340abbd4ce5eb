package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ActivationTest {
  // As tanh's documentation states.
  private static final double ERROR = 3.2e-7;

  @Test
  void tanhStaysWithinItsStatedErrorOfTheTrueOne() {
    // Where trying every float found the largest error, 3.13e-7.
    double worstAt = 7.0702195;
    double worst = Math.abs(Activation.tanh((float) worstAt) - Math.tanh(worstAt));
    assertThat(worst).isGreaterThan(3.1e-7);
    float largest = 0;
    // Every 61st float from zero to ten, subnormal ones included, in both signs.
    for (int bits = 0; bits <= Float.floatToIntBits(10f); bits += 61) {
      float x = Float.intBitsToFloat(bits);
      float y = Activation.tanh(x);
      if (Activation.tanh(-x) != -y) {
        throw new AssertionError("not odd at " + x);
      }
      double error = Math.abs(y - Math.tanh(x));
      if (error > worst) {
        worst = error;
        worstAt = x;
      }
      largest = Math.max(largest, y);
    }
    assertThat(worst).as("error at %s", worstAt).isLessThan(ERROR);
    assertThat(largest).isLessThanOrEqualTo(1f);
  }

  @Test
  void tanhOfSpecialValues() {
    assertThat(Activation.tanh(0f)).isEqualTo(0f);
    assertThat(Activation.tanh(-0f)).isEqualTo(-0f);
    assertThat(Activation.tanh(Float.NaN)).isNaN();
    float end = Activation.tanh(Float.POSITIVE_INFINITY);
    assertThat(end).isEqualTo(Activation.tanh(Float.MAX_VALUE)).isEqualTo(Activation.tanh(8f));
    assertThat((double) end).isBetween(1 - ERROR, 1.0);
    assertThat(Activation.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-end);
    assertThat(Activation.tanh(Float.MIN_VALUE)).isBetween(0f, Float.MIN_VALUE);
    assertThat(Activation.tanh(1e-30f)).isBetween(0.9999997e-30f, 1.0000003e-30f);
  }

  @Test
  void theSlopeFromTanhIsNeverNegative() {
    for (float x = 3f; x < 12f; x += 0.001f) {
      float h = Activation.tanh(x);
      assertThat(Math.fma(-h, h, 1f)).isGreaterThanOrEqualTo(0f);
    }
  }

  @Test
  void reluKeepsPositivesAndNotANumber() {
    assertThat(Activation.relu(2.5f)).isEqualTo(2.5f);
    assertThat(Activation.relu(-2.5f)).isEqualTo(0f);
    assertThat(Activation.relu(-0f)).isEqualTo(0f);
    assertThat(Activation.relu(Float.MIN_VALUE)).isEqualTo(Float.MIN_VALUE);
    assertThat(Activation.relu(Float.NaN)).isNaN();
    assertThat(Activation.relu(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Activation.relu(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
  }
}
