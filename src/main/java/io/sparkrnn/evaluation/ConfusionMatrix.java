package io.sparkrnn.evaluation;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How often samples of each actual class were predicted as each class, and the metrics that follow.
 *
 * <p>A ratio 0/0 counts as 0, in averages, too, as in scikit-learn with {@code zero_division=0}: a
 * class that is never predicted has precision 0. ND4J's {@code Evaluation} leaves such classes out
 * of its averages. A class without samples and predictions is in no average; an average over no
 * class, and the accuracy of no sample, are 0.
 *
 * <p>Mutable; not safe for use by several threads.
 */
public final class ConfusionMatrix implements Serializable {
  private static final long serialVersionUID = 1;

  private final int classes;
  private final long[] counts;

  /** An empty matrix of {@code classes * classes} counts. */
  public ConfusionMatrix(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "Cannot build a confusion matrix: expected at least 1 class, found " + classes);
    }
    this.classes = classes;
    this.counts = new long[Math.multiplyExact(classes, classes)];
  }

  /**
   * A matrix with the given counts, copied.
   *
   * @param counts {@code [actual][predicted]}
   * @throws IllegalArgumentException if there are not {@code classes * classes} of them, or one is
   *     negative
   */
  public static ConfusionMatrix of(long[] counts, int classes) {
    ConfusionMatrix matrix = new ConfusionMatrix(classes);
    matrix.addCounts(counts);
    return matrix;
  }

  /** Counts one sample. */
  public void add(int actual, int predicted) {
    Objects.checkIndex(actual, classes);
    Objects.checkIndex(predicted, classes);
    counts[actual * classes + predicted]++;
  }

  /**
   * Adds all counts of another matrix to this one.
   *
   * @throws IllegalArgumentException if it has another number of classes
   */
  public void merge(ConfusionMatrix other) {
    addCounts(other.counts);
  }

  private void addCounts(long[] added) {
    if (added.length != counts.length) {
      throw new IllegalArgumentException(
          "Cannot add to a confusion matrix: expected %d counts for %d classes, found %d"
              .formatted(counts.length, classes, added.length));
    }
    for (int cell = 0; cell < counts.length; cell++) {
      if (added[cell] < 0) {
        throw new IllegalArgumentException(
            "Cannot add to a confusion matrix: expected counts of at least 0, found %d at index %d"
                .formatted(added[cell], cell));
      }
    }
    for (int cell = 0; cell < counts.length; cell++) {
      counts[cell] = Math.addExact(counts[cell], added[cell]);
    }
  }

  /** The number of classes. */
  public int classes() {
    return classes;
  }

  /** How many samples of class {@code actual} were predicted as {@code predicted}. */
  public long count(int actual, int predicted) {
    Objects.checkIndex(predicted, classes);
    return counts[Objects.checkIndex(actual, classes) * classes + predicted];
  }

  /** A copy of all counts, {@code [actual][predicted]}. */
  public long[] counts() {
    return counts.clone();
  }

  /** How many samples were counted. */
  public long samples() {
    return Arrays.stream(counts).sum();
  }

  /** How many samples of a class there were: true positives and false negatives. */
  public long support(int actual) {
    long sum = 0;
    for (int predicted = 0; predicted < classes; predicted++) {
      sum += count(actual, predicted);
    }
    return sum;
  }

  /** How often a class was predicted: true and false positives. */
  public long predictions(int predicted) {
    long sum = 0;
    for (int actual = 0; actual < classes; actual++) {
      sum += count(actual, predicted);
    }
    return sum;
  }

  /** The share of samples whose class was predicted. */
  public double accuracy() {
    long correct = 0;
    for (int label = 0; label < classes; label++) {
      correct += count(label, label);
    }
    return ratio(correct, samples());
  }

  /** Of the predictions of a class, the share that was right; 0 if there were none. */
  public double precision(int label) {
    return ratio(count(label, label), predictions(label));
  }

  /** Of the samples of a class, the share that was found; 0 if there were none. */
  public double recall(int label) {
    return ratio(count(label, label), support(label));
  }

  /** The harmonic mean of a class's precision and recall; 0 if either is 0 or undefined. */
  public double f1(int label) {
    return f1(count(label, label), support(label), predictions(label));
  }

  static double f1(long right, long support, long predictions) {
    double precision = ratio(right, predictions);
    double recall = ratio(right, support);
    return precision == 0 || recall == 0 ? 0 : 2 * (precision * recall) / (precision + recall);
  }

  /** The mean precision of the classes that have samples or were predicted. */
  public double macroPrecision() {
    return mean(this::precision);
  }

  /** The mean recall of the classes that have samples or were predicted. */
  public double macroRecall() {
    return mean(this::recall);
  }

  /** The mean F1 of the classes that have samples or were predicted. */
  public double macroF1() {
    return mean(this::f1);
  }

  private double mean(IntToDoubleFunction metric) {
    return IntStream.range(0, classes)
        .filter(label -> support(label) + predictions(label) > 0)
        .mapToDouble(metric)
        .average()
        .orElse(0);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : part / (double) whole;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConfusionMatrix matrix && Arrays.equals(counts, matrix.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "ConfusionMatrix" + Arrays.toString(counts);
  }
}
