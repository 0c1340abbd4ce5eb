package io.sparkrnn.report;

import io.sparkrnn.report.Chart.Series;
import io.sparkrnn.report.RunRecord.Reading;
import io.sparkrnn.report.RunRecord.Scores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Predicted values beside the true ones, in the units of the data. */
record ValueResults(Scores test, WorstSamples worst) {
  /** Targets that plots tell apart. */
  private static final int MOST_TARGETS = 4;

  private record ErrorRow(
      String target, String place, String actual, String predicted, String error) {}

  /** Nothing where there are no values. */
  TestResults.Shown shown() {
    return new TestResults.Shown(values(), charts());
  }

  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    if (!readings().isEmpty()) {
      values.put("values", Map.of("about", about()));
    }
    if (!test.largestErrors().isEmpty()) {
      List<ErrorRow> rows =
          test.largestErrors().stream()
              .map(
                  error ->
                      new ErrorRow(
                          worst.target(error.target()),
                          worst.place(error.sample(), error.step()),
                          Numbers.significant(error.actual()),
                          Numbers.significant(error.predicted()),
                          Numbers.significant(error.error())))
              .toList();
      values.put(
          "errors",
          Map.of("rows", rows, "drawn", Map.of("items", worst.drawnErrors(), "measure", "error")));
    }
    return values;
  }

  private String about() {
    long targets = test.readings().stream().mapToInt(Reading::target).distinct().count();
    String all =
        Numbers.format(
            "%,d of %,d predictions, evenly spread.",
            test.readings().size(), Math.max(1, targets) * test.samples());
    return targets > MOST_TARGETS
        ? all + " Plots show the first %d of %d targets.".formatted(MOST_TARGETS, targets)
        : all;
  }

  /** Those that can be drawn. */
  private List<Reading> readings() {
    return test.readings().stream()
        .filter(reading -> reading.target() < MOST_TARGETS)
        .filter(
            reading -> Double.isFinite(reading.actual()) && Double.isFinite(reading.predicted()))
        .toList();
  }

  private List<Chart> charts() {
    if (readings().isEmpty()) {
      return List.of();
    }
    double least = allValues().min(Double::compare).orElseThrow();
    double most = allValues().max(Double::compare).orElseThrow();
    List<Series> both = new ArrayList<>();
    List<Series> residuals = new ArrayList<>();
    // A sample's time steps lie between it and the next one.
    double steps = 1 + readings().stream().mapToInt(Reading::step).max().orElseThrow();
    for (int target : readings().stream().mapToInt(Reading::target).distinct().sorted().toArray()) {
      List<Reading> own =
          readings().stream().filter(reading -> reading.target() == target).toList();
      String name = worst.target(target);
      both.add(
          new Series(
              name,
              target,
              false,
              own.stream().map(Reading::predicted).toList(),
              own.stream().map(Reading::actual).toList()));
      residuals.add(
          new Series(
              name,
              target,
              false,
              own.stream().map(reading -> reading.predicted() - reading.actual()).toList(),
              own.stream().map(reading -> reading.sample() + reading.step() / steps).toList()));
    }
    both.add(
        new Series(
            "predicted as it is", MOST_TARGETS, true, List.of(least, most), List.of(least, most)));
    return List.of(
        Chart.scatter("scatter-chart", "actual", "predicted", both),
        Chart.scatter("residual-chart", "test sample", "predicted − actual", residuals));
  }

  private Stream<Double> allValues() {
    return readings().stream().flatMap(reading -> Stream.of(reading.actual(), reading.predicted()));
  }
}
