package io.sparkrnn.spark.data;

import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.Vocabulary;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes datasets of windows, with what was fitted on the training part. */
final class SequenceBuilder implements Serializable {
  private static final long serialVersionUID = 1L;

  private final TableConfiguration table;
  private final Preparation preparation;
  private final ClassNames classes;
  private final Readings readings;
  private final int targetSize;
  private final Map<String, Integer> ids;
  private final Map<String, Integer> classNumbers;

  SequenceBuilder(
      TableConfiguration table, Preparation preparation, ClassNames classes, Readings readings) {
    this.table = table;
    this.preparation = preparation;
    this.classes = classes;
    this.readings = readings;
    this.targetSize = classes.count() > 0 ? 0 : table.targets().size();
    this.ids = preparation.vocabulary().ids();
    this.classNumbers = classes.numbers();
  }

  /**
   * A dataset of windows.
   *
   * @param source names the table in messages
   * @param longest time steps of the longest window of all parts
   */
  SequenceDataset build(Origin source, List<Window> windows, int longest) {
    return build(source, windows, Form.of(windows, longest));
  }

  /** What samples have in common, of which a dataset may be some alone. */
  record Form(int longest, boolean ofEqualLengths, boolean weighted) implements Serializable {
    /** Of a dataset that is all; readings without a target weigh nothing, as it finds. */
    static Form of(List<Window> windows, int longest) {
      return new Form(
          longest, windows.stream().allMatch(window -> window.steps() == longest), false);
    }
  }

  /** A dataset of windows, in the form of those that it is to be one with. */
  SequenceDataset build(Origin source, List<Window> windows, Form form) {
    SequenceColumns columns = inputs(source, windows, form);
    int steps = windows.stream().mapToInt(Window::steps).sum();
    int readingsOfAll = readings == Readings.ONE ? windows.size() : steps;
    addOutcomes(source, columns, windows, readingsOfAll, form.weighted());
    return columns.dataset();
  }

  /** As {@link #build}, of sequences whose answers nobody knows: all have the same. */
  SequenceDataset unanswered(Origin source, List<Window> windows, int longest) {
    return inputs(source, windows, Form.of(windows, longest))
        .labels(new int[windows.size()], 1, Readings.ONE)
        .dataset();
  }

  private SequenceColumns inputs(Origin source, List<Window> windows, Form form) {
    int[] lengths = windows.stream().mapToInt(Window::steps).toArray();
    requireRoom(source, lengths);
    SequenceColumns columns =
        form.ofEqualLengths()
            ? SequenceColumns.ofEqualLengths(lengths.length, form.longest())
            : SequenceColumns.ofLengths(lengths);
    int rows = Arrays.stream(lengths).sum();
    int width = preparation.features().size();
    boolean[] knownAhead = knownAhead(source);
    if (width > 0) {
      columns.dense(dense(source, windows, knownAhead, rows), width, missing());
    }
    if (preparation.vocabulary().size() > 0) {
      columns.ids(tokenIds(windows, rows));
    }
    int statics = table.statics().size();
    if (statics > 0) {
      float[] values = new float[windows.size() * statics];
      for (int i = 0; i < windows.size(); i++) {
        System.arraycopy(windows.get(i).sequence().statics(), 0, values, i * statics, statics);
      }
      columns.statics(values, statics);
    }
    return columns;
  }

