package io.sparkrnn.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.random.SeededRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Our metrics and ND4J's on the same predictions. */
class EvaluationAgainstNd4jIT {
  private static final double TOLERANCE = 1e-12;

  // Ten classes; the second number is of those that occur, the third of those ever predicted.
  @ParameterizedTest
  @CsvSource({"500, 10, 10", "500, 7, 10", "500, 10, 6", "37, 5, 4", "1, 1, 1"})
  void everyMetricIsNd4js(int samples, int occurring, int predictable) {
    int classes = 10;
    ConfusionMatrix ours = new ConfusionMatrix(classes);
    INDArray labels = Nd4j.zeros(samples, classes);
    INDArray predictions = Nd4j.zeros(samples, classes);
    SeededRandom random = SeededRandom.of(9, samples, occurring, predictable);
    for (int s = 0; s < samples; s++) {
      int actual = random.nextInt(occurring);
      int predicted =
          random.nextDouble() < 0.6 && actual < predictable ? actual : random.nextInt(predictable);
      ours.add(actual, predicted);
      labels.putScalar(s, actual, 1);
      predictions.putScalar(s, predicted, 1);
    }
    Evaluation theirs = new Evaluation(classes);
    theirs.eval(labels, predictions);

    assertThat(ours.accuracy()).isCloseTo(theirs.accuracy(), within(TOLERANCE));
    // In which ND4J leaves out classes that were never predicted, or never occur.
    if (occurring == classes && predictable == classes) {
      assertThat(ours.macroPrecision()).isCloseTo(theirs.precision(), within(TOLERANCE));
      assertThat(ours.macroRecall()).isCloseTo(theirs.recall(), within(TOLERANCE));
      assertThat(ours.macroF1()).isCloseTo(theirs.f1(), within(TOLERANCE));
    } else if (predictable < occurring) {
      assertThat(ours.macroPrecision()).isLessThan(theirs.precision());
      assertThat(ours.macroF1()).isLessThan(theirs.f1());
    }
    for (int c = 0; c < classes; c++) {
      assertThat(ours.precision(c)).isCloseTo(theirs.precision(c), within(TOLERANCE));
      assertThat(ours.recall(c)).isCloseTo(theirs.recall(c), within(TOLERANCE));
      assertThat(ours.f1(c)).isCloseTo(theirs.f1(c), within(TOLERANCE));
    }
  }
}
