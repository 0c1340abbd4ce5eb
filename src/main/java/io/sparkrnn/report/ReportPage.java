package io.sparkrnn.report;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.report.RunRecord.Scores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * {@code report.html}: one run.
 *
 * @param configuration of the run; secrets are masked in the page
 * @param test what the result was tested on, for pictures; empty where it cannot be read
 */
public record ReportPage(
    RunRecord run, RunConfiguration configuration, Optional<TestSamples> test) {
  /** More bars than that cannot be told apart on a phone. */
  private static final int MOST_BARS = 64;

  /** The page in UTF-8. */
  public byte[] html() {
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("runId", run.runId());
    page.put("model", run.model());
    page.put("topology", run.topology());
    page.put("tiles", tiles());
    if (!"succeeded".equals(run.status())) {
      page.put("ended", run.status() + ", exit code " + run.exitCode() + ": " + run.error());
    }
    // Compared before the model was written, which may have failed.
    if (run.initial() != null && run.test() != null) {
      page.put("initial", initial());
    }
    page.put("hasHistory", !history().isEmpty());
    page.put("hasValidation", hasValidation());
    page.putAll(Curves.names(List.of(new Curves.Run("", history()))));
    page.put("history", history().stream().map(ReportPage::row).toList());
    page.put("lacking", lacking());
    page.put("times", times());
    page.put("hasWorkers", run.training().workerSeconds().size() > 1);
    page.put("balance", balance());
    page.put("workers", workers());
    List<Chart> charts = charts();
    if (run.test() != null) {
      TestResults.Shown shown = new TestResults(run, configuration, test).shown();
      page.put("test", shown.values());
      charts.addAll(shown.charts());
    }
    List<Setting> settings = Setting.of(configuration);
    page.put("chosen", settings.stream().filter(setting -> !setting.isDefault()).toList());
    page.put("defaults", settings.stream().filter(Setting::isDefault).toList());
    page.put("provenance", provenance());
    page.put("drift", run.drift());
    return Template.fill("report.html", page, charts);
  }

  private List<EpochRecord> history() {
    return run.training().history();
  }

  private boolean hasValidation() {
    return history().stream().anyMatch(epoch -> epoch.score().isPresent());
  }

  /** What templates show, by the names of the components. */
  private record Pair(String name, Object value) {}

  private record Tile(String name, String value, String note) {}

  private record Time(String name, String note, String seconds, String share) {}

  private List<Tile> tiles() {
    List<Tile> tiles = new ArrayList<>();
    Scores test = run.test();
    if (test != null) {
      boolean ofSteps = new TestResults(run, configuration, this.test).ofSteps();
      // Time steps of a sample are not drawn independently, so an interval would say too much.
      tiles.add(
          test.isOfAccuracy()
              ? new Tile(
                  "test accuracy",
                  Numbers.percent(test.accuracy()),
                  ofSteps
                      ? "of time steps"
                      : "95 % interval " + Numbers.interval(test.accuracy(), test.samples()))
              : new Tile("test " + test.deciding().kind().label(), test.deciding().number(), ""));
      tiles.add(
          new Tile(
              "test loss",
              Numbers.format("%.4f", test.loss()),
              Numbers.format(
                  "%s%,d %s",
                  test.isOfValues() ? "" : "nats, ",
                  test.samples(),
                  ofSteps ? "time steps" : "samples")));
    }
    double seconds = total(EpochRecord::seconds);
    double samples = history().stream().mapToLong(EpochRecord::samples).sum();
    if (seconds > 0) {
      tiles.add(
          new Tile(
              "training",
              Numbers.seconds(seconds),
              Numbers.format("%,.0f samples/s in %d epochs", samples / seconds, history().size())));
    }
    tiles.add(
        new Tile(
            "parameters",
            Numbers.format("%,d", run.parameters()),
            Numbers.format("%,d samples to train on", run.training().samples())));
    return tiles;
  }

  private Map<String, Object> initial() {
    RunRecord.Comparison initial = run.initial();
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("before", Numbers.percent(initial.accuracy()));
    values.put("after", Numbers.percent(run.test().accuracy()));
    values.put("lossBefore", Numbers.format("%.4f", initial.loss()));
    values.put("lossAfter", Numbers.format("%.4f", run.test().loss()));
    values.put("onlyBefore", Numbers.format("%,d", initial.onlyInitialRight()));
    values.put("onlyAfter", Numbers.format("%,d", initial.onlyFinalRight()));
    values.put("pValue", Numbers.format("%.2g", initial.pValue()));
    values.put("from", configuration.training().initialModel());
    values.put("sha256", run.initialParametersSha256());
    return values;
  }

  private static Map<String, Object> row(EpochRecord epoch) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("epoch", epoch.epoch());
    row.put("attempt", epoch.attempt());
    row.put("loss", Numbers.format("%.4f", epoch.loss()));
    row.put(
        "validationLoss",
        epoch.validationLoss() == null ? "–" : Numbers.format("%.4f", epoch.validationLoss()));
    row.put(
        "validation",
        epoch
            .score()
            .map(
                score ->
                    score.kind() == ScoreKind.ACCURACY
                        ? Numbers.percent(score.value())
                        : score.number())
            .orElse("–"));
    row.put("learningRate", Numbers.format("%.6f", epoch.learningRate()));
    row.put("rate", Numbers.format("%,.0f", epoch.samples() / epoch.seconds()));
    row.put("seconds", Numbers.format("%.2f", epoch.seconds()));
    row.put("compute", Numbers.format("%.2f", epoch.computeSeconds()));
    row.put("wait", Numbers.format("%.2f", epoch.waitSeconds()));
    row.put("averaging", Numbers.format("%.2f", epoch.averagingSeconds()));
    row.put("checkpoint", Numbers.format("%.2f", epoch.checkpointSeconds()));
    return row;
  }

  /** Says so if not all epochs are there. */
  private String lacking() {
    int last = history().isEmpty() ? 0 : history().get(history().size() - 1).epoch();
    int lacking = last - history().size();
    return lacking <= 0
        ? ""
        : Numbers.format("%d earlier epochs were run by a version that kept no record.", lacking);
  }

  private double total(ToDoubleFunction<EpochRecord> part) {
    return history().stream().mapToDouble(part).sum();
  }

  private List<Time> times() {
    double all = total(EpochRecord::seconds);
    return List.of(
        time("compute", "the slowest worker of each round", EpochRecord::computeSeconds, all),
        time("wait", "transport and scheduling, workers in turns", EpochRecord::waitSeconds, all),
        time("averaging", "folded by the driver", EpochRecord::averagingSeconds, all),
        time(
            "checkpoints",
            "written while rounds go on; not part of the sum",
            EpochRecord::checkpointSeconds,
            all));
  }

  private Time time(String name, String note, ToDoubleFunction<EpochRecord> part, double all) {
    double seconds = total(part);
    String share = Numbers.percent(all == 0 ? 0 : seconds / all);
    return new Time(name, note, Numbers.format("%.2f", seconds), share);
  }

  private List<Double> sortedWorkers() {
    return run.training().workerSeconds().stream().sorted().toList();
  }

  private String balance() {
    List<Double> sorted = sortedWorkers();
    if (sorted.size() < 2) {
      return "";
    }
    double slowest = sorted.get(sorted.size() - 1);
    double mean = sorted.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    return Numbers.format(
        "%,d workers computed %.2f to %.2f s each; the slowest took %.1f %% more than the mean.",
        sorted.size(), sorted.get(0), slowest, mean == 0 ? 0 : 100 * (slowest / mean - 1));
  }

  private List<Pair> workers() {
    List<Double> seconds = run.training().workerSeconds();
    return seconds.size() > MOST_BARS
        ? List.of()
        : IntStream.range(0, seconds.size())
            .mapToObj(
                worker ->
                    new Pair(String.valueOf(worker), Numbers.format("%.2f", seconds.get(worker))))
            .toList();
  }

  private List<Pair> provenance() {
    List<Pair> rows = new ArrayList<>();
    rows.add(new Pair("run", run.runId()));
    rows.add(new Pair("attempts", run.attempt()));
    rows.add(new Pair("engine", run.engine()));
    rows.add(new Pair("kernels", String.valueOf(run.kernels())));
    rows.add(new Pair("processor of the driver", String.valueOf(run.cpu())));
    rows.add(
        new Pair(
            "workers",
            Numbers.format(
                "%d, averaged every %d iterations, %d threads each",
                run.workers(), run.averagingFrequency(), run.threadsPerWorker())));
    if (run.stoppedEarly() != null) {
      rows.add(new Pair("stopped early after epoch", run.stoppedEarly()));
    }
    if (run.bestEpoch() != null) {
      rows.add(new Pair("model of epoch", run.bestEpoch()));
    }
    if (run.parametersSha256() != null) {
      rows.add(new Pair("SHA-256 of the parameters", run.parametersSha256()));
    }
    run.data()
        .fingerprints()
        .forEach(file -> rows.add(new Pair("SHA-256 of " + file.name(), file.sha256())));
    run.versions().forEach((name, version) -> rows.add(new Pair("version: " + name, version)));
    return rows;
  }

  private String lossAxis() {
    return run.test() != null && run.test().isOfValues() ? "loss" : "loss, nats";
  }

  private List<Chart> charts() {
    List<Chart> charts =
        new ArrayList<>(Curves.of(List.of(new Curves.Run("", history())), lossAxis()));
    List<String> epochs = history().stream().map(epoch -> String.valueOf(epoch.epoch())).toList();
    if (!history().isEmpty()) {
      charts.add(
          new Chart(
              "time-chart",
              "bar",
              "epoch",
              "seconds",
              true,
              epochs,
              List.of(
                  series("compute", 0, EpochRecord::computeSeconds),
                  series("wait", 1, EpochRecord::waitSeconds),
                  series("averaging", 2, EpochRecord::averagingSeconds))));
    }
    List<Double> workers = run.training().workerSeconds();
    if (workers.size() > 1) {
      boolean few = workers.size() <= MOST_BARS;
      charts.add(
          new Chart(
              "worker-chart",
              few ? "bar" : "line",
              few ? "worker" : "workers, the fastest first",
              "seconds of computing",
              few,
              IntStream.range(0, workers.size()).mapToObj(String::valueOf).toList(),
              List.of(new Chart.Series("seconds", 0, false, few ? workers : sortedWorkers()))));
    }
    return charts;
  }

  private Chart.Series series(String name, int colour, ToDoubleFunction<EpochRecord> value) {
    return new Chart.Series(
        name, colour, false, history().stream().map(value::applyAsDouble).toList());
  }
}