  /** Windows that begin one step after another take much more room than their series. */
  private void requireRoom(Origin source, int[] lengths) {
    long rows = Arrays.stream(lengths).asLongStream().sum();
    long numbers = rows * (4 + 2L * preparation.features().size() + 2L * targetSize);
    long most = Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 8);
    if (numbers > most) {
      throw source.refusal(
          "sequences of at most %d numbers for the driver's heap".formatted(most),
          "%d in %d windows; give it more memory, or table.stride-steps a larger value"
              .formatted(numbers, lengths.length));
    }
  }

  private Missing missing() {
    return Missing.valueOf(table.missing().name());
  }

  private float[] dense(Origin source, List<Window> windows, boolean[] knownAhead, int rows) {
    int width = knownAhead.length;
    float[] dense = new float[Math.multiplyExact(rows, width)];
    int at = 0;
    for (Window window : windows) {
      RawSequence sequence = window.sequence();
      if (sequence.width() != width) {
        throw otherWidth(source, sequence, width);
      }
      ChannelScale scale = scale(source, sequence);
      for (int step = window.start(); step < window.start() + window.steps(); step++) {
        for (int channel = 0; channel < width; channel++) {
          int from = knownAhead[channel] ? step + table.horizonSteps() : step;
          float value = sequence.values()[from * width + channel];
          dense[at++] = finite(source, sequence, from, scale.standardised(channel, value));
        }
      }
    }
    return dense;
  }

  static DataException otherWidth(Origin source, RawSequence sequence, int expected) {
    return source.refusal(
        "%d numbers at each time step, as in training".formatted(expected),
        "%d in %s".formatted(sequence.width(), source.row(sequence.row(0))));
  }

  /** Which channels are read at the time that is forecast. */
  boolean[] knownAhead(Origin source) {
    List<String> names = preparation.features();
    boolean[] ahead = new boolean[names.size()];
    for (String name : table.knownAhead()) {
      int channel = names.indexOf(name);
      if (channel < 0) {
        throw source.refusal(
            "table.known-ahead to be among the features " + String.join(", ", names), name);
      }
      ahead[channel] = true;
    }
    return ahead;
  }

  private static float finite(Origin source, RawSequence sequence, int step, double standardised) {
    float value = (float) standardised;
    if (Float.isInfinite(value)) {
      throw source.refusal(
          "numbers in the range of a float when they are standardised",
          "%s in %s".formatted(standardised, source.row(sequence.row(step))));
    }
    return value;
  }

  private ChannelScale scale(Origin source, RawSequence sequence) {
    if (preparation.series().isEmpty()) {
      return preparation.channels();
    }
    ChannelScale scale = preparation.series().get(sequence.series());
    if (scale == null) {
      throw source.refusal(
          "series that the training part has, by which each is standardised",
          "%s in %s".formatted(sequence.series(), source.row(sequence.row(0))));
    }
    return scale;
  }

  private int[] tokenIds(List<Window> windows, int rows) {
    int[] found = new int[rows];
    int at = 0;
    for (Window window : windows) {
      for (int step = window.start(); step < window.start() + window.steps(); step++) {
        found[at++] = ids.getOrDefault(window.sequence().tokens()[step], Vocabulary.UNKNOWN);
      }
    }
    return found;
  }

  /** Of which step of the sequence a reading's answer is; 0 where the sequence has one answer. */
  private int answer(Window window, int reading, int answers) {
    if (answers == 1) {
      return 0;
    }
    int step = readings == Readings.ONE ? window.steps() - 1 : reading;
    return window.start() + step + table.horizonSteps();
  }

  private void addOutcomes(
      Origin source, SequenceColumns columns, List<Window> windows, int count, boolean weighted) {
    int[] labels = new int[targetSize > 0 ? 0 : count];
    float[] targets = new float[Math.multiplyExact(count, targetSize)];
    float[] weights = new float[count];
    boolean plain = !weighted;
    int at = 0;
    for (Window window : windows) {
      RawSequence sequence = window.sequence();
      int ofWindow = readings == Readings.ONE ? 1 : window.steps();
      for (int reading = 0; reading < ofWindow; reading++, at++) {
        weights[at] = weight(window, reading);
        if (targetSize > 0) {
          setTargets(source, window, reading, targets, at, weights);
        } else {
          int step = answer(window, reading, sequence.labelCount());
          labels[at] = weights[at] == 0 ? 0 : label(source, sequence, step);
        }
        plain &= weights[at] == 1;
      }
    }
    if (targetSize > 0) {
      columns.targets(targets, targetSize, readings);
    } else {
      columns.labels(labels, classes.count(), readings);
    }
    if (!plain) {
      columns.weights(weights);
    }
  }

  private float weight(Window window, int reading) {
    if (readings == Readings.EVERY_STEP && reading < window.counted()) {
      return 0;
    }
    float[] weights = window.sequence().weights();
    return weights.length == 0 ? 1 : weights[answer(window, reading, weights.length)];
  }

  private int label(Origin source, RawSequence sequence, int step) {
    if (classes.names().isEmpty()) {
      int label = sequence.labels()[step];
      if (label >= classes.count()) {
        throw source.refusal(
            "labels from 0 to %d, as in training".formatted(classes.count() - 1),
            "%d in %s".formatted(label, source.row(sequence.row(step))));
      }
      return label;
    }
    String name = sequence.names()[step];
    Integer number = classNumbers.get(name);
    if (number == null) {
      throw source.refusal(
          "labels that the training data have",
          "\"%s\" in %s".formatted(name, source.row(sequence.row(step))));
    }
    return number;
  }

  /** A reading without one of its targets does not count. */
  private void setTargets(
      Origin source, Window window, int reading, float[] targets, int at, float[] weights) {
    RawSequence sequence = window.sequence();
    int step = answer(window, reading, sequence.targets().length / targetSize);
    for (int target = 0; target < targetSize; target++) {
      float value = sequence.targets()[step * targetSize + target];
      if (Float.isNaN(value)) {
        weights[at] = 0;
        continue;
      }
      double transformed = PreparationFit.transformed(source, table, sequence, step, value);
      List<Double> means = preparation.targets().means();
      targets[at * targetSize + target] =
          finite(
              source,
              sequence,
              step,
              means.isEmpty()
                  ? transformed
                  : (transformed - means.get(target))
                      / preparation.targets().deviations().get(target));
    }
  }

  /**
   * Of the readings of windows that count, in their order, the values that targets had before,
   * {@code [reading][target]} in the table's units; empty where one had none.
   *
   * @param steps how long before the step whose targets they are
   */
  float[] valuesBefore(List<Window> windows, int steps) {
    float[] values = new float[Math.multiplyExact(windows.size(), targetSize)];
    int at = 0;
    for (Window window : windows) {
      int known = window.start() + window.steps() - 1 + table.horizonSteps() - steps;
      for (int target = 0; target < targetSize; target++) {
        float value =
            known < 0 ? Float.NaN : window.sequence().targets()[known * targetSize + target];
        if (Float.isNaN(value)) {
          return new float[0];
        }
        values[at++] = value;
      }
    }
    return values;
  }
}
