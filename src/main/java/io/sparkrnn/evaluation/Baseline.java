package io.sparkrnn.evaluation;

import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.TargetScale;
import java.util.Arrays;

/**
 * How good predictions are that need no network: a network that is not better has learnt nothing.
 *
 * @param name what they are, for people
 */
public record Baseline(String name, Score score) {

  /**
   * Predicts classes by how often the training samples have them: the most frequent one, or, where
   * each time step has a class and an id, the one that is most frequent at the same id of the first
   * channel. Values are predicted by their mean.
   *
   * @param training the training samples, in any number of parts
   * @param scale of values
   * @param into of nothing yet, counts as the evaluation does that is to be better
   * @param kind of the score
   */
  public static Baseline of(
      Iterable<SequenceDataset> training,
      SequenceDataset test,
      TargetScale scale,
      Tally into,
      ScoreKind kind) {
    if (into instanceof ValueTally values) {
      return ofMeans(training, test, scale, values, kind);
    }
    ClassTally classes = (ClassTally) into;
    if (classes.of() == ClassTally.Of.OUTPUTS) {
      return ofDecisions(training, test, classes, kind);
    }
    ClassFrequencies frequencies = new ClassFrequencies(classes.classes());
    boolean ofSteps =
        classes.of() == ClassTally.Of.TIME_STEPS || classes.of() == ClassTally.Of.TOKENS;
    boolean hasIds = ofSteps && test.channels() > 0;
    for (SequenceDataset part : training) {
      forEach(
          part,
          (sample, step) ->
              frequencies.learn(hasIds ? part.id(0, sample, step) : 0, part.label(sample, step)));
    }
    double[] lossSum = new double[1];
    forEach(
        test,
        (sample, step) -> {
          int id = hasIds ? test.id(0, sample, step) : 0;
          lossSum[0] +=
              add(classes, frequencies, new Place(sample, step, id), test.label(sample, step));
        });
    return new Baseline(
        hasIds ? "most frequent class at the same id" : "most frequent class",
        score(classes, lossSum[0], kind));
  }

  private record Place(int sample, int step, int id) {}

  private static double add(ClassTally into, ClassFrequencies frequencies, Place place, int label) {
    int predicted = frequencies.mostFrequent(place.id());
    double ofLabel = frequencies.probability(place.id(), label);
    into.add(
        new ClassTally.Reading(
            place.sample(),
            place.step(),
            label,
            predicted,
            frequencies.probability(place.id(), predicted),
            ofLabel,
            into.classes() == 2 ? frequencies.probability(place.id(), 1) : 0,
            predicted == label));
    return -StrictMath.log(ofLabel);
  }

  private static Baseline ofDecisions(
      Iterable<SequenceDataset> training, SequenceDataset test, ClassTally into, ScoreKind kind) {
    ClassFrequencies frequencies = new ClassFrequencies(2);
    for (SequenceDataset part : training) {
      forEach(
          part,
          (sample, step) -> {
            for (int output = 0; output < part.targetSize(); output++) {
              frequencies.learn(output, part.target(sample, step, output) >= 0.5 ? 1 : 0);
            }
          });
    }
    double[] lossSum = new double[1];
    forEach(
        test,
        (sample, step) -> {
          for (int output = 0; output < test.targetSize(); output++) {
            int label = test.target(sample, step, output) >= 0.5 ? 1 : 0;
            lossSum[0] += add(into, frequencies, new Place(sample, step, output), label);
          }
        });
    return new Baseline("most frequent class", score(into, lossSum[0], kind));
  }

  private static Baseline ofMeans(
      Iterable<SequenceDataset> training,
      SequenceDataset test,
      TargetScale scale,
      ValueTally into,
      ScoreKind kind) {
    double[] means = new double[test.targetSize()];
    long[] counts = new long[1];
    for (SequenceDataset part : training) {
      forEach(
          part,
          (sample, step) -> {
            counts[0]++;
            for (int target = 0; target < means.length; target++) {
              double value = scale.original(target, part.target(sample, step, target));
              means[target] += (value - means[target]) / counts[0];
            }
          });
    }
    forEach(
        test,
        (sample, step) -> {
          for (int target = 0; target < means.length; target++) {
            double actual = scale.original(target, test.target(sample, step, target));
            into.add(sample, step, target, actual, alike(means[target], into));
          }
        });
    return new Baseline("mean of the training targets", score(into, 0, kind));
  }

  /**
   * Scores predictions of values from elsewhere, such as the value of a season ago.
   *
   * @param predictions {@code [reading][target]} of each reading that counts, in their order, in
   *     the units of the data
   * @param into of nothing yet
   */
  public static Baseline ofPredictions(
      String name,
      float[] predictions,
      SequenceDataset test,
      TargetScale scale,
      ValueTally into,
      ScoreKind kind) {
    int[] next = new int[1];
    forEach(
        test,
        (sample, step) -> {
          for (int target = 0; target < test.targetSize(); target++) {
            double actual = scale.original(target, test.target(sample, step, target));
            into.add(sample, step, target, actual, alike(predictions[next[0]++], into));
          }
        });
    return new Baseline(name, score(into, 0, kind));
  }

  /** The same for all quantiles, if there are any. */
  private static double[] alike(double value, ValueTally tally) {
    double[] values = new double[Math.max(1, tally.levels().size())];
    Arrays.fill(values, value);
    return values;
  }

  private static Score score(Tally tally, double lossSum, ScoreKind kind) {
    long readings = tally.readings();
    double meanLoss = readings == 0 ? 0 : lossSum / readings;
    return new EvaluationResult(tally, meanLoss, readings, kind).score();
  }

  private interface Reading {
    void at(int sample, int step);
  }

  /** Of the readings that count. */
  private static void forEach(SequenceDataset data, Reading reading) {
    for (int sample = 0; sample < data.size(); sample++) {
      int steps = data.readings() == Readings.ONE ? 1 : data.length(sample);
      for (int step = 0; step < steps; step++) {
        if (data.weight(sample, step) > 0) {
          reading.at(sample, step);
        }
      }
    }
  }
}
