package io.sparkrnn.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What was counted of predicted values, in the units of the data. Errors of all targets count
 * alike, as scikit-learn has it for arrays that are made flat; R2 is the mean over the targets. Of
 * quantiles, the one nearest to the median is the prediction.
 *
 * <p>Mutable; not safe for use by several threads.
 */
public final class ValueTally implements Tally {
  private static final long serialVersionUID = 1;

  private final List<Double> levels;
  private final int median;
  private final long[] counts;
  private final double[] means;
  private final double[] squaredDeviations;
  private final double[] squaredErrors;
  private final List<Deviation> worst = new ArrayList<>();
  private final EvenSample predictions = new EvenSample();
  private double absoluteErrors;
  private double relativeErrors;
  private long relative;
  private double pinball;
  private long covered;

  /**
   * Of nothing yet.
   *
   * @param targets values of a reading
   * @param levels of the quantiles that are predicted for each; empty where a value is
   */
  public ValueTally(int targets, List<Double> levels) {
    this.levels = List.copyOf(levels);
    this.median = median(levels);
    this.counts = new long[targets];
    this.means = new double[targets];
    this.squaredDeviations = new double[targets];
    this.squaredErrors = new double[targets];
  }

  private static int median(List<Double> levels) {
    int nearest = 0;
    for (int l = 1; l < levels.size(); l++) {
      if (Math.abs(levels.get(l) - 0.5) < Math.abs(levels.get(nearest) - 0.5)) {
        nearest = l;
      }
    }
    return nearest;
  }

  /**
   * How far a prediction is from a value.
   *
   * @param relative not a number where the value is 0
   * @param pinball the mean over all levels; 0 without any
   */
  record Errors(double absolute, double relative, double pinball) {}

  /** As {@link #add}, without counting it. */
  Errors errors(double actual, double... predicted) {
    double error = Math.abs(predicted[median] - actual);
    double sum = 0;
    for (int l = 0; l < levels.size(); l++) {
      sum += pinball(actual, predicted[l], levels.get(l));
    }
    return new Errors(
        error,
        actual == 0 ? Double.NaN : Math.abs(error / actual),
        levels.isEmpty() ? 0 : sum / levels.size());
  }

  private static double pinball(double actual, double predicted, double level) {
    double above = actual - predicted;
    return Math.max(level * above, (level - 1) * above);
  }

  /** Counts a prediction, and adds its errors to those of its sequence. */
  public void add(
      SequenceErrors into, int sample, int step, int target, double actual, double... predicted) {
    add(sample, step, target, actual, predicted);
    into.add(sample, errors(actual, predicted));
  }

  /**
   * Counts a prediction; all targets of a reading must have one.
   *
   * @param sample its number in what is evaluated
   * @param step its time step where each has values, else 0
   * @param predicted a value, or one for each level
   */
  public void add(int sample, int step, int target, double actual, double... predicted) {
    double point = predicted[median];
    double error = point - actual;
    counts[target]++;
    double deviation = actual - means[target];
    means[target] += deviation / counts[target];
    squaredDeviations[target] += deviation * (actual - means[target]);
    squaredErrors[target] += error * error;
    absoluteErrors += Math.abs(error);
    if (actual != 0) {
      relative++;
      relativeErrors += Math.abs(error / actual);
    }
    for (int l = 0; l < levels.size(); l++) {
      pinball += pinball(actual, predicted[l], levels.get(l));
    }
    if (!levels.isEmpty() && isCovered(actual, predicted)) {
      covered++;
    }
    Deviation prediction = new Deviation(sample, step, target, actual, point, Math.abs(error));
    Worst.keep(worst, prediction, Deviation.WORST_FIRST);
    predictions.add(prediction);
  }

  private boolean isCovered(double actual, double[] predicted) {
    int lowest = 0;
    int highest = 0;
    for (int l = 1; l < levels.size(); l++) {
      lowest = levels.get(l) < levels.get(lowest) ? l : lowest;
      highest = levels.get(l) > levels.get(highest) ? l : highest;
    }
    return predicted[lowest] <= actual && actual <= predicted[highest];
  }

