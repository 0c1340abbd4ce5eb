package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.Proof;
import io.sparkrnn.evaluation.PairedBootstrap.Errors;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
  private static final int TRIALS = 1_000;

  /** Of 1,000 trials with probability 0.05, more than this many are one in a thousand. */
  private static final int MOST_FALSE = 72;

  /** All draws of five sequences with unequal readings, each as probable: 5^5 of them. */
  @Test
  void pValuesAreThoseOfAllDraws() {
    double[] current = {3, 1, 4, 1, 5};
    double[] candidate = {2, 1, 3.5, 2, 3};
    long[] readings = {2, 1, 3, 1, 2};
    double difference = 0;
    for (int i = 0; i < 5; i++) {
      difference += (candidate[i] - current[i]) / 9;
    }
    int better = 0;
    int worse = 0;
    for (int draw = 0; draw < 3125; draw++) {
      double sum = 0;
      double count = 0;
      for (int i = 0, rest = draw; i < 5; i++, rest /= 5) {
        int drawn = rest % 5;
        sum += candidate[drawn] - current[drawn] - difference * readings[drawn];
        count += readings[drawn];
      }
      better += sum / count <= difference ? 1 : 0;
      worse += sum / count >= difference ? 1 : 0;
    }

    PairedBootstrap found =
        PairedBootstrap.of(new Errors(current, readings), new Errors(candidate, readings), 1, 42);
    // Four standard deviations of 2,000 draws are at most 0.045.
    assertThat(found.pValueOfBetter()).isCloseTo(better / 3125.0, within(0.045));
    assertThat(found.pValueOfWorse()).isCloseTo(worse / 3125.0, within(0.045));
    assertThat(found.currentError()).isEqualTo(14 / 9.0);
    assertThat(found.candidateError()).isEqualTo(11.5 / 9);
  }

  /** How often a candidate that is as good as the current model would be promoted. */
  private static int falsePromotions(
      int trials, int sequences, double correlation, int blockLength) {
    int promoted = 0;
    for (int trial = 0; trial < trials; trial++) {
      Random random = new Random(trial);
      double[] current = new double[sequences];
      double[] candidate = new double[sequences];
      double one = random.nextGaussian();
      double other = random.nextGaussian();
      for (int i = 0; i < sequences; i++) {
        double noise = Math.sqrt(1 - correlation * correlation);
        one = correlation * one + noise * random.nextGaussian();
        other = correlation * other + noise * random.nextGaussian();
        double difficulty = 10 * random.nextDouble();
        current[i] = difficulty + one;
        candidate[i] = difficulty + other;
      }
      PairedBootstrap found =
          PairedBootstrap.of(
              Errors.ofSequences(current), Errors.ofSequences(candidate), blockLength, trial);
      promoted += found.pValueOfBetter() <= 0.05 ? 1 : 0;
    }
    return promoted;
  }

  @Test
  void equallyGoodModelsAreSeldomPromoted() {
    assertThat(falsePromotions(TRIALS, 100, 0, 1))
        .isLessThanOrEqualTo(MOST_FALSE)
        .isGreaterThan(25);
  }

  /** Windows that resemble their neighbours are fewer than they seem; blocks know. */
  @Test
  void blocksAreForWindowsThatResembleEachOther() {
    int trials = Proof.times(TRIALS, 200);
    int alone = falsePromotions(trials, 200, 0.6, 1);
    int inBlocks = falsePromotions(trials, 200, 0.6, 15);
    assertThat(alone).isGreaterThan(trials / 6);
    // Blocks of a finite length cut some of the correlation off.
    assertThat(inBlocks).isLessThan(trials / 8);
  }

  @Test
  void aBetterModelIsFound() {
    Random random = new Random(1);
    double[] current = random.doubles(200).toArray();
    double[] candidate = IntStream.range(0, 200).mapToDouble(i -> current[i] - 0.1).toArray();
    for (int i = 0; i < 200; i++) {
      candidate[i] += 0.3 * random.nextGaussian();
    }
    PairedBootstrap found =
        PairedBootstrap.of(Errors.ofSequences(current), Errors.ofSequences(candidate), 1, 7);
    assertThat(found.pValueOfBetter()).isLessThan(0.01);
    assertThat(found.pValueOfWorse()).isGreaterThan(0.99);
    assertThat(found)
        .as("a function of errors and seed")
        .isEqualTo(
            PairedBootstrap.of(Errors.ofSequences(current), Errors.ofSequences(candidate), 1, 7));
  }

  @Test
  void equalErrorsSayNothing() {
    Errors errors = Errors.ofSequences(1, 2, 3);
    PairedBootstrap found = PairedBootstrap.of(errors, errors, 1, 1);
    assertThat(found.pValueOfBetter()).isEqualTo(1);
    assertThat(found.pValueOfWorse()).isEqualTo(1);
  }

  @Test
  void otherReadingsCannotBeCompared() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedBootstrap.of(Errors.ofSequences(1, 2), Errors.ofSequences(1), 1, 1))
        .withMessageEndingWith("found 2 and 1 sequences");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> PairedBootstrap.of(Errors.ofSequences(1, 2), Errors.ofSequences(1, 2), 3, 1))
        .withMessageEndingWith("expected blocks of 1 to 2 sequences, found 3");
  }
}
