package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.StandardiseName;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.ColumnStatistics;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Fits a {@link Preparation} on the training part, which it is shown twice: {@link #add} and then
 * {@link #addDeviations}, each with every sequence in one order, whatever the partitions of the
 * table are. Between sequences it may travel to where the next ones are.
 */
final class PreparationFit implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Origin.Table source;
  private final TableConfiguration table;
  private final List<String> features;
  private final boolean scalesTargets;
  private final Sums[] ofFeatures;
  private final Sums[] ofTargets;
  private final Sums[] ofTransformed;
  private final Map<String, ChannelScale> series = new TreeMap<>();
  private final Map<String, Long> tokens = new HashMap<>();

  /** Of the numbers of one channel, summed in their order. */
  private static final class Sums implements Serializable {
    private static final long serialVersionUID = 1L;

    private long count;
    private double sum;
    private double squares;

    /** Whether they are more than yes and no. */
    private boolean areNumbers;

    void add(double value) {
      count++;
      sum += value;
      areNumbers |= value != 0 && value != 1;
    }

    void addDeviation(double value) {
      squares += (value - mean()) * (value - mean());
    }

    double mean() {
      return count == 0 ? 0 : sum / count;
    }

    double deviation() {
      return count == 0 ? 0 : Math.sqrt(squares / count);
    }

    /** What is the same everywhere is left as wide as it is. */
    double width() {
      return deviation() == 0 ? 1 : deviation();
    }
  }

  /** What is done with a number of a channel. */
  private interface Visit {
    void of(Sums sums, double value);
  }

  /**
   * A fit.
   *
   * @param features names of all
   * @param targets how many there are
   */
  PreparationFit(
      Origin.Table source, RunConfiguration configuration, List<String> features, int targets) {
    this.source = source;
    this.table = configuration.table();
    this.features = List.copyOf(features);
    boolean counts = configuration.model().loss().equals("poisson");
    this.scalesTargets = targets > 0 && !counts && table.standardise() != StandardiseName.NONE;
    this.ofFeatures = sums(features.size());
    this.ofTargets = sums(targets);
    this.ofTransformed = sums(scalesTargets ? targets : 0);
  }

  private static Sums[] sums(int channels) {
    return Stream.generate(Sums::new).limit(channels).toArray(Sums[]::new);
  }

  /** Looks at a window of the training part for the first time. */
  void add(Window window) {
    if (window.sequence().width() != features.size()) {
      throw SequenceBuilder.otherWidth(source, window.sequence(), features.size());
    }
    visitFeatures(window, ofFeatures, Sums::add);
    visitTargets(window, Sums::add);
    if (table.standardise() == StandardiseName.SERIES) {
      Sums[] own = sums(features.size());
      visitFeatures(window, own, Sums::add);
      visitFeatures(window, own, Sums::addDeviation);
      series.put(window.sequence().series(), scale(own));
    }
    if (!table.text().isEmpty()) {
      for (int step = window.start(); step < window.start() + window.steps(); step++) {
        tokens.merge(window.sequence().tokens()[step], 1L, Long::sum);
      }
    }
  }

  /** Looks at a window again, once all have been looked at. */
  void addDeviations(Window window) {
    visitFeatures(window, ofFeatures, Sums::addDeviation);
    visitTargets(window, Sums::addDeviation);
  }

  private static void visitFeatures(Window window, Sums[] channels, Visit visit) {
    RawSequence sequence = window.sequence();
    int width = channels.length;
    for (int step = window.start(); step < window.start() + window.steps(); step++) {
      for (int channel = 0; channel < width; channel++) {
        float value = sequence.values()[step * width + channel];
        if (!Float.isNaN(value)) {
          visit.of(channels[channel], value);
        }
      }
    }
  }

  private void visitTargets(Window window, Visit visit) {
    RawSequence sequence = window.sequence();
    int targets = ofTargets.length;
    boolean ofSteps = sequence.targets().length == sequence.steps() * targets;
    int first = ofSteps ? window.start() : 0;
    int end = ofSteps ? window.start() + window.steps() : 1;
    for (int reading = first; reading < end; reading++) {
      for (int target = 0; target < targets; target++) {
        float value = sequence.targets()[reading * targets + target];
        if (Float.isNaN(value)) {
          continue;
        }
        visit.of(ofTargets[target], value);
        if (scalesTargets) {
          visit.of(ofTransformed[target], transformed(source, table, sequence, reading, value));
        }
      }
    }
  }

  /** What was fitted. */
  Preparation fit(ClassNames classes) {
    for (String name : table.unscaled()) {
      if (!features.contains(name)) {
        throw source.refusal(
            "table.unscaled to be among the features " + String.join(", ", features), name);
      }
    }
    return new Preparation(
        features,
        table.standardise() == StandardiseName.CHANNEL ? scale(ofFeatures) : ChannelScale.NONE,
        series,
        table.text().isEmpty() ? Vocabulary.NONE : TextTokens.fit(source.location(), table, tokens),
        classes.names(),
        targets());
  }

  /** What says yes or no stays 0 or 1, or a rare yes would be a huge number. */
  private ChannelScale scale(Sums[] channels) {
    List<Double> means = new ArrayList<>();
    List<Double> deviations = new ArrayList<>();
    for (int channel = 0; channel < channels.length; channel++) {
      Sums sums = channels[channel];
      boolean scaled = sums.areNumbers && !table.unscaled().contains(features.get(channel));
      means.add(scaled ? sums.mean() : 0);
      deviations.add(scaled ? sums.width() : 1);
    }
    return new ChannelScale(means, deviations);
  }

  private TargetScale targets() {
    boolean log1p = !table.targetTransform().isEmpty() && ofTargets.length > 0;
    return new TargetScale(
        Arrays.stream(ofTransformed).map(Sums::mean).toList(),
        Arrays.stream(ofTransformed).map(Sums::width).toList(),
        log1p);
  }

  /** How features and targets are distributed, in the table's units. */
  List<ColumnStatistics> columns(List<String> targets) {
    List<ColumnStatistics> columns = new ArrayList<>();
    for (int feature = 0; feature < features.size(); feature++) {
      columns.add(statistics(features.get(feature), ofFeatures[feature]));
    }
    for (int target = 0; target < targets.size(); target++) {
      // What is forecast may be a feature, too.
      if (!features.contains(targets.get(target))) {
        columns.add(statistics(targets.get(target), ofTargets[target]));
      }
    }
    return columns;
  }

  private static ColumnStatistics statistics(String name, Sums sums) {
    return new ColumnStatistics(name, sums.mean(), sums.deviation());
  }

  /** A target before it is standardised. */
  static double transformed(
      Origin source, TableConfiguration table, RawSequence sequence, int step, float value) {
    if (table.targetTransform().isEmpty()) {
      return value;
    }
    if (value <= -1) {
      throw source.refusal(
          "targets above -1 for log1p",
          "%s in %s".formatted(value, source.row(sequence.row(step))));
    }
    return StrictMath.log1p(value);
  }
}
