package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.PairedBootstrap.Errors;
import io.sparkrnn.evaluation.SequenceErrors.Measure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceErrorsTest {
  /** Four samples of one step, three of class 0 and one of class 1. */
  private static final SequenceDataset DATA =
      SequenceColumns.ofEqualLengths(4, 1)
          .ids(new int[4])
          .labels(new int[] {0, 0, 1, 0}, 2, Readings.ONE)
          .dataset();

  private static ClassTally.Reading reading(int sample, int label, int predicted) {
    return new ClassTally.Reading(sample, 0, label, predicted, 0.6, 0.4, 0.4, sample > 0);
  }

  @ParameterizedTest
  @CsvSource({
    "ACCURACY, 1, 1",
    "WEIGHTED_F1, 1, 1",
    // Each class counts as two of four samples.
    "MACRO_F1, 0.6666666666666666, 2",
    "TOP_5, 1, 0",
    "LOG_LOSS, 0.5, 0.7",
    "AUC, 0.5, 0.7"
  })
  void classesAreWrongInTheWayOfTheScore(ScoreKind kind, double first, double third) {
    SequenceErrors errors = new SequenceErrors(Measure.of(kind), DATA);
    errors.add(reading(0, 0, 1), 0.5);
    errors.add(reading(2, 1, 0), 0.7);

    Errors found = errors.errors(0);
    assertThat(found.sums()).containsExactly(first, 0, third, 0);
    assertThat(found.readings()).containsExactly(1, 0, 1, 0);
    assertThat(errors.errors(2).sums())
        .as("windows of two streams")
        .containsExactly(first + third, 0);
    assertThat(errors.errors(2).readings()).containsExactly(2, 0);
  }

  @ParameterizedTest
  @CsvSource({"RMSE, 4", "R2, 4", "MAE, 2", "MAPE, 0.25", "PINBALL, 1", "COVERAGE, 1"})
  void valuesAreFarInTheWayOfTheScore(ScoreKind kind, double error) {
    SequenceErrors errors = new SequenceErrors(Measure.of(kind), DATA);
    ValueTally tally = new ValueTally(1, List.of(0.5));
    tally.add(errors, 1, 0, 0, 8, 10);

    assertThat(errors.errors(0).sums()).containsExactly(0, error, 0, 0);
    assertThat(tally.scores(0).get(ScoreKind.MAE)).as("counted, too").isEqualTo(2);
  }

  @Test
  void ofZerosThereAreNoRelativeErrors() {
    SequenceErrors errors = new SequenceErrors(Measure.RELATIVE, DATA);
    new ValueTally(1, List.of()).add(errors, 0, 0, 0, 0, 10);

    assertThat(errors.errors(0).readings()).containsExactly(0, 0, 0, 0);
  }
}
