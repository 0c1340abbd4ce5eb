package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

/** All expected values were computed by hand. */
class ConfusionMatrixTest {
  private static final long[] COUNTS = {
    5, 2, 0, //
    1, 3, 4, //
    0, 1, 8
  };

  // Class 1 is never predicted, class 2 has no samples, class 3 has neither.
  private static final long[] UNDEFINED = {
    6, 0, 2, 0, //
    2, 0, 0, 0, //
    0, 0, 0, 0, //
    0, 0, 0, 0
  };

  @Test
  void countsSamplesByActualAndPredictedClass() {
    ConfusionMatrix matrix = new ConfusionMatrix(3);
    matrix.add(0, 1);
    matrix.add(0, 1);
    matrix.add(2, 0);

    assertThat(matrix.counts()).containsExactly(0, 2, 0, 0, 0, 0, 1, 0, 0);
    assertThat(matrix.count(0, 1)).isEqualTo(2);
    assertThat(matrix.samples()).isEqualTo(3);
    assertThat(matrix.support(0)).isEqualTo(2);
    assertThat(matrix.predictions(0)).isEqualTo(1);
    assertThat(matrix.classes()).isEqualTo(3);
  }

  @Test
  void computesMetricsOfEveryClass() {
    ConfusionMatrix matrix = ConfusionMatrix.of(COUNTS, 3);

    assertThat(matrix.accuracy()).isEqualTo(16 / 24.0);
    assertThat(matrix.precision(0)).isEqualTo(5 / 6.0);
    assertThat(matrix.precision(1)).isEqualTo(3 / 6.0);
    assertThat(matrix.precision(2)).isEqualTo(8 / 12.0);
    assertThat(matrix.recall(0)).isEqualTo(5 / 7.0);
    assertThat(matrix.recall(1)).isEqualTo(3 / 8.0);
    assertThat(matrix.recall(2)).isEqualTo(8 / 9.0);
    // 2 TP / (2 TP + FP + FN)
    assertThat(matrix.f1(0)).isCloseTo(10 / 13.0, within(1e-15));
    assertThat(matrix.f1(1)).isCloseTo(6 / 14.0, within(1e-15));
    assertThat(matrix.f1(2)).isCloseTo(16 / 21.0, within(1e-15));
  }

  @Test
  void averagesOverClasses() {
    ConfusionMatrix matrix = ConfusionMatrix.of(COUNTS, 3);

    assertThat(matrix.macroPrecision()).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(matrix.macroRecall()).isCloseTo(997 / 1512.0, within(1e-15));
    assertThat(matrix.macroF1()).isCloseTo(535 / 819.0, within(1e-15));
  }

  @Test
  void undefinedRatiosAreZeroInAveragesToo() {
    ConfusionMatrix matrix = ConfusionMatrix.of(UNDEFINED, 4);

    assertThat(matrix.precision(1)).isZero();
    assertThat(matrix.recall(2)).isZero();
    assertThat(matrix.f1(1)).isZero();
    assertThat(matrix.f1(2)).isZero();
    assertThat(matrix.f1(3)).isZero();
    // The macro averages of scikit-learn with zero_division=0: over classes 0, 1 and 2.
    assertThat(matrix.macroPrecision()).isEqualTo(0.25);
    assertThat(matrix.macroRecall()).isEqualTo(0.25);
    assertThat(matrix.macroF1()).isEqualTo(0.25);
  }

  @Test
  void isAllZeroWithoutSamples() {
    ConfusionMatrix matrix = new ConfusionMatrix(2);

    assertThat(
            new double[] {
              matrix.accuracy(), matrix.macroPrecision(), matrix.macroRecall(), matrix.macroF1()
            })
        .containsExactly(0, 0, 0, 0);
  }

  @Test
  void mergesByAddingCounts() {
    ConfusionMatrix matrix = ConfusionMatrix.of(COUNTS, 3);

    matrix.merge(ConfusionMatrix.of(new long[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3));

    assertThat(matrix).isEqualTo(ConfusionMatrix.of(new long[] {6, 2, 0, 1, 4, 4, 0, 1, 9}, 3));
    assertThat(matrix).hasSameHashCodeAs(ConfusionMatrix.of(matrix.counts(), 3));
    assertThat(matrix).isNotEqualTo(ConfusionMatrix.of(COUNTS, 3)).isNotEqualTo("a matrix");
    assertThat(matrix).hasToString("ConfusionMatrix[6, 2, 0, 1, 4, 4, 0, 1, 9]");
  }

  @Test
  void keepsItsCountsToItself() {
    long[] counts = COUNTS.clone();
    ConfusionMatrix matrix = ConfusionMatrix.of(counts, 3);

    counts[0] = 99;
    matrix.counts()[0] = 99;

    assertThat(matrix.count(0, 0)).isEqualTo(5);
  }

  @Test
  void survivesSerialization() throws IOException, ClassNotFoundException {
    ConfusionMatrix matrix = ConfusionMatrix.of(COUNTS, 3);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(matrix);
    }

    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(matrix);
    }
  }

  @Test
  void refusesClassesThatDoNotExist() {
    ConfusionMatrix matrix = new ConfusionMatrix(3);

    assertThatThrownBy(() -> matrix.add(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> matrix.add(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> matrix.count(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new ConfusionMatrix(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot build a confusion matrix: expected at least 1 class, found 0");
  }

  @Test
  void refusesCountsThatCannotBe() {
    assertThatThrownBy(() -> ConfusionMatrix.of(COUNTS, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot add to a confusion matrix: expected 4 counts for 2 classes, found 9");
    assertThatThrownBy(() -> ConfusionMatrix.of(new long[] {0, 0, -1, 0}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot add to a confusion matrix: expected counts of at least 0, found -1 at index 2");
  }
}
