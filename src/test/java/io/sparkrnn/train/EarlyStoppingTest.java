package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EarlyStoppingTest {
  private static List<Double> accuracies(String text) {
    return Arrays.stream(text.split(" ")).map(Double::valueOf).toList();
  }

  /** How many epochs a run has that would find these accuracies. */
  private static int epochs(EarlyStopping stopping, List<Double> accuracies) {
    for (int epochs = 0; epochs < accuracies.size(); epochs++) {
      if (stopping.ends(accuracies.subList(0, epochs))) {
        return epochs;
      }
    }
    return accuracies.size();
  }

  @ParameterizedTest
  @CsvSource({
    // Patience of 1: the first epoch without an improvement.
    "1, 0, 0.1 0.2 0.3 0.4, 4",
    "1, 0, 0.1 0.2 0.2 0.4, 3",
    "1, 0, 0.1 0.05 0.2 0.4, 2",
    // Equal is no improvement; a new best one starts the count again.
    "2, 0, 0.5 0.5 0.5 0.9, 3",
    "2, 0, 0.5 0.4 0.6 0.5 0.7 0.6 0.6 0.9, 7",
    // Better than before is not better than the best.
    "3, 0, 0.5 0.1 0.2 0.3 0.9, 4",
    // No model is worse than none.
    "1, 0, 0 0 0, 2",
    // The best one is exceeded by more than the delta, or stays what is to be exceeded.
    "2, 0.25, 0.25 0.5 0.5 0.75 0.9, 3",
    "2, 0.25, 0.25 0.375 0.625 0.75 0.8125 0.9, 5",
    "3, 1, 0 1 1 1 1, 4",
    // Off.
    "0, 0, 0.5 0.4 0.3 0.2 0.1, 5"
  })
  void aRunHasSoManyEpochs(int patience, double minDelta, String text, int expected) {
    EarlyStopping stopping = new EarlyStopping(patience, minDelta);
    assertThat(epochs(stopping, accuracies(text))).isEqualTo(expected);
  }

  /** Scores without a scale of their own improve by a share of the best one. */
  @ParameterizedTest
  @CsvSource({
    "1, 0, 30 20 20 10, 3",
    "1, 0.1, 30 26 24 1, 3",
    "1, 0.1, 30 26 23 22 1, 4",
    "2, 0.5, NaN 30 14 8 7.5 1, 5",
    "2, 0, 0 0 0 0, 3"
  })
  void lowerErrorsAreBetter(int patience, double minDelta, String text, int expected) {
    List<Double> merits =
        accuracies(text).stream().map(value -> new Score(ScoreKind.RMSE, value).merit()).toList();
    assertThat(epochs(new EarlyStopping(patience, minDelta, ScoreKind.RMSE), merits))
        .isEqualTo(expected);
  }

  @Test
  void aRunWithoutAnEpochGoesOn() {
    assertThat(new EarlyStopping(1, 0).ends(List.of())).isFalse();
    assertThat(new EarlyStopping(0, 0).ends(List.of())).isFalse();
  }
}
