package io.sparkrnn.report;

import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.report.Chart.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The curves of one run, or of several over each other. */
final class Curves {
  private Curves() {}

  /**
   * One of the runs.
   *
   * @param name stands in legends where there are others
   */
  record Run(String name, List<EpochRecord> history) {}

  /**
   * Those of the runs.
   *
   * @param loss what it is, for the axis
   */
  static List<Chart> of(List<Run> runs, String loss) {
    int last =
        runs.stream()
            .flatMap(run -> run.history().stream())
            .mapToInt(EpochRecord::epoch)
            .max()
            .orElse(0);
    if (last == 0) {
      return List.of();
    }
    List<String> epochs = IntStream.rangeClosed(1, last).mapToObj(String::valueOf).toList();
    List<Chart> charts = new ArrayList<>();
    List<Series> losses = new ArrayList<>(series(runs, "training", false, last, EpochRecord::loss));
    losses.addAll(series(runs, "validation", true, last, EpochRecord::validationLoss));
    charts.add(Chart.line("loss-chart", "epoch", loss, epochs, losses));
    ScoreKind kind = kind(runs);
    boolean percent = kind == ScoreKind.ACCURACY;
    List<Series> scores =
        series(
            runs,
            "validation",
            true,
            last,
            epoch ->
                epoch
                    .score()
                    .filter(score -> score.kind() == kind)
                    .map(score -> percent ? 100 * score.value() : score.value())
                    .orElse(null));
    if (!scores.isEmpty()) {
      String axis = "validation %s%s".formatted(kind.label(), percent ? ", %" : "");
      charts.add(Chart.line("accuracy-chart", "epoch", axis, epochs, scores));
    }
    charts.add(
        Chart.line(
            "rate-chart",
            "epoch",
            "learning rate",
            epochs,
            series(runs, "learning rate", false, last, EpochRecord::learningRate)));
    charts.add(
        Chart.line(
            "speed-chart",
            "epoch",
            "samples/s",
            epochs,
            series(
                runs,
                "samples/s",
                false,
                last,
                epoch -> epoch.seconds() == 0 ? null : epoch.samples() / epoch.seconds())));
    return charts;
  }

  /**
   * What the first epoch that was evaluated was scored by; curves of other scores are not shown.
   */
  static ScoreKind kind(List<Run> runs) {
    return runs.stream()
        .flatMap(run -> run.history().stream())
        .flatMap(epoch -> epoch.score().stream())
        .map(Score::kind)
        .findFirst()
        .orElse(ScoreKind.ACCURACY);
  }

  /** Its name, as templates begin a heading with it and say it elsewhere. */
  static Map<String, String> names(List<Run> runs) {
    String label = kind(runs).label();
    return Map.of(
        "scoreName",
        label,
        "scoreHeading",
        label.substring(0, 1).toUpperCase(Locale.ROOT) + label.substring(1));
  }

  /** Without the runs that have none of it. */
  private static List<Series> series(
      List<Run> runs, String what, boolean dashed, int last, Function<EpochRecord, Double> value) {
    List<Series> series = new ArrayList<>();
    for (int number = 0; number < runs.size(); number++) {
      Run run = runs.get(number);
      Map<Integer, Double> byEpoch = new LinkedHashMap<>();
      run.history().forEach(epoch -> byEpoch.put(epoch.epoch(), value.apply(epoch)));
      if (byEpoch.values().stream().anyMatch(Objects::nonNull)) {
        List<Double> values = new ArrayList<>();
        for (int epoch = 1; epoch <= last; epoch++) {
          values.add(byEpoch.get(epoch));
        }
        series.add(
            runs.size() == 1
                ? new Series(what, dashed ? 1 : 0, dashed, values)
                : new Series(run.name() + ", " + what, number, dashed, values));
      }
    }
    return series;
  }
}
