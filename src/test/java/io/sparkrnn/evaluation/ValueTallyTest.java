package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTallyTest {
  private static final int COUNT = 150;

  private static final double[] ACTUAL = new double[COUNT];
  private static final double[] PREDICTED = new double[COUNT];

  static {
    Draws draws = new Draws(13);
    for (int i = 0; i < COUNT; i++) {
      ACTUAL[i] = draws.rounded(draws.next() * 20 - 5, 2);
    }
    for (int i = 0; i < COUNT; i++) {
      PREDICTED[i] = draws.rounded(ACTUAL[i] + draws.next() * 6 - 2, 2);
    }
  }

  /** The same numbers as readings of so many targets, counted in blocks. */
  private static Map<ScoreKind, Double> scores(int targets, List<Double> levels, int blockSize) {
    ValueTally whole = new ValueTally(targets, levels);
    for (int first = 0; first < COUNT; first += targets * blockSize) {
      ValueTally block = new ValueTally(targets, levels);
      for (int i = first; i < Math.min(COUNT, first + targets * blockSize); i++) {
        double value = PREDICTED[i];
        block.add(
            i / targets,
            0,
            i % targets,
            ACTUAL[i],
            levels.isEmpty() ? new double[] {value} : new double[] {value, value + 0.5, value + 1});
      }
      whole.merge(block);
    }
    assertThat(whole.readings()).isEqualTo(COUNT / targets);
    return whole.scores(0);
  }

  /**
   * scikit-learn 1.5.2 on the same draws: {@code root_mean_squared_error}, {@code
   * mean_absolute_error}, {@code mean_absolute_percentage_error}, {@code r2_score}.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 1000})
  void scoresAreThoseOfScikitLearn(int blockSize) {
    Map<ScoreKind, Double> scores = scores(1, List.of(), blockSize);
    assertThat(scores.get(ScoreKind.RMSE)).isCloseTo(1.9883348141933574, within(1e-13));
    assertThat(scores.get(ScoreKind.MAE)).isCloseTo(1.6607333333333332, within(1e-13));
    assertThat(scores.get(ScoreKind.MAPE)).isCloseTo(1.427572551235136, within(1e-13));
    assertThat(scores.get(ScoreKind.R2)).isCloseTo(0.8973194997363294, within(1e-13));
    assertThat(scores).doesNotContainKeys(ScoreKind.PINBALL, ScoreKind.COVERAGE);

    Map<ScoreKind, Double> ofTwo = scores(2, List.of(), blockSize);
    assertThat(ofTwo.get(ScoreKind.RMSE)).isCloseTo(1.9883348141933574, within(1e-13));
    assertThat(ofTwo.get(ScoreKind.R2)).isCloseTo(0.896733100316133, within(1e-13));
  }

  /**
   * {@code mean_pinball_loss} of scikit-learn 1.5.2 at levels 0.1 and 0.9, where the median is half
   * way between them; the median's own loss is half its absolute error.
   */
  @Test
  void quantilesHavePinballLossAndCoverage() {
    double ofMedian = 0;
    int covered = 0;
    for (int i = 0; i < COUNT; i++) {
      ofMedian += Math.abs(ACTUAL[i] - PREDICTED[i] - 0.5) / 2 / COUNT;
      covered += PREDICTED[i] <= ACTUAL[i] && ACTUAL[i] <= PREDICTED[i] + 1 ? 1 : 0;
    }

    Map<ScoreKind, Double> scores = scores(1, List.of(0.1, 0.5, 0.9), 40);
    assertThat(scores.get(ScoreKind.PINBALL))
        .isCloseTo((1.2203133333333334 + ofMedian + 0.28148666666666666) / 3, within(1e-12));
    assertThat(scores.get(ScoreKind.COVERAGE)).isEqualTo(0.14666666666666667);
    assertThat(covered).isEqualTo(22);
    assertThat(scores.get(ScoreKind.MAE)).isCloseTo(2 * ofMedian, within(1e-12));
  }

  @Test
  void relativeErrorsLeaveZerosOut() {
    ValueTally tally = new ValueTally(1, List.of());
    tally.add(0, 0, 0, 0, 5);
    tally.add(1, 0, 0, 2, 3);
    tally.add(2, 0, 0, -4, -3);

    assertThat(tally.zeros()).isEqualTo(1);
    assertThat(tally.scores(0))
        .containsEntry(ScoreKind.MAPE, 0.375)
        .containsEntry(ScoreKind.MAE, 7 / 3.0)
        .containsEntry(ScoreKind.RMSE, 3.0);
    assertThat(tally.worst()).first().isEqualTo(new Deviation(0, 0, 0, 0, 5, 5));
  }

  /** As scikit-learn has it: 1 for a perfect prediction of what does not vary, else 0. */
  @Test
  void whatDoesNotVaryHasAnR2() {
    ValueTally tally = new ValueTally(1, List.of());
    tally.add(0, 0, 0, 2, 2);
    tally.add(1, 0, 0, 2, 2);
    assertThat(tally.scores(0)).containsEntry(ScoreKind.R2, 1.0);
    tally.add(2, 0, 0, 2, 3);
    assertThat(tally.scores(0)).containsEntry(ScoreKind.R2, 0.0);
    assertThat(new ValueTally(1, List.of(0.5)).scores(0).values()).doesNotContain(Double.NaN);
  }
}
