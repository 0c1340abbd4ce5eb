package io.sparkrnn.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How far data are from other data. */
class DataSummaryTest {
  private static DataSummary labels(Long... counts) {
    return new DataSummary(List.of(), Arrays.asList(counts), 0.1, 0.3);
  }

  private static DataSummary pixels(double mean, double standardDeviation) {
    return new DataSummary(List.of(), List.of(1L), mean, standardDeviation);
  }

  @Test
  void theLabelDriftIsTheShareOfSamplesThatWouldNeedAnother() {
    assertThat(labels(10L, 10L).labelDrift(labels(200L, 200L))).isZero();
    assertThat(labels(15L, 5L).labelDrift(labels(10L, 10L))).isEqualTo(0.25);
    assertThat(labels(10L, 10L).labelDrift(labels(15L, 5L))).isEqualTo(0.25);
    assertThat(labels(10L, 0L).labelDrift(labels(0L, 10L))).isEqualTo(1);
    assertThat(labels(5L, 5L).labelDrift(labels(10L))).isEqualTo(0.5);
  }

  @Test
  void thePixelDriftIsTheLargerOfTwoInLargerDeviations() {
    assertThat(pixels(0.4, 0.6).pixelDrift(pixels(0.1, 0.6))).isCloseTo(0.5, within(1e-12));
    assertThat(pixels(0.4, 0.6).pixelDrift(pixels(0.1, 0.5))).isCloseTo(0.5, within(1e-12));
    assertThat(pixels(0.1, 0.5).pixelDrift(pixels(0.4, 0.6))).isCloseTo(0.5, within(1e-12));
    // As many bright pixels as dark ones, or all of the usual mean.
    assertThat(pixels(0.1, 0).pixelDrift(pixels(0.1, 0.3))).isEqualTo(1);
    assertThat(pixels(0.1, 0).pixelDrift(pixels(0.1, 0))).isZero();
    assertThat(pixels(0.2, 0).pixelDrift(pixels(0.1, 0))).isInfinite();
  }

  @Test
  void countsItsSamples() {
    assertThat(labels(15L, 5L).samples()).isEqualTo(20);
  }
}
