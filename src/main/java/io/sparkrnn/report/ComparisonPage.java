package io.sparkrnn.report;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.report.RunRecord.Scores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** {@code report --compare}: several runs over each other. */
public record ComparisonPage(List<Run> runs) {
  private static final String NONE = "–";

  /** One of the runs; secrets of its configuration are masked in the page. */
  public record Run(RunRecord record, RunConfiguration configuration) {}

  /** What one run after the other has of one thing. */
  private record Row(String name, List<String> values) {}

  public ComparisonPage {
    runs = List.copyOf(runs);
    if (runs.size() < 2) {
      throw new IllegalArgumentException("expected at least 2 runs, found " + runs.size());
    }
  }

  /** The page in UTF-8. */
  public byte[] html() {
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("names", names());
    page.put("results", results());
    page.put("settings", settings());
    List<Curves.Run> curves = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      curves.add(new Curves.Run(letter(i), runs.get(i).record().training().history()));
    }
    boolean ofValues =
        runs.stream()
            .map(run -> run.record().test())
            .anyMatch(test -> test != null && test.isOfValues());
    String loss = ofValues ? "loss" : "loss, nats";
    List<Chart> charts = Curves.of(curves, loss);
    page.put("hasHistory", !charts.isEmpty());
    page.putAll(Curves.names(curves));
    page.put(
        "hasValidation", charts.stream().anyMatch(chart -> chart.id().equals("accuracy-chart")));
    return Template.fill("comparison.html", page, charts);
  }

  /** Short, for legends: run ids are long. */
  private static String letter(int run) {
    return run < 26 ? String.valueOf((char) ('A' + run)) : "A" + run;
  }

  private List<Map<String, Object>> names() {
    List<Map<String, Object>> names = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      names.add(Map.of("letter", letter(i), "runId", runs.get(i).record().runId()));
    }
    return names;
  }

  private static String score(Scores scores) {
    return scores.isOfAccuracy() ? Numbers.percent(scores.accuracy()) : scores.deciding().named();
  }

  private List<Row> results() {
    boolean ofAccuracy =
        runs.stream()
            .map(run -> run.record().test())
            .allMatch(test -> test == null || test.isOfAccuracy());
    String score = ofAccuracy ? "accuracy" : "score";
    return List.of(
        row("status", RunRecord::status),
        row("model", RunRecord::model),
        row("layers", RunRecord::topology),
        row("test " + score, test(ComparisonPage::score)),
        row(
            "95 % interval",
            test(
                scores ->
                    scores.isOfAccuracy()
                        ? Numbers.interval(scores.accuracy(), scores.samples())
                        : NONE)),
        row("test loss", test(scores -> Numbers.format("%.4f", scores.loss()))),
        row(
            "validation " + score,
            run -> run.validation() == null ? NONE : score(run.validation())),
        row("epochs", run -> String.valueOf(run.training().history().size())),
        row("seconds of rounds", run -> Numbers.format("%.1f", seconds(run))),
        row(
            "samples/s",
            run ->
                seconds(run) == 0
                    ? NONE
                    : Numbers.format(
                        "%,.0f",
                        run.training().history().stream().mapToLong(EpochRecord::samples).sum()
                            / seconds(run))),
        row("parameters", run -> Numbers.format("%,d", run.parameters())),
        row("processor of the driver", RunRecord::cpu),
        row("SHA-256 of the parameters", RunRecord::parametersSha256),
        row("version", run -> run.versions().get("sparkRnn")));
  }

  private static double seconds(RunRecord run) {
    return run.training().history().stream().mapToDouble(EpochRecord::seconds).sum();
  }

  private static Function<RunRecord, String> test(Function<Scores, String> value) {
    return run -> run.test() == null ? NONE : value.apply(run.test());
  }

  private Row row(String name, Function<RunRecord, String> value) {
    return new Row(
        name,
        runs.stream()
            .map(run -> Objects.requireNonNullElse(value.apply(run.record()), NONE))
            .toList());
  }

  /** Those that differ between the runs. */
  private List<Row> settings() {
    List<Map<String, String>> byRun = runs.stream().map(ComparisonPage::texts).toList();
    return byRun.stream()
        .flatMap(texts -> texts.keySet().stream())
        .distinct()
        .map(
            path ->
                new Row(path, byRun.stream().map(texts -> texts.getOrDefault(path, "")).toList()))
        .filter(row -> Set.copyOf(row.values()).size() > 1)
        .toList();
  }

  private static Map<String, String> texts(Run run) {
    Map<String, String> texts = new LinkedHashMap<>();
    Setting.of(run.configuration()).forEach(setting -> texts.put(setting.path(), setting.value()));
    return texts;
  }
}