  /** Variances are merged as in Chan, Golub and LeVeque 1979. */
  @Override
  public void merge(Tally other) {
    Tally.requireAlike(
        other instanceof ValueTally tally
            && tally.counts.length == counts.length
            && tally.levels.equals(levels),
        this,
        other);
    ValueTally added = (ValueTally) other;
    for (int target = 0; target < counts.length; target++) {
      long both = counts[target] + added.counts[target];
      if (added.counts[target] > 0) {
        double between = added.means[target] - means[target];
        double share = added.counts[target] / (double) both;
        squaredDeviations[target] +=
            added.squaredDeviations[target] + between * between * counts[target] * share;
        means[target] += between * share;
        counts[target] = both;
      }
      squaredErrors[target] += added.squaredErrors[target];
    }
    absoluteErrors += added.absoluteErrors;
    relativeErrors += added.relativeErrors;
    relative += added.relative;
    pinball += added.pinball;
    covered += added.covered;
    added.worst.forEach(deviation -> Worst.keep(worst, deviation, Deviation.WORST_FIRST));
    predictions.merge(added.predictions);
  }

  @Override
  public long readings() {
    return counts[0];
  }

  /** How many true values are 0, for which {@link ScoreKind#MAPE} is not defined. */
  public long zeros() {
    return values() - relative;
  }

  private long values() {
    return Arrays.stream(counts).sum();
  }

  List<Double> levels() {
    return levels;
  }

  /** The largest errors, the largest first. */
  public List<Deviation> worst() {
    return List.copyOf(worst);
  }

  /** Some of all predictions, evenly spread, in the order of samples. */
  public List<Deviation> predictions() {
    return predictions.predictions();
  }

  @Override
  public ScoreKind usual() {
    return ScoreKind.RMSE;
  }

  @Override
  public Map<ScoreKind, Double> scores(double meanLoss) {
    Map<ScoreKind, Double> scores = new EnumMap<>(ScoreKind.class);
    double squared = 0;
    for (double ofTarget : squaredErrors) {
      squared += ofTarget;
    }
    scores.put(ScoreKind.RMSE, Math.sqrt(mean(squared, values())));
    scores.put(ScoreKind.MAE, mean(absoluteErrors, values()));
    scores.put(ScoreKind.MAPE, mean(relativeErrors, relative));
    scores.put(
        ScoreKind.R2, IntStream.range(0, counts.length).mapToDouble(this::r2).average().orElse(0));
    if (!levels.isEmpty()) {
      scores.put(ScoreKind.PINBALL, mean(pinball, values() * levels.size()));
      scores.put(ScoreKind.COVERAGE, mean(covered, values()));
    }
    return scores;
  }

  private static double mean(double sum, long count) {
    return count == 0 ? 0 : sum / count;
  }

  /** Where all true values are equal it is 1 or 0: whether there is no error. */
  private double r2(int target) {
    if (squaredDeviations[target] == 0) {
      return squaredErrors[target] == 0 ? 1 : 0;
    }
    return 1 - squaredErrors[target] / squaredDeviations[target];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ValueTally tally
        && levels.equals(tally.levels)
        && Arrays.equals(counts, tally.counts)
        && Arrays.equals(means, tally.means)
        && Arrays.equals(squaredDeviations, tally.squaredDeviations)
        && Arrays.equals(squaredErrors, tally.squaredErrors)
        && absoluteErrors == tally.absoluteErrors
        && relativeErrors == tally.relativeErrors
        && relative == tally.relative
        && pinball == tally.pinball
        && covered == tally.covered
        && worst.equals(tally.worst)
        && predictions.equals(tally.predictions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(squaredErrors);
  }

  @Override
  public String toString() {
    return "%d targets with quantiles %s".formatted(counts.length, levels);
  }
}
