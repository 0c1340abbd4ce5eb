package io.sparkrnn.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What was counted of predicted classes. How often each class was taken for each other one is
 * counted up to {@value #MOST_IN_MATRIX} classes; of more, only how often each was right, there and
 * predicted: a vocabulary of 50,000 would have 2.5 billion counts.
 *
 * <p>Mutable; not safe for use by several threads.
 */
public final class ClassTally implements Tally {
  private static final long serialVersionUID = 1;

  /** The most classes that have a confusion matrix: 512 KiB a block. */
  public static final int MOST_IN_MATRIX = 256;

  /** How many of the most probable classes the score {@link ScoreKind#TOP_5} looks at. */
  public static final int TOP = 5;

  /** Of probabilities, for the calibration error, as in Guo et al. 2017. */
  private static final int BINS = 15;

  private static final double LN_2 = StrictMath.log(2);

  /** What has a class. */
  public enum Of {
    SAMPLES,
    TIME_STEPS,
    /** Time steps whose class is the next token of a text. */
    TOKENS,
    /** Each output of a sigmoid: two classes, one of them taken from a probability of 0.5 on. */
    OUTPUTS
  }

  /**
   * One prediction.
   *
   * @param sample its number in what is evaluated
   * @param step its time step where each has a class, else 0
   * @param probability of the predicted class
   * @param labelProbability of its own class
   * @param ofClassOne the probability of class 1, where there are two
   * @param inTop whether its own class is among the {@value #TOP} most probable ones
   */
  public record Reading(
      int sample,
      int step,
      int label,
      int predicted,
      double probability,
      double labelProbability,
      double ofClassOne,
      boolean inTop) {}

  private final int classes;
  private final Of of;
  private final ConfusionMatrix matrix;
  private final long[] right;
  private final long[] support;
  private final long[] predictions;
  private final long[] binReadings = new long[BINS];
  private final long[] binRight = new long[BINS];
  private final double[] binProbability = new double[BINS];
  private final Ranking ranking = new Ranking();
  private final List<Mistake> worst = new ArrayList<>();
  private long inTop;

  /** Of nothing yet. */
  public ClassTally(int classes, Of of) {
    this(classes, of, classes <= MOST_IN_MATRIX ? new ConfusionMatrix(classes) : null);
  }

  private ClassTally(int classes, Of of, ConfusionMatrix matrix) {
    this.classes = classes;
    this.of = of;
    this.matrix = matrix;
    this.right = new long[classes];
    this.support = new long[classes];
    this.predictions = new long[classes];
  }

  /** Of samples whose classes were counted, and their probabilities were not. */
  public static ClassTally of(ConfusionMatrix counted) {
    return of(counted, List.of());
  }

  static ClassTally of(ConfusionMatrix counted, List<Mistake> worst) {
    int classes = counted.classes();
    ClassTally tally = new ClassTally(classes, Of.SAMPLES, counted);
    for (int label = 0; label < classes; label++) {
      tally.right[label] = counted.count(label, label);
      tally.support[label] = counted.support(label);
      tally.predictions[label] = counted.predictions(label);
    }
    tally.worst.addAll(worst);
    return tally;
  }

  /** Counts a prediction. */
  public void add(Reading reading) {
    int label = reading.label();
    int predicted = reading.predicted();
    support[label]++;
    predictions[predicted]++;
    if (matrix != null) {
      matrix.add(label, predicted);
    }
    int bin = bin(reading.probability());
    binReadings[bin]++;
    binProbability[bin] += reading.probability();
    if (predicted == label) {
      right[label]++;
      binRight[bin]++;
    } else {
      Worst.keep(
          worst,
          new Mistake(
              reading.sample(),
              label,
              predicted,
              reading.probability(),
              reading.labelProbability(),
              reading.step()),
          Mistake.WORST_FIRST);
    }
    if (reading.inTop()) {
      inTop++;
    }
    if (classes == 2) {
      ranking.add(label, reading.ofClassOne());
    }
  }

  /** The upper bound of a bin belongs to it, the lower one does not. */
  private static int bin(double probability) {
    return (int) Math.max(0, Math.min(BINS - 1, Math.ceil(probability * BINS) - 1));
  }

  @Override
  public void merge(Tally other) {
    Tally.requireAlike(
        other instanceof ClassTally tally && tally.classes == classes && tally.of == of,
        this,
        other);
    ClassTally added = (ClassTally) other;
    if (matrix != null) {
      matrix.merge(added.matrix);
    }
    add(right, added.right);
    add(support, added.support);
    add(predictions, added.predictions);
    add(binReadings, added.binReadings);
    add(binRight, added.binRight);
    for (int bin = 0; bin < BINS; bin++) {
      binProbability[bin] += added.binProbability[bin];
    }
    inTop += added.inTop;
    ranking.merge(added.ranking);
    added.worst.forEach(mistake -> Worst.keep(worst, mistake, Mistake.WORST_FIRST));
  }

  private static void add(long[] sums, long[] added) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += added[i];
    }
  }

  @Override
  public long readings() {
    return Arrays.stream(support).sum();
  }

  /** Empty where there are too many classes. */
  public Optional<ConfusionMatrix> matrix() {
    return Optional.ofNullable(matrix);
  }

  int classes() {
    return classes;
  }

  /** What has a class. */
  public Of of() {
    return of;
  }

  /** The worst mistakes, at most {@link Mistake#KEPT}, the worst first. */
  public List<Mistake> worst() {
    return List.copyOf(worst);
  }

  @Override
  public ScoreKind usual() {
    return ScoreKind.ACCURACY;
  }

  @Override
  public Map<ScoreKind, Double> scores(double meanLoss) {
    Map<ScoreKind, Double> scores = new EnumMap<>(ScoreKind.class);
    scores.put(ScoreKind.ACCURACY, accuracy());
    scores.put(ScoreKind.MACRO_F1, macroF1());
    scores.put(ScoreKind.WEIGHTED_F1, weightedF1());
    scores.put(ScoreKind.LOG_LOSS, meanLoss);
    if (classes > TOP) {
      scores.put(ScoreKind.TOP_5, ratio(inTop, readings()));
    }
    if (classes == 2) {
      scores.put(ScoreKind.AUC, ranking.auc());
    }
    scores.put(ScoreKind.CALIBRATION_ERROR, calibrationError());
    if (of == Of.TOKENS) {
      scores.put(ScoreKind.BITS_PER_CHARACTER, meanLoss / LN_2);
    }
    return scores;
  }

  double accuracy() {
    return ratio(Arrays.stream(right).sum(), readings());
  }

  private double f1(int label) {
    return ConfusionMatrix.f1(right[label], support[label], predictions[label]);
  }

  private double macroF1() {
    return IntStream.range(0, classes)
        .filter(label -> support[label] + predictions[label] > 0)
        .mapToDouble(this::f1)
        .average()
        .orElse(0);
  }

  private double weightedF1() {
    double sum = 0;
    for (int label = 0; label < classes; label++) {
      sum += f1(label) * support[label];
    }
    return readings() == 0 ? 0 : sum / readings();
  }

  /** Of bins of probabilities, the mean difference between what they promise and what is right. */
  private double calibrationError() {
    double sum = 0;
    for (int bin = 0; bin < BINS; bin++) {
      sum += Math.abs(binRight[bin] - binProbability[bin]);
    }
    return readings() == 0 ? 0 : sum / readings();
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : part / (double) whole;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClassTally tally
        && of == tally.of
        && inTop == tally.inTop
        && Arrays.equals(right, tally.right)
        && Arrays.equals(support, tally.support)
        && Arrays.equals(predictions, tally.predictions)
        && matrix().equals(tally.matrix())
        && Arrays.equals(binReadings, tally.binReadings)
        && Arrays.equals(binRight, tally.binRight)
        && Arrays.equals(binProbability, tally.binProbability)
        && ranking.equals(tally.ranking)
        && worst.equals(tally.worst);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(support) * 31 + Arrays.hashCode(predictions);
  }

  @Override
  public String toString() {
    return "%d classes of %s".formatted(classes, of);
  }
}
