package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.train.TrainingLoop.Budget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many epochs a run has, by histories of scores that are written by hand. */
class BudgetTest {
  private static final EarlyStopping TENTH_OF_A_POINT = new EarlyStopping(0, 0.001);

  private static List<Double> merits(String texts) {
    return Arrays.stream(texts.split(" ")).map(Double::valueOf).toList();
  }

  /** Four epochs, cycles of two, at most twelve; the last epoch of each decides. */
  @ParameterizedTest
  @CsvSource({
    // As long as it is within its budget, nothing is known of more.
    "0.95, 4",
    "0.95 0.96 0.97, 4",
    "0.95 0.96 0.97 0.98, 6",
    // Not by more than the criterion.
    "0.95 0.96 0.97 0.971, 4",
    "0.95 0.96 0.97 0.9711, 6",
    "0.95 0.98 0.97 0.979, 4",
    "0.95 0.98 0.97 0.97, 4",
    // Within a cycle, a score that falls says nothing: its rate rises first.
    "0.95 0.96 0.97 0.98 0.975, 6",
    "0.95 0.96 0.97 0.98 0.975 0.98, 6",
    "0.95 0.96 0.97 0.98 0.975 0.982, 8",
    // The best one counts, wherever it was.
    "0.95 0.96 0.97 0.98 0.985 0.984, 6",
    "0.95 0.96 0.97 0.98 0.97 0.982 0.98 0.984 0.98 0.986 0.98, 12",
    // Never more, however much better it gets.
    "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.85 0.9 0.92 0.94, 12",
  })
  void aCycleFollowsWhereTheLastEpochsWereBetter(String history, int expected) {
    List<Double> merits = merits(history);
    assertThat(new Budget(4, 12, TENTH_OF_A_POINT).end(merits)).isEqualTo(expected);
  }

  /** What decides about an epoch is the history up to it alone. */
  @Test
  void whatFollowsChangesNoEarlierDecision() {
    List<Double> merits = merits("0.95 0.96 0.97 0.98 0.975 0.982 0.97 0.9825");
    Budget budget = new Budget(4, 12, TENTH_OF_A_POINT);
    List<Integer> ends = new ArrayList<>();
    for (int done = 0; done <= merits.size(); done++) {
      ends.add(budget.end(merits.subList(0, done)));
    }
    assertThat(ends).containsExactly(4, 4, 4, 4, 6, 6, 8, 8, 8);
  }

  /** A quarter of the planned epochs, rounded up, decides; half of them are a cycle. */
  @ParameterizedTest
  @CsvSource({
    "1, 3, 0.5, 2",
    "1, 3, 0.5 0.6, 3",
    "1, 3, 0.5 0.6 0.7, 3",
    "3, 9, 0.7 0.8 0.81, 5",
    // Four would be beyond what there may be.
    "5, 8, 0.6 0.7 0.7 0.75 0.7, 8",
    "5, 7, 0.6 0.7 0.7 0.75 0.7, 7",
    "5, 5, 0.6 0.7 0.7 0.75 0.7, 5",
    "5, 3, 0.6 0.7 0.7 0.75 0.7, 5",
    "5, 0, 0.6 0.7 0.7 0.75 0.7, 5",
    "8, 24, 0.1 0.2 0.3 0.4 0.5 0.6 0.8 0.7, 12",
    "8, 24, 0.1 0.2 0.3 0.4 0.5 0.8 0.7 0.7, 8",
    // What has no score has learnt nothing more.
    "3, 9, 0.7 0.8 NaN, 3",
    "3, 9, NaN NaN NaN, 3",
  })
  void lengthsFollowFromThePlan(int epochs, int most, String history, int expected) {
    List<Double> merits = merits(history);
    assertThat(new Budget(epochs, most, TENTH_OF_A_POINT).end(merits)).isEqualTo(expected);
  }

  /** Errors, of which merits are the negatives, by a share of the best one. */
  @Test
  void errorsHaveNoNaturalScale() {
    Budget budget = new Budget(4, 12, new EarlyStopping(0, 0.01, ScoreKind.RMSE));
    assertThat(budget.end(merits("-90 -60 -50 -49.6"))).isEqualTo(4);
    assertThat(budget.end(merits("-90 -60 -50 -49.4"))).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({"3, false", "4, true", "5, false", "6, true", "10, true", "11, false", "12, true"})
  void onlyEndsAreWaitedFor(int epoch, boolean decides) {
    assertThat(new Budget(4, 12, TENTH_OF_A_POINT).decidesAfter(epoch)).isEqualTo(decides);
    assertThat(new Budget(4).decidesAfter(epoch)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "4, 4", "5, 6", "6, 6", "7, 8", "12, 12"})
  void anEpochIsInTheBudgetOrInACycle(int epoch, int through) {
    assertThat(new Budget(4, 12, TENTH_OF_A_POINT).through(epoch)).isEqualTo(through);
    assertThat(new Budget(4).through(epoch)).isEqualTo(4);
  }
}
