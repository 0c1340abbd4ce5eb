package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.model.TargetScale.Target;
import io.sparkrnn.model.TargetScale.Values;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetScaleTest {
  @Test
  void valuesBecomeThoseOfTheData() {
    TargetScale scale =
        new TargetScale(
            List.of(new Target(100, 20, Values.SAME), new Target(2, 0.5, Values.LOG1P)));
    assertThat(scale.original(0, -1.5)).isEqualTo(70);
    assertThat(scale.original(1, 2)).isCloseTo(Math.exp(3) - 1, within(1e-12));
    assertThat(TargetScale.identity().original(7, 0.25)).isEqualTo(0.25);
  }

  /** The nearest float to minus mean by deviation is not quite that. */
  @Test
  void zeroIsZeroAgain() {
    TargetScale scale = new TargetScale(List.of(new Target(1e6, 3, Values.SAME)));
    assertThat(scale.original(0, (float) (-1e6 / 3))).isZero();
    assertThat(scale.original(0, (float) ((1 - 1e6) / 3))).isCloseTo(1, within(0.1));
  }

  @Test
  void whatDoesNotVaryCannotBeScaled() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Target(1, 0, Values.SAME));
    assertThatIllegalArgumentException().isThrownBy(() -> new Target(Double.NaN, 1, Values.SAME));
  }
}
