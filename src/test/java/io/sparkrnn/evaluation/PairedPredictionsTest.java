package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class PairedPredictionsTest {
  private static final Percentage PRECISE = Percentage.withPercentage(1e-8);

  @Test
  void countsSamplesByWhoIsRight() {
    int[] labels = {0, 1, 2, 0, 1, 2, 0};
    int[] current = {0, 1, 2, 1, 1, 0, 2};
    int[] candidate = {0, 2, 2, 0, 0, 2, 1};

    PairedPredictions pair = PairedPredictions.of(labels, current, candidate);

    assertThat(pair).isEqualTo(new PairedPredictions(7, 2, 2, 2));
    assertThat(pair.currentAccuracy()).isEqualTo(4 / 7.0);
    assertThat(pair.candidateAccuracy()).isEqualTo(4 / 7.0);
    assertThat(pair.regression()).isZero();
  }

  @Test
  void accuraciesAreThoseOfTheConfusionMatrix() {
    PairedPredictions pair = new PairedPredictions(10_000, 9_500, 200, 100);

    assertThat(pair.currentAccuracy()).isEqualTo(0.97);
    assertThat(pair.candidateAccuracy()).isEqualTo(0.96);
    assertThat(pair.regression()).isEqualTo(0.01);
  }

  /** All pairs of counts up to 120, with a tail that is summed in whole numbers. */
  @Test
  void pValuesAreExact() {
    for (int n = 0; n <= 120; n++) {
      BigInteger[] row = pascal(n);
      for (int b = 0; b <= n; b++) {
        PairedPredictions pair = new PairedPredictions(1000, 500, b, n - b);
        assertThat(pair.pValueOfBetter())
            .as("b %d, c %d", b, n - b)
            .isCloseTo(upperTail(row, n - b), PRECISE);
        assertThat(pair.pValueOfWorse()).isCloseTo(upperTail(row, b), PRECISE);
      }
    }
  }

  @Test
  void pValuesOfManySamplesAreExact() {
    int n = 3_000;
    BigInteger[] row = pascal(n);
    for (int b : new int[] {0, 1, 700, 1_400, 1_499, 1_500, 1_501, 3_000}) {
      assertThat(new PairedPredictions(60_000, 50_000, b, n - b).pValueOfBetter())
          .as("b %d", b)
          .isCloseTo(upperTail(row, n - b), PRECISE);
    }
  }

  /** As in textbooks: P(X >= 9) of 10 tosses is 11/1024. */
  @Test
  void aKnownValue() {
    PairedPredictions pair = new PairedPredictions(100, 80, 1, 9);

    assertThat(pair.pValueOfBetter()).isCloseTo(11 / 1024.0, within(1e-15));
    assertThat(pair.pValueOfWorse()).isCloseTo(1023 / 1024.0, within(1e-14));
  }

  @Test
  void modelsThatNeverDifferProveNothing() {
    PairedPredictions pair = new PairedPredictions(100, 80, 0, 0);

    assertThat(pair.pValueOfBetter()).isEqualTo(1);
    assertThat(pair.pValueOfWorse()).isEqualTo(1);
  }

  @Test
  void whatDoesNotAddUpIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedPredictions.of(new int[3], new int[3], new int[2]))
        .withMessage(
            "Cannot compare predictions: expected 3 of both models, one a label, found 3 and 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedPredictions.of(new int[0], new int[0], new int[0]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PairedPredictions(10, 5, 3, 3))
        .withMessageContaining("found 5, 3 and 3 of 10");
    assertThatIllegalArgumentException().isThrownBy(() -> new PairedPredictions(10, 5, -1, 3));
  }

  private static BigInteger[] pascal(int n) {
    BigInteger[] row = new BigInteger[n + 1];
    row[0] = BigInteger.ONE;
    for (int above = 1; above <= n; above++) {
      row[above] = BigInteger.ONE;
      for (int k = above - 1; k > 0; k--) {
        row[k] = row[k].add(row[k - 1]);
      }
    }
    return row;
  }

  /** P(X >= from) of tosses of a coin. */
  private static double upperTail(BigInteger[] row, int from) {
    BigInteger sum = BigInteger.ZERO;
    for (int k = from; k < row.length; k++) {
      sum = sum.add(row[k]);
    }
    return new BigDecimal(sum)
        .divide(new BigDecimal(BigInteger.TWO.pow(row.length - 1)), MathContext.DECIMAL128)
        .doubleValue();
  }
}
