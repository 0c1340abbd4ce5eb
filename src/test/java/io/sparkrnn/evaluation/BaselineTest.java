package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.ClassTally.Of;
import io.sparkrnn.model.TargetScale;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaselineTest {
  private static SequenceDataset classes(int... labels) {
    return SequenceDataset.ofFloats(new float[labels.length], labels, 1, 1, 3);
  }

  private static SequenceDataset steps(int[] ids, int[] labels, float... weights) {
    return SequenceColumns.ofEqualLengths(ids.length / 2, 2)
        .ids(ids)
        .labels(labels, 3, Readings.EVERY_STEP)
        .weights(weights)
        .dataset();
  }

  private static SequenceDataset values(float... targets) {
    return SequenceColumns.ofEqualLengths(targets.length, 1)
        .dense(new float[targets.length], 1, Missing.REFUSE)
        .targets(targets, 1, Readings.ONE)
        .dataset();
  }

  private static Baseline of(
      SequenceDataset training, SequenceDataset test, Tally into, ScoreKind kind) {
    return Baseline.of(List.of(training), test, TargetScale.IDENTITY, into, kind);
  }

  @Test
  void theMostFrequentClassOfAllParts() {
    Baseline found =
        Baseline.of(
            List.of(classes(0, 2), classes(2, 1, 2)),
            classes(2, 0, 1, 2),
            TargetScale.IDENTITY,
            new ClassTally(3, Of.SAMPLES),
            ScoreKind.ACCURACY);
    assertThat(found)
        .isEqualTo(new Baseline("most frequent class", new Score(ScoreKind.ACCURACY, 0.5)));
  }

  /** A class that was never seen is not impossible. */
  @Test
  void probabilitiesAreShares() {
    Baseline found =
        of(classes(0, 0, 0, 1), classes(2), new ClassTally(3, Of.SAMPLES), ScoreKind.LOG_LOSS);
    assertThat(found.score().value()).isCloseTo(-Math.log(1 / 7.0 / 5), within(1e-12));
  }

  @Test
  void eachIdHasItsMostFrequentClass() {
    // Id 0 has mostly class 1, id 1 class 2; all together have mostly class 2.
    SequenceDataset training =
        steps(
            new int[] {0, 0, 0, 1, 1, 1, 1, 0},
            new int[] {1, 1, 0, 2, 2, 2, 0, 0},
            1,
            1,
            1,
            1,
            1,
            1,
            1,
            0);
    // Id 5 was never seen; the last reading does not count.
    SequenceDataset test =
        steps(new int[] {0, 1, 5, 5, 0, 1}, new int[] {1, 2, 2, 0, 0, 0}, 1, 1, 1, 1, 1, 0);
    Baseline found = of(training, test, new ClassTally(3, Of.TIME_STEPS), ScoreKind.ACCURACY);
    assertThat(found)
        .isEqualTo(
            new Baseline("most frequent class at the same id", new Score(ScoreKind.ACCURACY, 0.6)));
  }

  @Test
  void valuesHaveTheirMeanInUnitsOfTheData() {
    TargetScale scale = new TargetScale(List.of(10.0), List.of(2.0), false);
    Baseline found =
        Baseline.of(
            List.of(values(-1, 0), values(1)),
            values(2, -2, 0),
            scale,
            new ValueTally(1, List.of(0.1, 0.9)),
            ScoreKind.RMSE);
    assertThat(found.name()).isEqualTo("mean of the training targets");
    assertThat(found.score().value()).isCloseTo(Math.sqrt(32 / 3.0), within(1e-12));
  }

  @Test
  void predictionsFromElsewhereAreScored() {
    SequenceDataset test = values(1, 2, 4);
    Baseline found =
        Baseline.ofPredictions(
            "last value",
            new float[] {0, 3, 6},
            test,
            new TargetScale(List.of(0.0), List.of(3.0), false),
            new ValueTally(1, List.of()),
            ScoreKind.MAE);
    assertThat(found).isEqualTo(new Baseline("last value", new Score(ScoreKind.MAE, 4)));
  }
}
