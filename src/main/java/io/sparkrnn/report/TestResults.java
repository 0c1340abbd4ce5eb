package io.sparkrnn.report;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.report.RunRecord.Scores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a page shows of a run's test. A part that is odd is left out with a sentence, since the page
 * has others.
 *
 * @param samples empty where they cannot be read
 */
record TestResults(RunRecord run, RunConfiguration configuration, Optional<TestSamples> samples) {
  private record ScoreRow(String name, String value) {}

  /** The values of the template, and the plots. */
  record Shown(Map<String, Object> values, List<Chart> charts) {}

  Shown shown() {
    Map<String, Object> values = new LinkedHashMap<>();
    List<Chart> charts = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    Scores test = run.test();
    WorstSamples worst =
        new WorstSamples(test, samples, names(), configuration.table().targets(), ofSteps());
    ClassResults classes = new ClassResults(test, names(), ofSteps());
    ValueResults predictions = new ValueResults(test, worst);
    values.put("counted", ofSteps() ? "time steps" : "samples");
    values.put("scores", scores());
    values.put("baseline", baseline());
    values.put("hasTexts", samples.filter(TestSamples::areTexts).isPresent());
    values.put("hasLines", samples.filter(TestSamples::areLines).isPresent());
    part("classes", leftOut, classes::values).ifPresent(values::putAll);
    part("worst mistakes", leftOut, worst::mistakes)
        .filter(mistakes -> !mistakes.isEmpty())
        .ifPresent(
            mistakes ->
                values.put("mistakes", Map.of("items", mistakes, "measure", "probability")));
    part("predicted values", leftOut, predictions::shown)
        .ifPresent(
            shown -> {
              values.putAll(shown.values());
              charts.addAll(shown.charts());
            });
    if (samples.isEmpty() && !(test.worst().isEmpty() && test.largestErrors().isEmpty())) {
      leftOut.add("The test samples themselves are not shown: they could not be read.");
    }
    values.put("leftOut", leftOut);
    return new Shown(values, charts);
  }

  private static <T> Optional<T> part(String what, List<String> leftOut, Supplier<T> shown) {
    try {
      return Optional.of(shown.get());
    } catch (RuntimeException e) {
      leftOut.add("The %s cannot be shown: %s".formatted(what, e.getMessage()));
      return Optional.empty();
    }
  }

  private ClassNames names() {
    return samples
        .map(known -> ClassNames.of(configuration.model().task(), known.preparation()))
        .filter(known -> !known.names().isEmpty())
        .orElseGet(() -> new ClassNames(run.test().classes()));
  }

  /** Whether each time step of a sample has a class or values of its own. */
  boolean ofSteps() {
    TaskName task = configuration.model().task();
    return task == TaskName.LABEL_STEPS
        || task == TaskName.LANGUAGE_MODEL
        || run.test().worst().stream().anyMatch(mistake -> mistake.step() > 0)
        || run.test().largestErrors().stream().anyMatch(error -> error.step() > 0);
  }

  private List<ScoreRow> scores() {
    List<ScoreRow> rows = new ArrayList<>();
    run.test()
        .scores()
        .forEach(
            (name, value) ->
                ScoreKind.named(name)
                    .map(kind -> new Score(kind, value))
                    .ifPresent(
                        score -> rows.add(new ScoreRow(score.kind().label(), score.number()))));
    return rows;
  }

  /** A sentence; null where nothing was compared. */
  private String baseline() {
    return Optional.ofNullable(run.baseline())
        .flatMap(
            baseline ->
                baseline.score().score().map(score -> baseline.name() + ": " + score.named()))
        .orElse(null);
  }
}
