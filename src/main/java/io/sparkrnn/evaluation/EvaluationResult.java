package io.sparkrnn.evaluation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What an evaluation found over all samples.
 *
 * @param loss the mean loss of a sample; 0 if there is none
 * @param worst the worst mistakes, at most {@link Mistake#KEPT}, the worst first
 */
public record EvaluationResult(
    ConfusionMatrix confusion, double loss, long samples, List<Mistake> worst) {
  /** How many samples a block has, whoever evaluates it. */
  public static final int BLOCK_SAMPLES = 1000;

  public EvaluationResult {
    worst = List.copyOf(worst);
  }

  /**
   * Folds the results of blocks 0, 1, 2, ..., given in any order: counts are added, loss sums are
   * added in the order of block numbers and divided by the samples.
   *
   * @throws IllegalArgumentException if a block is missing or doubled, or its counts do not add up
   *     to its samples
   */
  public static EvaluationResult fold(Collection<BlockResult> blocks, int classes) {
    List<BlockResult> ordered = new ArrayList<>(blocks);
    ordered.sort(Comparator.comparingInt(BlockResult::block));
    ConfusionMatrix confusion = new ConfusionMatrix(classes);
    double lossSum = 0;
    long samples = 0;
    List<Mistake> mistakes = new ArrayList<>();
    for (int number = 0; number < ordered.size(); number++) {
      BlockResult block = ordered.get(number);
      if (block.block() != number) {
        throw new IllegalArgumentException(
            "Cannot fold evaluation results: expected block %d, found block %d"
                .formatted(number, block.block()));
      }
      ConfusionMatrix counted = ConfusionMatrix.of(block.confusion(), classes);
      if (counted.samples() != block.samples()) {
        throw new IllegalArgumentException(
            "Cannot fold evaluation results: expected %d samples in block %d, found counts of %d"
                .formatted(block.samples(), number, counted.samples()));
      }
      confusion.merge(counted);
      lossSum += block.lossSum();
      samples += block.samples();
      mistakes.addAll(block.worst());
    }
    return new EvaluationResult(
        confusion, samples == 0 ? 0 : lossSum / samples, samples, Mistake.worst(mistakes));
  }

  /** The share of samples whose class was predicted. */
  public double accuracy() {
    return confusion.accuracy();
  }

  /**
   * For people: one line a class with precision, recall, F1 and samples, then the macro averages.
   * Lines end with a line feed.
   */
  public String table() {
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
