package io.sparkrnn.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of which a dataset is made. Each is one array, in which samples lie one behind the other,
 * each with its own time steps only. An array must not change before {@link #dataset}, and may
 * afterwards.
 *
 * <pre>{@code
 * SequenceDataset dataset =
 *     SequenceColumns.ofLengths(new int[] {2, 3})
 *         .dense(new float[] {1, 2, 3, Float.NaN, 5}, 1, Missing.MASK)
 *         .labels(new int[] {0, 1}, 2, Readings.ONE)
 *         .dataset();
 * }</pre>
 */
public final class SequenceColumns {
  private final Spans steps;
  private final List<Channel> channels = new ArrayList<>();
  private float[] dense = {};
  private int inputSize;
  private float[] statics = {};
  private int staticSize;
  private float[] weights = Outcomes.ALL_ONE;
  private Readings readings = Readings.ONE;
  private int[] labels;
  private int classes;
  private float[] targets;
  private int targetSize;

  private SequenceColumns(Spans steps) {
    this.steps = steps;
  }

  /**
   * Of samples that each have their own number of time steps.
   *
   * @throws DataException if one has none
   */
  public static SequenceColumns ofLengths(int[] lengths) {
    return new SequenceColumns(Spans.of(lengths));
  }

  /**
   * Of samples that have as many time steps.
   *
   * @throws DataException if there are none
   */
  public static SequenceColumns ofEqualLengths(int samples, int timeSteps) {
    if (samples < 0 || timeSteps < 1) {
      throw new DataException(
          "Cannot build a dataset: expected at least 0 samples of at least 1 time step, found %d and %d"
              .formatted(samples, timeSteps));
    }
    return new SequenceColumns(Spans.equal(samples, timeSteps));
  }

  /** A dataset of sequences of equal length with a class each. */
  static SequenceDataset plain(
      SequenceValues values, int[] labels, int timeSteps, int inputSize, int classes) {
    if (timeSteps < 1 || inputSize < 1) {
      throw new DataException(
          "Cannot build a dataset: expected at least 1 time step and 1 input, found %d and %d"
              .formatted(timeSteps, inputSize));
    }
    // At most 2^93 without this bound on the first product, which a long would not hold.
    long sampleValues = (long) timeSteps * inputSize;
    if (sampleValues > Integer.MAX_VALUE || labels.length * sampleValues != values.length()) {
      throw new DataException(
          "Cannot build a dataset: expected %d x %d x %d values (samples, time steps, inputs), found %d"
              .formatted(labels.length, timeSteps, inputSize, values.length()));
    }
    Spans ofSamples = Spans.equal(labels.length, 1);
    return new SequenceDataset(
        Spans.equal(labels.length, timeSteps),
        values,
        inputSize,
        List.of(),
        new FloatValues(new float[0]),
        0,
        Outcomes.ofLabels(Readings.ONE, ofSamples, labels, classes, Outcomes.ALL_ONE));
  }

  /**
   * Dense values.
   *
   * @param values {@code [sample][own time step][width]}, finite or, to be missing, NaN
   * @param width values of a time step
   * @throws DataException if their number is wrong, or one is not finite or missing and refused
   */
  public SequenceColumns dense(float[] values, int width, Missing missing) {
    requireWidth("dense value", width);
    requireCount("dense values", values.length, (long) steps.rows() * width);
    inputSize = missing.inputs(width);
    long length = (long) steps.rows() * inputSize;
    if (length > Integer.MAX_VALUE) {
      throw new DataException(
          "Cannot build a dataset: expected at most %d dense values with their masks, found %d"
              .formatted(Integer.MAX_VALUE, length));
    }
    dense = new float[(int) length];
    for (int sample = 0; sample < steps.samples(); sample++) {
      missing.fill(values, steps.start(sample), steps.length(sample), width, dense);
      for (int step = 0; step < steps.length(sample); step++) {
        int first = (steps.start(sample) + step) * inputSize;
        for (int input = 0; input < inputSize; input++) {
          if (!Float.isFinite(dense[first + input])) {
            throw new DataException(
                "Cannot build a dataset: expected finite values, found %s at sample %d, time step %d, input %d"
                    .formatted(dense[first + input], sample, step, input));
          }
        }
      }
    }
    return this;
  }

  /**
   * Adds a categorical channel.
   *
   * @param ids {@code [sample][own time step]}, from 0
   * @throws DataException if their number is wrong, or one is negative
   */
  public SequenceColumns ids(int[] ids) {
    requireCount("ids in channel " + channels.size(), ids.length, steps.rows());
    for (int sample = 0; sample < steps.samples(); sample++) {
      for (int step = 0; step < steps.length(sample); step++) {
        int id = ids[steps.start(sample) + step];
        if (id < 0) {
          throw new DataException(
              "Cannot build a dataset: expected ids from 0, found %d in channel %d at sample %d, time step %d"
                  .formatted(id, channels.size(), sample, step));
        }
      }
    }
    channels.add(Channel.of(ids.clone()));
    return this;
  }

  /**
   * Values that whole samples have.
   *
   * @param values {@code [sample][width]}, finite: a missing one has nothing to be filled from
   * @throws DataException if their number is wrong, or one is not finite
   */
  public SequenceColumns statics(float[] values, int width) {
    requireWidth("static value", width);
    requireCount("static values", values.length, (long) steps.samples() * width);
    for (int index = 0; index < values.length; index++) {
      if (!Float.isFinite(values[index])) {
        throw new DataException(
            "Cannot build a dataset: expected finite static values, of which none is filled, found %s at sample %d, value %d"
                .formatted(values[index], index / width, index % width));
      }
    }
    statics = values.clone();
    staticSize = width;
    return this;
  }

  /**
   * Classes.
   *
   * @param labels {@code [sample][reading]}, from 0 to {@code classes - 1}; anything where the
   *     weight is 0
   */
  public SequenceColumns labels(int[] labels, int classes, Readings readings) {
    this.labels = labels;
    this.classes = classes;
    this.readings = readings;
    return this;
  }

  /**
   * Real values.
   *
   * @param targets {@code [sample][reading][size]}, finite; anything where the weight is 0
   * @param size targets of a reading
   */
  public SequenceColumns targets(float[] targets, int size, Readings readings) {
    this.targets = targets;
    this.targetSize = size;
    this.readings = readings;
    return this;
  }

  /**
   * How much readings count.
   *
   * @param weights one a sample or one a reading, at least 0, which is for not at all
   * @throws DataException if there are fewer
   */
  public SequenceColumns weights(float[] weights) {
    if (weights.length < steps.samples()) {
      throw new DataException(
          "Cannot build a dataset: expected weights of %d samples or of readings, found %d"
              .formatted(steps.samples(), weights.length));
    }
    this.weights = weights.clone();
    return this;
  }

  /**
   * The dataset.
   *
   * @throws DataException if there are not either labels or targets, or one or a weight is not as
   *     it must be, or their number is not
   */
  public SequenceDataset dataset() {
    if ((labels == null) == (targets == null)) {
      throw new DataException(
          "Cannot build a dataset: expected either labels or targets, found "
              + (labels == null ? "neither" : "both"));
    }
    Spans spans = readings == Readings.ONE ? Spans.equal(steps.samples(), 1) : steps;
    return new SequenceDataset(
        steps,
        new FloatValues(dense),
        inputSize,
        List.copyOf(channels),
        new FloatValues(statics),
        staticSize,
        labels != null
            ? Outcomes.ofLabels(readings, spans, labels, classes, weights)
            : Outcomes.ofTargets(readings, spans, targets, targetSize, weights));
  }

  private static void requireWidth(String what, int width) {
    if (width < 1) {
      throw new DataException(
          "Cannot build a dataset: expected at least 1 %s, found %d".formatted(what, width));
    }
  }

  private static void requireCount(String what, int found, long expected) {
    if (found != expected) {
      throw new DataException(
          "Cannot build a dataset: expected %d %s, found %d".formatted(expected, what, found));
    }
  }
}
