package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TargetScaleTest {
  @Test
  void valuesBecomeThoseOfTheData() {
    TargetScale scale = new TargetScale(List.of(100.0, 2.0), List.of(20.0, 0.5), false);
    TargetScale logs = new TargetScale(List.of(100.0, 2.0), List.of(20.0, 0.5), true);
    assertThat(scale.original(0, -1.5)).isEqualTo(70);
    assertThat(logs.original(1, 2)).isCloseTo(Math.exp(3) - 1, within(1e-12));
    assertThat(TargetScale.IDENTITY.original(7, 0.25)).isEqualTo(0.25);
  }

  /** The nearest float to minus mean by deviation is not quite that. */
  @Test
  void zeroIsZeroAgain() {
    TargetScale scale = new TargetScale(List.of(1e6), List.of(3.0), false);
    assertThat(scale.original(0, (float) (-1e6 / 3))).isZero();
    assertThat(scale.original(0, (float) ((1 - 1e6) / 3))).isCloseTo(1, within(0.1));
  }

  @Test
  void whatDoesNotVaryCannotBeScaled() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TargetScale(List.of(1.0), List.of(0.0), false));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TargetScale(List.of(Double.NaN), List.of(1.0), false));
  }
}
