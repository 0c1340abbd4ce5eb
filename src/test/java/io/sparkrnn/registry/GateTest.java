package io.sparkrnn.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.evaluation.PairedPredictions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GateTest {
  private static final Gate BETTER = new Gate(0.9, 0.01, 0.05, Gate.Requirement.BETTER);
  private static final Gate NOT_WORSE = new Gate(0.9, 0.01, 0.05, Gate.Requirement.NOT_WORSE);

  /** P(X >= 8 of 10) is 56/1024, of 9 11/1024; of 5 of 5 1/32, of 4 of 4 1/16. */
  @ParameterizedTest
  @CsvSource({
    "1, 9, PROMOTED, PROMOTED",
    "2, 8, KEPT, PROMOTED",
    "0, 5, PROMOTED, PROMOTED",
    "0, 4, KEPT, PROMOTED",
    "0, 0, KEPT, PROMOTED",
    "5, 5, KEPT, PROMOTED",
    "8, 2, KEPT, PROMOTED",
    "9, 1, KEPT, KEPT",
    "5, 0, KEPT, KEPT"
  })
  void decidesByTheTest(long onlyCurrent, long onlyCandidate, Action ifBetter, Action ifNotWorse) {
    PairedPredictions pair = new PairedPredictions(10_000, 9_500, onlyCurrent, onlyCandidate);

    assertThat(BETTER.decide(pair).action()).isEqualTo(ifBetter);
    assertThat(NOT_WORSE.decide(pair).action()).isEqualTo(ifNotWorse);
  }

  @Test
  void aRegressionOfAsMuchAsIsAllowedPasses() {
    Gate lenient = new Gate(0, 0.01, 1e-300, Gate.Requirement.NOT_WORSE);

    assertThat(lenient.decide(new PairedPredictions(10_000, 9_500, 200, 100)).action())
        .isEqualTo(Action.PROMOTED);
    Decision decision = lenient.decide(new PairedPredictions(10_000, 9_500, 201, 100));
    assertThat(decision.action()).isEqualTo(Action.KEPT);
    assertThat(decision.reason())
        .isEqualTo("accuracy 0.9600, the current version's 0.9701: lower by more than 0.01");
  }

  @ParameterizedTest
  @EnumSource
  void theMinimalAccuracyHoldsForAll(Gate.Requirement required) {
    Gate gate = new Gate(0.97, 1, 0.05, required);

    assertThat(gate.decide(new PairedPredictions(10_000, 9_500, 0, 200)).action())
        .isEqualTo(Action.PROMOTED);
    Decision decision = gate.decide(new PairedPredictions(10_000, 9_500, 0, 199));
    assertThat(decision.action()).isEqualTo(Action.KEPT);
    assertThat(decision.reason()).isEqualTo("accuracy 0.9699 is below the least allowed, 0.97");
    assertThat(gate.decideFirst(0.97, 10_000).action()).isEqualTo(Action.PROMOTED);
    assertThat(gate.decideFirst(0.9699, 10_000).action()).isEqualTo(Action.KEPT);
  }

  @Test
  void saysWhy() {
    assertThat(BETTER.decide(new PairedPredictions(10_000, 9_500, 1, 9)).reason())
        .isEqualTo(
            "accuracy 0.9509, the current version's 0.9501: significantly better (p 0.011, at most 0.05 is significant; only the candidate is right on 9 samples, only the current version on 1)");
    assertThat(NOT_WORSE.decide(new PairedPredictions(10_000, 9_500, 2, 8)).reason())
        .contains("not significantly worse (p 0.99");
    assertThat(BETTER.decideFirst(0.98, 10_000).reason())
        .isEqualTo("accuracy 0.9800 is at least 0.9, and there is no current version");
  }

  @Test
  void evidenceHoldsWhatItWasDecidedBy() {
    PairedPredictions pair = new PairedPredictions(10_000, 9_500, 1, 9);

    Evidence evidence = BETTER.decide(pair).evidence();

    assertThat(evidence.gate()).isEqualTo(BETTER);
    assertThat(evidence.samples()).isEqualTo(10_000);
    assertThat(evidence.accuracy()).isEqualTo(0.9509);
    assertThat(evidence.comparison())
        .contains(new Evidence.Comparison(0.9501, 1, 9, pair.pValueOfBetter()));
    assertThat(BETTER.decideFirst(0.98, 7).evidence().comparison()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"-0.1, 0, 0.05", "1.1, 0, 0.05", "0, -1, 0.05", "0, 2, 0.05", "0, 0, 0", "NaN, 0, 1"})
  void impossibleSettingsAreRefused(double minAccuracy, double maxRegression, double significance) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Gate(minAccuracy, maxRegression, significance, Gate.Requirement.BETTER));
  }
}
