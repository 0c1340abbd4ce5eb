package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Computation, waiting and averaging always come to the round. */
class RoundReportTest {
  @ParameterizedTest
  @CsvSource({
    // compute, averaging, round: of which computation, waiting, averaging
    "60, 10, 100, 60, 30, 10",
    "60, 40, 100, 60, 0, 40",
    // Folded while the slowest worker still computed.
    "60, 70, 100, 60, 0, 40",
    // Clocks of two machines.
    "101, 5, 100, 100, 0, 0",
    "0, 0, 100, 0, 100, 0",
  })
  void partsComeToTheWhole(
      long compute,
      long averaging,
      long round,
      long reportedCompute,
      long reportedWait,
      long reportedAveraging) {
    RoundReport report =
        RoundReport.of(
            new Round(0, 0, 0, 5, 0, false, 1),
            new RoundResult(new float[1], 10, 5, new long[] {compute / 2, compute}, averaging),
            0.002,
            round);
    assertThat(report.computeNanos()).isEqualTo(reportedCompute);
    assertThat(report.waitNanos()).isEqualTo(reportedWait);
    assertThat(report.averagingNanos()).isEqualTo(reportedAveraging);
    assertThat(report.computeNanos() + report.waitNanos() + report.averagingNanos())
        .isEqualTo(report.roundNanos());
    assertThat(report.meanLoss()).isEqualTo(0.5);
  }
}
