package io.sparkrnn.report;

import io.sparkrnn.report.Chart.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
   * @param name empty where there is but one
   */
  record Run(String name, List<EpochRecord> history) {}

  static List<Chart> of(List<Run> runs) {
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
    List<Series> losses = new ArrayList<>(series(runs, "training", last, EpochRecord::loss));
    losses.addAll(series(runs, "validation", last, EpochRecord::validationLoss));
    charts.add(Chart.line("loss-chart", "epoch", "loss, nats", epochs, losses));
    List<Series> accuracies =
        series(
            runs,
            "validation",
            last,
            epoch -> epoch.validationAccuracy() == null ? null : 100 * epoch.validationAccuracy());
    if (!accuracies.isEmpty()) {
      charts.add(
          Chart.line("accuracy-chart", "epoch", "validation accuracy, %", epochs, accuracies));
    }
    charts.add(
        Chart.line(
            "rate-chart",
            "epoch",
            "learning rate",
            epochs,
            series(runs, "learning rate", last, EpochRecord::learningRate)));
    charts.add(
        Chart.line(
            "speed-chart",
            "epoch",
            "samples/s",
            epochs,
            series(
                runs,
                "samples/s",
                last,
                epoch -> epoch.seconds() == 0 ? null : epoch.samples() / epoch.seconds())));
    return charts;
  }

  /** Without the runs that have none of it. */
  private static List<Series> series(
      List<Run> runs, String what, int last, Function<EpochRecord, Double> value) {
    List<Series> series = new ArrayList<>();
    for (Run run : runs) {
      Map<Integer, Double> byEpoch = new LinkedHashMap<>();
      run.history().forEach(epoch -> byEpoch.put(epoch.epoch(), value.apply(epoch)));
      if (byEpoch.values().stream().anyMatch(Objects::nonNull)) {
        List<Double> values = new ArrayList<>();
        for (int epoch = 1; epoch <= last; epoch++) {
          values.add(byEpoch.get(epoch));
        }
        series.add(new Series(run.name().isEmpty() ? what : run.name() + ", " + what, values));
      }
    }
    return series;
  }
}
