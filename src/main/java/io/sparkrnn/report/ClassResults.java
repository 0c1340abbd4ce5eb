package io.sparkrnn.report;

import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.report.RunRecord.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How often each class was taken for each other one.
 *
 * @param ofSteps whether each time step has a class
 */
record ClassResults(Scores test, ClassNames names, boolean ofSteps) {
  /** A larger matrix is more than can be looked at. */
  static final int MOST_IN_MATRIX = 20;

  /** How many of the largest confusions are listed. */
  private static final int CONFUSIONS = 30;

  /** What templates show, by the names of the components. */
  private record Cell(String count, String kind, String heat) {}

  private record Row(String label, List<Cell> cells) {}

  private record ClassRow(
      String name, String precision, String recall, String f1, String samples) {}

  private record Confusion(String actual, String predicted, String count, String share) {}

  /** What the template shows; nothing where there is no matrix. */
  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    long[][] counts = test.confusion();
    if (counts.length == 0) {
      if (!test.worst().isEmpty()) {
        values.put(
            "withoutMatrix",
            "There are too many classes to count how often each was taken for each other one.");
      }
      return values;
    }
    if (counts.length <= MOST_IN_MATRIX) {
      values.put("confusion", matrix());
    }
    List<Confusion> confusions = confusions();
    if ((ofSteps || counts.length > MOST_IN_MATRIX) && !confusions.isEmpty()) {
      values.put("confusions", Map.of("rows", confusions));
    }
    values.put("classes", Map.of("rows", classes(), "count", counts.length));
    return values;
  }

  private Map<String, Object> matrix() {
    long[][] counts = test.confusion();
    long mostWrong = 1;
    for (int actual = 0; actual < counts.length; actual++) {
      for (int predicted = 0; predicted < counts.length; predicted++) {
        mostWrong =
            actual == predicted ? mostWrong : Math.max(mostWrong, counts[actual][predicted]);
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int actual = 0; actual < counts.length; actual++) {
      long support = Math.max(1, Arrays.stream(counts[actual]).sum());
      List<Cell> cells = new ArrayList<>();
      for (int predicted = 0; predicted < counts.length; predicted++) {
        long count = counts[actual][predicted];
        boolean right = actual == predicted;
        double heat = count / (double) (right ? support : mostWrong);
        cells.add(
            new Cell(
                Numbers.format("%,d", count),
                count == 0 ? "none" : right ? "right" : "wrong",
                Numbers.format("%.3f", heat)));
      }
      rows.add(new Row(names.of(actual), cells));
    }
    List<String> labels = IntStream.range(0, counts.length).mapToObj(names::of).toList();
    return Map.of("labels", labels, "rows", rows);
  }

  /** The most frequent first. */
  private List<Confusion> confusions() {
    record Count(int actual, int predicted, long count) {}
    List<Count> wrong = new ArrayList<>();
    long[][] counts = test.confusion();
    for (int actual = 0; actual < counts.length; actual++) {
      for (int predicted = 0; predicted < counts.length; predicted++) {
        if (actual != predicted && counts[actual][predicted] > 0) {
          wrong.add(new Count(actual, predicted, counts[actual][predicted]));
        }
      }
    }
    return wrong.stream()
        .sorted(Comparator.comparingLong(Count::count).reversed())
        .limit(CONFUSIONS)
        .map(
            count ->
                new Confusion(
                    names.of(count.actual()),
                    names.of(count.predicted()),
                    Numbers.format("%,d", count.count()),
                    Numbers.percent(
                        count.count() / (double) Arrays.stream(counts[count.actual()]).sum())))
        .toList();
  }

  private List<ClassRow> classes() {
    int classes = test.confusion().length;
    ConfusionMatrix matrix =
        ConfusionMatrix.of(
            Arrays.stream(test.confusion()).flatMapToLong(Arrays::stream).toArray(), classes);
    List<ClassRow> rows = new ArrayList<>();
    for (int label = 0; label < classes; label++) {
      rows.add(
          classRow(
              names.of(label),
              matrix.precision(label),
              matrix.recall(label),
              matrix.f1(label),
              matrix.support(label)));
    }
    rows.add(
        classRow(
            "average",
            matrix.macroPrecision(),
            matrix.macroRecall(),
            matrix.macroF1(),
            matrix.samples()));
    return rows;
  }

  private static ClassRow classRow(
      String name, double precision, double recall, double f1, long samples) {
    return new ClassRow(
        name,
        Numbers.format("%.4f", precision),
        Numbers.format("%.4f", recall),
        Numbers.format("%.4f", f1),
        Numbers.format("%,d", samples));
  }
}
