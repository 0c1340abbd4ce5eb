package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.StandardiseName;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.ColumnStatistics;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Fits a {@link Preparation} on the training part. Sums go over its steps in one order, whatever
 * the partitions of the table are.
 */
final class PreparationFit {
  private final TableSource source;
  private final TableConfiguration table;
  private final boolean counts;
  private final List<Window> training;

  /** Numbers of one channel. */
  private interface Channel {
    void forEach(DoubleConsumer consumer);
  }

  private record Moments(double mean, double deviation) {
    static final Moments UNSCALED = new Moments(0, 1);

    /** Of a feature: what says yes or no stays 0 or 1, or a rare yes would be a huge number. */
    static Moments ofFeature(Channel channel) {
      boolean[] isNumber = {false};
      channel.forEach(value -> isNumber[0] |= value != 0 && value != 1);
      return isNumber[0] ? of(channel) : UNSCALED;
    }

    /** Of a population; one that is the same everywhere is left as wide as it is. */
    static Moments of(Channel channel) {
      Moments moments = measured(channel);
      return moments.deviation == 0 ? new Moments(moments.mean, 1) : moments;
    }

    static Moments measured(Channel channel) {
      long[] count = {0};
      double[] sums = new double[2];
      channel.forEach(
          value -> {
            count[0]++;
            sums[0] += value;
          });
      double mean = count[0] == 0 ? 0 : sums[0] / count[0];
      channel.forEach(value -> sums[1] += (value - mean) * (value - mean));
      return new Moments(mean, count[0] == 0 ? 0 : Math.sqrt(sums[1] / count[0]));
    }
  }

  /**
   * A fit.
   *
   * @param training the steps to fit on
   */
  PreparationFit(TableSource source, RunConfiguration configuration, List<Window> training) {
    this.source = source;
    this.table = configuration.table();
    this.counts = configuration.model().loss().equals("poisson");
    this.training = training;
  }

  Preparation fit(List<String> features, int targets, ClassNames classes) {
    for (String name : table.unscaled()) {
      if (!features.contains(name)) {
        throw source.refusal(
            "table.unscaled to be among the features " + String.join(", ", features), name);
      }
    }
    boolean ofSeries = table.standardise() == StandardiseName.SERIES;
    Map<String, ChannelScale> series = new TreeMap<>();
    if (ofSeries) {
      for (Window window : training) {
        series.put(
            window.sequence().series(), channels(List.of(window), features, table.unscaled()));
      }
    }
    return new Preparation(
        features,
        table.standardise() == StandardiseName.CHANNEL
            ? channels(training, features, table.unscaled())
            : ChannelScale.NONE,
        series,
        vocabulary(),
        classes.names(),
        targets(targets));
  }

  /** How features and targets are distributed, in the table's units. */
  List<ColumnStatistics> columns(List<String> features, List<String> targets) {
    List<ColumnStatistics> columns = new ArrayList<>();
    for (int feature = 0; feature < features.size(); feature++) {
      int channel = feature;
      columns.add(statistics(features.get(feature), c -> values(training, channel, c)));
    }
    for (int target = 0; target < targets.size(); target++) {
      int which = target;
      // What is forecast may be a feature, too.
      if (!features.contains(targets.get(target))) {
        columns.add(
            statistics(
                targets.get(target),
                consumer ->
                    targetsOf(
                        which,
                        targets.size(),
                        (sequence, reading, value) -> consumer.accept(value))));
      }
    }
    return columns;
  }

  private static ColumnStatistics statistics(String name, Channel channel) {
    Moments moments = Moments.measured(channel);
    return new ColumnStatistics(name, moments.mean(), moments.deviation());
  }

  private static ChannelScale channels(
      List<Window> windows, List<String> features, List<String> unscaled) {
    return scale(
        IntStream.range(0, features.size())
            .mapToObj(
                channel ->
                    unscaled.contains(features.get(channel))
                        ? Moments.UNSCALED
                        : Moments.ofFeature(c -> values(windows, channel, c)))
            .toList());
  }

  private static ChannelScale scale(List<Moments> moments) {
    return new ChannelScale(
        moments.stream().map(Moments::mean).toList(),
        moments.stream().map(Moments::deviation).toList());
  }

  private static void values(List<Window> windows, int channel, DoubleConsumer consumer) {
    for (Window window : windows) {
      RawSequence sequence = window.sequence();
      int width = sequence.width();
      for (int step = window.start(); step < window.start() + window.steps(); step++) {
        float value = sequence.values()[step * width + channel];
        if (!Float.isNaN(value)) {
          consumer.accept(value);
        }
      }
    }
  }

  private TargetScale targets(int targets) {
    boolean log1p = !table.targetTransform().isEmpty();
    if (targets == 0 || counts || table.standardise() == StandardiseName.NONE) {
      return new TargetScale(List.of(), List.of(), log1p && targets > 0);
    }
    List<Moments> moments = new ArrayList<>();
    for (int target = 0; target < targets; target++) {
      int which = target;
      moments.add(
          Moments.of(
              consumer ->
                  targetsOf(
                      which,
                      targets,
                      (sequence, reading, value) ->
                          consumer.accept(transformed(source, table, sequence, reading, value)))));
    }
    ChannelScale scale = scale(moments);
    return new TargetScale(scale.means(), scale.deviations(), log1p);
  }

  private interface Target {
    void at(RawSequence sequence, int reading, float value);
  }

  private void targetsOf(int target, int targets, Target consumer) {
    for (Window window : training) {
      RawSequence sequence = window.sequence();
      boolean ofSteps = sequence.targets().length == sequence.steps() * targets;
      int first = ofSteps ? window.start() : 0;
      int end = ofSteps ? window.start() + window.steps() : 1;
      for (int reading = first; reading < end; reading++) {
        float value = sequence.targets()[reading * targets + target];
        if (!Float.isNaN(value)) {
          consumer.at(sequence, reading, value);
        }
      }
    }
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

  private Vocabulary vocabulary() {
    if (table.text().isEmpty()) {
      return Vocabulary.NONE;
    }
    Map<String, Long> counts = new HashMap<>();
    for (Window window : training) {
      for (int step = window.start(); step < window.start() + window.steps(); step++) {
        counts.merge(window.sequence().tokens()[step], 1L, Long::sum);
      }
    }
    return TextTokens.fit(source.location(), table, counts);
  }
}
