package io.sparkrnn.data;

import java.io.Serializable;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What each reading should come to, and how much it counts.
 *
 * @param spans readings of each sample
 * @param labels {@code [sample][reading]}; empty where there are targets
 * @param classes labels are below it; 0 where there are targets
 * @param targets {@code [sample][reading][output]}; empty where there are labels
 * @param outputs targets of a reading; 0 where there are labels
 * @param weights of the samples or of the readings; empty where all are 1
 */
record Outcomes(
    Readings readings,
    Spans spans,
    short[] labels,
    int classes,
    float[] targets,
    int outputs,
    float[] weights)
    implements Serializable {
  static final float[] ALL_ONE = {};

  /**
   * Classes. Labels that do not count may be anything, and are kept as 0.
   *
   * @throws DataException if one that counts is out of range, or their number is wrong
   */
  static Outcomes ofLabels(
      Readings readings, Spans spans, int[] labels, int classes, float[] weights) {
    if (classes < 1 || classes > SequenceDataset.MAX_CLASSES) {
      throw new DataException(
          "Cannot build a dataset: expected 1 to %d classes, found %d"
              .formatted(SequenceDataset.MAX_CLASSES, classes));
    }
    requireCount("labels", labels.length, spans.rows());
    requireWeights(spans, weights);
    short[] kept = new short[labels.length];
    Outcomes outcomes = new Outcomes(readings, spans, kept, classes, new float[0], 0, weights);
    for (int sample = 0; sample < spans.samples(); sample++) {
      for (int reading = 0; reading < spans.length(sample); reading++) {
        int row = spans.start(sample) + reading;
        if (outcomes.weight(sample, reading) == 0) {
          continue;
        }
        if (labels[row] < 0 || labels[row] >= classes) {
          throw new DataException(
              "Cannot build a dataset: expected labels from 0 to %d, found %d at %s"
                  .formatted(classes - 1, labels[row], outcomes.place(sample, reading)));
        }
        kept[row] = (short) labels[row];
      }
    }
    return outcomes;
  }

  /**
   * Values. Those that do not count may be anything, and are kept as 0.
   *
   * @throws DataException if one that counts is not finite, or their number is wrong
   */
  static Outcomes ofTargets(
      Readings readings, Spans spans, float[] targets, int outputs, float[] weights) {
    if (outputs < 1) {
      throw new DataException(
          "Cannot build a dataset: expected at least 1 target a reading, found " + outputs);
    }
    requireCount("targets", targets.length, (long) spans.rows() * outputs);
    requireWeights(spans, weights);
    float[] kept = new float[targets.length];
    Outcomes outcomes = new Outcomes(readings, spans, new short[0], 0, kept, outputs, weights);
    for (int sample = 0; sample < spans.samples(); sample++) {
      for (int reading = 0; reading < spans.length(sample); reading++) {
        int first = (spans.start(sample) + reading) * outputs;
        for (int i = first; i < first + outputs && outcomes.weight(sample, reading) > 0; i++) {
          if (!Float.isFinite(targets[i])) {
            throw new DataException(
                "Cannot build a dataset: expected finite targets, found %s at %s, target %d"
                    .formatted(targets[i], outcomes.place(sample, reading), i - first));
          }
          kept[i] = targets[i];
        }
      }
    }
    return outcomes;
  }

  private static void requireCount(String what, int found, long expected) {
    if (found != expected) {
      throw new DataException(
          "Cannot build a dataset: expected %d %s, found %d".formatted(expected, what, found));
    }
  }

  private static void requireWeights(Spans spans, float[] weights) {
    if (weights.length != 0
        && weights.length != spans.samples()
        && weights.length != spans.rows()) {
      throw new DataException(
          "Cannot build a dataset: expected weights of %d samples or %d readings, found %d"
              .formatted(spans.samples(), spans.rows(), weights.length));
    }
    for (int index = 0; index < weights.length; index++) {
      if (!(weights[index] >= 0 && weights[index] < Float.POSITIVE_INFINITY)) {
        throw new DataException(
            "Cannot build a dataset: expected finite weights of at least 0, found %s at index %d"
                .formatted(weights[index], index));
      }
    }
  }

  private String place(int sample, int reading) {
    return readings == Readings.ONE
        ? "sample " + sample
        : "sample %d, time step %d".formatted(sample, reading);
  }

  /** Whether it is what older digests can say. */
  boolean isPlain() {
    return readings == Readings.ONE && outputs == 0 && weights.length == 0;
  }

  int label(int sample, int reading) {
    return labels[spans.start(sample) + reading];
  }

  float target(int sample, int reading, int output) {
    return targets[(spans.start(sample) + reading) * outputs + output];
  }

  float weight(int sample, int reading) {
    if (weights.length == 0) {
      return 1;
    }
    return weights[hasWeightsOfSamples() ? sample : spans.start(sample) + reading];
  }

  /** Of each class, readings that count. */
  List<Long> labelCounts() {
    long[] counts = new long[classes];
    for (int sample = 0; sample < spans.samples() && classes > 0; sample++) {
      for (int reading = 0; reading < spans.length(sample); reading++) {
        if (weight(sample, reading) > 0) {
          counts[label(sample, reading)]++;
        }
      }
    }
    return LongStream.of(counts).boxed().toList();
  }

  /** Where there are as many readings as samples, these are the same. */
  private boolean hasWeightsOfSamples() {
    return weights.length == spans.samples();
  }

  Outcomes subset(int[] samples) {
    return new Outcomes(
        readings,
        spans.subset(samples),
        classes == 0 ? labels : spans.gather(labels, samples, 1),
        classes,
        outputs == 0 ? targets : spans.gather(targets, samples, outputs),
        outputs,
        weights.length == 0 ? weights : weightSpans().gather(weights, samples, 1));
  }

  private Spans weightSpans() {
    return hasWeightsOfSamples() ? Spans.equal(spans.samples(), 1) : spans;
  }
}
