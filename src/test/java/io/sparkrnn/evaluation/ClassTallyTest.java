package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.evaluation.ClassTally.Of;
import io.sparkrnn.evaluation.ClassTally.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassTallyTest {
  private record Sample(int label, double[] probabilities) {
    int predicted() {
      int best = 0;
      for (int c = 1; c < probabilities.length; c++) {
        best = probabilities[c] > probabilities[best] ? c : best;
      }
      return best;
    }

    Reading reading(int number) {
      long before =
          IntStream.range(0, probabilities.length)
              .filter(c -> probabilities[c] > probabilities[label])
              .count();
      return new Reading(
          number,
          0,
          label,
          predicted(),
          probabilities[predicted()],
          probabilities[label],
          probabilities.length == 2 ? probabilities[1] : 0,
          before < 5);
    }
  }

  private static ClassTally tally(List<Sample> samples, int classes, Of of, int blockSize) {
    ClassTally whole = new ClassTally(classes, of);
    for (int first = 0; first < samples.size(); first += blockSize) {
      ClassTally block = new ClassTally(classes, of);
      for (int s = first; s < Math.min(samples.size(), first + blockSize); s++) {
        block.add(samples.get(s).reading(s));
      }
      whole.merge(block);
    }
    return whole;
  }

  private static double logLoss(List<Sample> samples) {
    return samples.stream()
        .mapToDouble(sample -> -Math.log(sample.probabilities()[sample.label()]))
        .average()
        .orElse(0);
  }

  private static double[] softmax(double[] logits) {
    double sum = 0;
    for (int c = 0; c < logits.length; c++) {
      logits[c] = Math.exp(logits[c]);
      sum += logits[c];
    }
    for (int c = 0; c < logits.length; c++) {
      logits[c] /= sum;
    }
    return logits;
  }

  /**
   * scikit-learn 1.5.2 on the same draws: {@code accuracy_score}, {@code f1_score} with {@code
   * zero_division=0}, {@code log_loss}, {@code top_k_accuracy_score(k=5)}.
   */
  @Test
  void scoresAreThoseOfScikitLearn() {
    Draws draws = new Draws(7);
    List<double[]> logits = new ArrayList<>();
    for (int s = 0; s < 200; s++) {
      double[] row = new double[7];
      for (int c = 0; c < 7; c++) {
        row[c] = draws.rounded(draws.next() * 8 - 4, 3);
      }
      logits.add(row);
    }
    List<Sample> samples = new ArrayList<>();
    for (double[] row : logits) {
      samples.add(new Sample((int) (draws.next() * 7), softmax(row)));
    }

    Map<ScoreKind, Double> scores = tally(samples, 7, Of.TOKENS, 64).scores(logLoss(samples));
    assertThat(scores.get(ScoreKind.ACCURACY)).isEqualTo(0.145);
    assertThat(scores.get(ScoreKind.MACRO_F1)).isCloseTo(0.14346236546530017, within(1e-15));
    assertThat(scores.get(ScoreKind.WEIGHTED_F1)).isCloseTo(0.14870292401411256, within(1e-15));
    assertThat(scores.get(ScoreKind.LOG_LOSS)).isCloseTo(3.6516325499483093, within(1e-12));
    assertThat(scores.get(ScoreKind.TOP_5)).isEqualTo(0.65);
    assertThat(scores.get(ScoreKind.BITS_PER_CHARACTER))
        .isCloseTo(3.6516325499483093 / Math.log(2), within(1e-12));
  }

  /** {@code roc_auc_score} of scikit-learn 1.5.2 on the same draws, of which most are tied. */
  @Test
  void aucIsThatOfScikitLearn() {
    Draws draws = new Draws(11);
    double[] probabilities = new double[300];
    for (int s = 0; s < 300; s++) {
      probabilities[s] = draws.rounded(draws.next(), 1);
    }
    List<Sample> samples = new ArrayList<>();
    for (double p : probabilities) {
      samples.add(new Sample(draws.next() < 0.3 + 0.4 * p ? 1 : 0, new double[] {1 - p, p}));
    }

    assertThat(tally(samples, 2, Of.SAMPLES, 77).scores(0).get(ScoreKind.AUC))
        .isCloseTo(0.6126356520192137, within(1e-15));
  }

  /** Against loops that are as slow as they are obvious. */
  @ParameterizedTest
  @CsvSource({"2, 1", "2, 300", "3, 50", "7, 400", "300, 500"})
  void scoresAreThoseOfTheirDefinitions(int classes, int count) {
    Random random = new Random(classes * 1000L + count);
    List<Sample> samples = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      double[] logits = random.doubles(classes).map(value -> Math.round(8 * value) / 2.0).toArray();
      samples.add(new Sample(random.nextInt(classes), softmax(logits)));
    }

    Map<ScoreKind, Double> scores = tally(samples, classes, Of.SAMPLES, 100).scores(0);
    double macro = 0;
    double weighted = 0;
    int found = 0;
    for (int c = 0; c < classes; c++) {
      int label = c;
      double right =
          samples.stream().filter(s -> s.label() == label && s.predicted() == label).count();
      double support = samples.stream().filter(s -> s.label() == label).count();
      double predicted = samples.stream().filter(s -> s.predicted() == label).count();
      double f1 = support + predicted == 0 ? 0 : 2 * right / (support + predicted);
      found += support + predicted == 0 ? 0 : 1;
      macro += f1;
      weighted += f1 * support / count;
    }
    assertThat(scores.get(ScoreKind.MACRO_F1)).isCloseTo(macro / found, within(1e-12));
    assertThat(scores.get(ScoreKind.WEIGHTED_F1)).isCloseTo(weighted, within(1e-12));
    assertThat(scores.get(ScoreKind.CALIBRATION_ERROR))
        .isCloseTo(calibrationError(samples), within(1e-12));
    assertThat(scores.containsKey(ScoreKind.TOP_5)).isEqualTo(classes > 5);
    assertThat(scores.containsKey(ScoreKind.AUC)).isEqualTo(classes == 2);
    assertThat(scores).doesNotContainKey(ScoreKind.BITS_PER_CHARACTER);
    if (classes == 2) {
      assertThat(scores.get(ScoreKind.AUC)).isCloseTo(auc(samples), within(1e-12));
    }
  }

  private static double calibrationError(List<Sample> samples) {
    double error = 0;
    for (int bin = 0; bin < 15; bin++) {
      double low = bin / 15.0;
      double high = (bin + 1) / 15.0;
      List<Sample> inBin =
          samples.stream()
              .filter(s -> s.probabilities()[s.predicted()] > low)
              .filter(s -> s.probabilities()[s.predicted()] <= high)
              .toList();
      double right = inBin.stream().filter(s -> s.predicted() == s.label()).count();
      double promised = inBin.stream().mapToDouble(s -> s.probabilities()[s.predicted()]).sum();
      error += Math.abs(right - promised) / samples.size();
    }
    return error;
  }

  private static double auc(List<Sample> samples) {
    double wins = 0;
    int pairs = 0;
    for (Sample positive : samples) {
      for (Sample negative : samples) {
        if (positive.label() == 1 && negative.label() == 0) {
          pairs++;
          double more = positive.probabilities()[1] - negative.probabilities()[1];
          wins += more > 0 ? 1 : more == 0 ? 0.5 : 0;
        }
      }
    }
    return pairs == 0 ? 0.5 : wins / pairs;
  }

  /** 50,000 classes would have a matrix of 2.5 billion counts. */
  @Test
  void manyClassesHaveNoMatrix() {
    ClassTally tally = new ClassTally(50_000, Of.TIME_STEPS);
    tally.add(new Reading(0, 0, 49_999, 49_999, 0.5, 0.5, 0, true));
    tally.add(new Reading(0, 1, 1, 2, 0.5, 0.1, 0, false));

    assertThat(tally.matrix()).isEmpty();
    assertThat(new ClassTally(256, Of.SAMPLES).matrix()).isPresent();
    assertThat(new ClassTally(257, Of.SAMPLES).matrix()).isEmpty();
    assertThat(tally.scores(0.25))
        .containsEntry(ScoreKind.ACCURACY, 0.5)
        .containsEntry(ScoreKind.MACRO_F1, 1 / 3.0)
        .containsEntry(ScoreKind.WEIGHTED_F1, 0.5)
        .containsEntry(ScoreKind.TOP_5, 0.5);
    assertThat(new EvaluationResult(tally, 0.25, 2, ScoreKind.ACCURACY).table())
        .contains("accuracy", "50.00%");
  }

  @Test
  void theWorstMistakesOfAllBlocksAreKept() {
    ClassTally whole = new ClassTally(2, Of.SAMPLES);
    for (int block = 0; block < 3; block++) {
      ClassTally tally = new ClassTally(2, Of.SAMPLES);
      for (int s = 0; s < 40; s++) {
        double ofLabel = (s * 3 + block) / 1000.0;
        tally.add(new Reading(40 * block + s, 0, 0, 1, 1 - ofLabel, ofLabel, 0, false));
      }
      whole.merge(tally);
    }
    assertThat(whole.worst()).hasSize(Mistake.KEPT);
    assertThat(whole.worst())
        .extracting(Mistake::labelProbability)
        .isSorted()
        .endsWith(49 / 1000.0);
  }

  @Test
  void othersClassesAreNotMerged() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ClassTally(2, Of.SAMPLES).merge(new ClassTally(3, Of.SAMPLES)))
        .withMessage(
            "Cannot merge evaluations: expected one like 2 classes of SAMPLES, found 3 classes of SAMPLES");
  }

  @Test
  void scoresOfNothingAreNumbers() {
    assertThat(new ClassTally(7, Of.TIME_STEPS).scores(0))
        .as("tags are no characters")
        .doesNotContainKey(ScoreKind.BITS_PER_CHARACTER);
    assertThat(new ClassTally(2, Of.TIME_STEPS).scores(0).values()).doesNotContain(Double.NaN);
    assertThat(new ClassTally(9, Of.SAMPLES).scores(0).values()).doesNotContain(Double.NaN);
  }
}
