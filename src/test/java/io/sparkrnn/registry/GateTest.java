package io.sparkrnn.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.PairedBootstrap;
import io.sparkrnn.evaluation.PairedBootstrap.Errors;
import io.sparkrnn.evaluation.PairedPredictions;
import io.sparkrnn.evaluation.PairedScores;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.evaluation.SequenceErrors.Measure;
import io.sparkrnn.evaluation.ValueTally;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
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
    assertThat(evidence.accuracy()).contains(0.9509);
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

  private static EvaluationResult rmse(double... errors) {
    ValueTally tally = new ValueTally(1, List.of());
    for (int i = 0; i < errors.length; i++) {
      tally.add(i, 0, 0, 100, 100 + errors[i]);
    }
    return new EvaluationResult(tally, 0, errors.length, ScoreKind.RMSE);
  }

  /** Of models that make these errors. */
  private static PairedScores pair(double[] current, double[] candidate, long seed) {
    PairedBootstrap bootstrap =
        PairedBootstrap.of(
            Errors.ofSequences(DoubleStream.of(current).map(e -> e * e).toArray()),
            Errors.ofSequences(DoubleStream.of(candidate).map(e -> e * e).toArray()),
            1,
            seed);
    return new PairedScores(rmse(current), rmse(candidate), Measure.SQUARED, 1, bootstrap);
  }

  private static double[] errors(Random random, int count, double deviation) {
    return random.doubles(count).map(any -> deviation * random.nextGaussian()).toArray();
  }

  @Test
  void modelsThatAreEquallyGoodAreSeldomPromoted() {
    int promoted = 0;
    for (int trial = 0; trial < 1_000; trial++) {
      Random random = new Random(trial);
      PairedScores pair = pair(errors(random, 60, 3), errors(random, 60, 3), trial);
      promoted += BETTER.decide(pair).action() == Action.PROMOTED ? 1 : 0;
    }
    // Of 1,000 trials with probability 0.05, more than 72 are one in a thousand.
    assertThat(promoted).isBetween(25, 72);
  }

  @Test
  void otherScoresAreDecidedByABootstrap() {
    Random random = new Random(1);
    double[] current = errors(random, 100, 3);
    double[] better = DoubleStream.of(current).map(error -> 0.9 * error).toArray();
    double[] bitWorse = DoubleStream.of(current).map(error -> 1.005 * error).toArray();

    Decision decision = BETTER.decide(pair(current, better, 1));
    assertThat(decision.action()).isEqualTo(Action.PROMOTED);
    assertThat(decision.reason())
        .startsWith("RMSE ")
        .contains(": significantly better (p 0.00050, at most 0.05 is significant; squared errors,")
        .endsWith("drawn 2000 times from 100 sequences)");
    assertThat(decision.evidence().accuracy()).isEmpty();
    Evidence.DecidingScore score = decision.evidence().score().orElseThrow();
    assertThat(score.better()).isEqualTo("lower");
    assertThat(score.bootstrap().orElseThrow().currentValue()).isGreaterThan(score.value());

    assertThat(BETTER.decide(pair(better, current, 1)).reason())
        .endsWith(": worse by more than 0.01 of that");
    assertThat(BETTER.decide(pair(current, bitWorse, 1)).reason()).endsWith(": not better");
    assertThat(NOT_WORSE.decide(pair(current, bitWorse, 1)).action()).isEqualTo(Action.KEPT);
    assertThat(NOT_WORSE.decide(pair(current, current, 1)).action()).isEqualTo(Action.PROMOTED);
  }

  @Test
  void aScoreHasAWorstValue() {
    Gate gate = new Gate(0, 0.01, 0.05, Gate.Requirement.BETTER, Optional.of(2.0));
    assertThat(gate.decideFirst(rmse(2, 2)).action()).isEqualTo(Action.PROMOTED);
    assertThat(gate.decideFirst(rmse(2, 2)).reason())
        .isEqualTo("RMSE 2, and there is no current version");
    assertThat(gate.decideFirst(rmse(2, 3)).reason())
        .isEqualTo("RMSE 2.55 is worse than the worst allowed, 2.0");
  }

  @Test
  void fewSequencesShowNothing() {
    double[] current = {3, 3, 3, 3};
    double[] better = {1, 1, 1, 1};
    Decision decision = BETTER.decide(pair(current, better, 1));
    assertThat(decision.action()).isEqualTo(Action.KEPT);
    assertThat(decision.reason()).endsWith("takes at least 10 sequences, and there are 4)");
    assertThat(NOT_WORSE.decide(pair(current, better, 1)).action()).isEqualTo(Action.PROMOTED);
  }
}
