package io.sparkrnn.evaluation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an evaluation found over all samples.
 *
 * @param tally of all readings
 * @param loss the network's own mean loss of a reading; 0 if there is none
 * @param samples how many readings count: as many as samples where each has one
 * @param deciding what {@link #score} is
 */
public record EvaluationResult(Tally tally, double loss, long samples, ScoreKind deciding) {
  /** How many samples a block has, whoever evaluates it. */
  public static final int BLOCK_SAMPLES = 1000;

  /** Of samples with one class each. */
  public EvaluationResult(
      ConfusionMatrix confusion, double loss, long samples, List<Mistake> worst) {
    this(ClassTally.of(confusion, worst), loss, samples, ScoreKind.ACCURACY);
  }

  /**
   * Folds the results of blocks 0, 1, 2, ..., given in any order: what they counted is merged, and
   * loss sums are added, in the order of block numbers.
   *
   * @param into of nothing yet, takes what was counted
   * @throws IllegalArgumentException if a block is missing or doubled, or its counts do not add up
   *     to its samples
   */
  public static EvaluationResult fold(Collection<BlockResult> blocks, Tally into) {
    List<BlockResult> ordered = new ArrayList<>(blocks);
    ordered.sort(Comparator.comparingInt(BlockResult::block));
    double lossSum = 0;
    long samples = 0;
    for (int number = 0; number < ordered.size(); number++) {
      BlockResult block = ordered.get(number);
      if (block.block() != number) {
        throw new IllegalArgumentException(
            "Cannot fold evaluation results: expected block %d, found block %d"
                .formatted(number, block.block()));
      }
      if (block.tally().readings() != block.samples()) {
        throw new IllegalArgumentException(
            "Cannot fold evaluation results: expected %d samples in block %d, found counts of %d"
                .formatted(block.samples(), number, block.tally().readings()));
      }
      into.merge(block.tally());
      lossSum += block.lossSum();
      samples += block.samples();
    }
    return new EvaluationResult(into, samples == 0 ? 0 : lossSum / samples, samples, into.usual());
  }

  /** The score that decides which of two results is better. */
  public Score score() {
    return score(deciding);
  }

  /**
   * A score.
   *
   * @throws IllegalArgumentException if there is none of this kind
   */
  public Score score(ScoreKind kind) {
    Double value = scores().get(kind);
    if (value == null) {
      throw new IllegalArgumentException(
          "Cannot score predictions: expected one of %s, found %s"
              .formatted(scores().keySet(), kind));
    }
    return new Score(kind, value);
  }

  /** All scores, by their kinds. */
  public Map<ScoreKind, Double> scores() {
    return tally.scores(loss);
  }

  /** The same, where another score decides. */
  public EvaluationResult decidedBy(ScoreKind kind) {
    return new EvaluationResult(tally, loss, samples, kind);
  }

  /** The share of readings whose class was predicted; not a number where there are no classes. */
  public double accuracy() {
    return tally instanceof ClassTally classes ? classes.accuracy() : Double.NaN;
  }

  /** {@link #accuracy}, where there are classes. */
  public Optional<Double> classAccuracy() {
    return Optional.of(accuracy()).filter(accuracy -> !Double.isNaN(accuracy));
  }

  /** Whether each sample has one class: what images have. */
  public boolean isOfSampleClasses() {
    return tally instanceof ClassTally classes && classes.of() == ClassTally.Of.SAMPLES;
  }

  /** Whether {@link #confusion} is there. */
  public boolean hasConfusion() {
    return tally instanceof ClassTally classes && classes.matrix().isPresent();
  }

  /**
   * How often each class was taken for each.
   *
   * @throws IllegalStateException where it was not counted
   */
  public ConfusionMatrix confusion() {
    if (!hasConfusion()) {
      throw new IllegalStateException("expected a confusion matrix, found none of " + tally);
    }
    return ((ClassTally) tally).matrix().orElseThrow();
  }

  /** The worst mistakes, the worst first; none where there are no classes. */
  public List<Mistake> worst() {
    return tally instanceof ClassTally classes ? classes.worst() : List.of();
  }

  /** The largest errors, the largest first; none where there are classes. */
  public List<Deviation> deviations() {
    return tally instanceof ValueTally values ? values.worst() : List.of();
  }

  /** Some of all predicted values, evenly spread, for plots; none where there are classes. */
  public List<Deviation> predictions() {
    return tally instanceof ValueTally values ? values.predictions() : List.of();
  }

  /**
   * For people: of samples with a class each, one line a class with precision, recall, F1 and
   * samples, then the macro averages; otherwise one line a score. Lines end with a line feed.
   */
  public String table() {
    return isOfSampleClasses() && hasConfusion() ? classTable() : scoreTable();
  }

  /** For people: one line a score. */
  public String scoreTable() {
    StringBuilder table = new StringBuilder();
    scores()
        .forEach(
            (kind, value) ->
                table.append(
                    String.format(
                        Locale.ROOT,
                        "%-20s%14s\n",
                        kind.label(),
                        new Score(kind, value).number())));
    return table.toString();
  }

  private String classTable() {
    ConfusionMatrix confusion = confusion();
    StringBuilder table = new StringBuilder();
    table.append(line("class", "precision", "recall", "F1", "samples"));
    for (int label = 0; label < confusion.classes(); label++) {
      table.append(
          line(
              Integer.toString(label),
              ratio(confusion.precision(label)),
              ratio(confusion.recall(label)),
              ratio(confusion.f1(label)),
              Long.toString(confusion.support(label))));
    }
    table.append(
        line(
            "average",
            ratio(confusion.macroPrecision()),
            ratio(confusion.macroRecall()),
            ratio(confusion.macroF1()),
            Long.toString(samples)));
    return table.toString();
  }

  private static String line(
      String label, String precision, String recall, String f1, String samples) {
    return String.format(
        Locale.ROOT, "%-8s%10s%10s%10s%10s\n", label, precision, recall, f1, samples);
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
