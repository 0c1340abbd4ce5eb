package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.train.updater.Updater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundPlanTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 10, 10",
    "7, 3, 3",
    "7, 3, 1",
    "7, 7, 2",
    "7, 8, 7",
    "469, 10, 10",
    "235, 10, 1",
    "10, 10, 3",
    "30, 10, 10",
    "11, 1, 1000"
  })
  void roundsCoverEachEpochExactly(int minibatches, int frequency, int firstFrequency) {
    RoundPlan plan = new RoundPlan(minibatches, frequency, firstFrequency);
    TrainingState state = TrainingState.initial(new float[1], new Updater.Sgd());
    long number = 0;
    long iteration = 0;
    for (int epoch = 0; epoch < 3; epoch++) {
      int expected = epoch == 0 ? firstFrequency : frequency;
      int covered = 0;
      int rounds = 0;
      Round round;
      do {
        round = plan.next(state);
        assertThat(number + 1 + plan.roundsAfter(round, 3))
            .isEqualTo(plan.rounds(0) + plan.rounds(1) + plan.rounds(2));
        assertThat(round)
            .isEqualTo(
                new Round(
                    number,
                    epoch,
                    covered,
                    Math.min(expected, minibatches - covered),
                    iteration,
                    covered + expected >= minibatches,
                    1));
        covered += round.iterations();
        iteration += round.iterations();
        number++;
        rounds++;
        state = state.after(round, result(2));
      } while (!round.lastOfEpoch());
      assertThat(covered).isEqualTo(minibatches);
      assertThat(rounds).isEqualTo(plan.rounds(epoch));
      assertThat(state.epoch()).isEqualTo(epoch + 1);
      assertThat(state.minibatch()).isZero();
      assertThat(state.iteration()).isEqualTo((long) minibatches * (epoch + 1));
      assertThat(state.round()).isEqualTo(number);
      // Losses and samples are those of this epoch's rounds only.
      assertThat(state.epochSamples()).isEqualTo(2L * rounds);
      assertThat(state.epochLossSum()).isEqualTo(3.0 * rounds);
    }
  }

  private static RoundResult result(long samples) {
    return new RoundResult(new float[1], samples, 3, new long[] {1}, 0);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "5, 0, 1", "5, 1, 0", "5, -1, 1"})
  void plansThatWouldNeverEndAreRefused(int minibatches, int frequency, int firstFrequency) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RoundPlan(minibatches, frequency, firstFrequency))
        .withMessageStartingWith("Cannot plan rounds: expected at least 1 minibatch");
  }

  @Test
  void aStateOfALongerEpochIsRefused() {
    TrainingState state = new TrainingState(new float[1], new float[0], 1, 0, 7, 7, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RoundPlan(7, 1, 1).next(state))
        .withMessageContaining("found minibatch 7");
  }
}
