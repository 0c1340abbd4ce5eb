package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationResultTest {
  // Summed in block order 1e16 swallows the 1; in other orders it does not.
  private static final List<BlockResult> BLOCKS =
      List.of(
          block(0, 1e16, 4, 2, 1, 0, 1),
          block(1, 1, 2, 1, 0, 0, 1),
          block(2, -1e16, 1, 0, 1, 0, 0));

  private static BlockResult block(int number, double lossSum, int samples, long... confusion) {
    return new BlockResult(
        number, ClassTally.of(ConfusionMatrix.of(confusion, 2)), lossSum, samples);
  }

  private static ClassTally empty() {
    return new ClassTally(2, ClassTally.Of.SAMPLES);
  }

  @Test
  void foldsInBlockOrderWhateverTheOrderOfArrival() {
    List<BlockResult> arrived = new ArrayList<>(BLOCKS);
    for (int rotation = 0; rotation < 3; rotation++) {
      Collections.rotate(arrived, 1);
      EvaluationResult result = EvaluationResult.fold(arrived, empty());

      assertThat(result.loss()).isZero();
      assertThat(result.samples()).isEqualTo(7);
      assertThat(result.confusion().counts()).containsExactly(3, 2, 0, 2);
      assertThat(result.accuracy()).isEqualTo(5 / 7.0);
    }
  }

  @Test
  void dividesTheLossesBySamples() {
    EvaluationResult result =
        EvaluationResult.fold(
            List.of(block(1, 0.5, 1, 0, 0, 0, 1), block(0, 1.5, 3, 3, 0, 0, 0)), empty());

    assertThat(result.loss()).isEqualTo(0.5);
  }

  @Test
  void foldsNothingToNothing() {
    assertThat(EvaluationResult.fold(List.of(), empty()))
        .isEqualTo(new EvaluationResult(new ConfusionMatrix(2), 0, 0, List.of()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void refusesADoubledOrAMissingBlock(int second) {
    assertThatThrownBy(
            () -> EvaluationResult.fold(List.of(BLOCKS.get(0), BLOCKS.get(second)), empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot fold evaluation results: expected block 1, found block " + second);
  }

  @Test
  void refusesCountsThatDoNotAddUp() {
    assertThatThrownBy(() -> EvaluationResult.fold(List.of(block(0, 1, 5, 2, 1, 0, 1)), empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot fold evaluation results: expected 5 samples in block 0, found counts of 4");
  }

  @Test
  void printsATableForPeople() {
    EvaluationResult result =
        new EvaluationResult(
            ConfusionMatrix.of(new long[] {5, 2, 0, 1, 3, 4, 0, 1, 8}, 3), 0.98765, 24, List.of());

    assertThat(result.table())
        .isEqualTo(
            """
            class    precision    recall        F1   samples
            0           0.8333    0.7143    0.7692         7
            1           0.5000    0.3750    0.4286         8
            2           0.6667    0.8889    0.7619         9
            average     0.6667    0.6594    0.6532        24
            """);
  }
}
