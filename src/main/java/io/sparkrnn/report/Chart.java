package io.sparkrnn.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A plot as the script of a page draws it, by Chart.js.
 *
 * @param id of the page's element
 * @param type {@code line}, {@code bar} or {@code scatter}
 * @param xLabel and the next: of the axes
 * @param stacked whether bars of one place stand on each other
 * @param labels of the places on the x axis, in order; none of a scatter
 */
record Chart(
    String id,
    String type,
    String xLabel,
    String yLabel,
    boolean stacked,
    List<String> labels,
    List<Series> series) {

  /**
   * One line, or the bars of one colour.
   *
   * @param colour number of a colour of the page's style
   * @param dashed in a scatter: a line through all points, which are not drawn
   * @param values one a label, null where there is none; of a scatter, one a point
   * @param places of a scatter, where its points are on the x axis; else empty
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Series(String name, int colour, boolean dashed, List<Double> values, List<Double> places) {
    Series(String name, int colour, boolean dashed, List<Double> values) {
      this(name, colour, dashed, values, List.of());
    }
  }

  static Chart line(
      String id, String xLabel, String yLabel, List<String> labels, List<Series> series) {
    return new Chart(id, "line", xLabel, yLabel, false, labels, series);
  }

  static Chart scatter(String id, String xLabel, String yLabel, List<Series> series) {
    return new Chart(id, "scatter", xLabel, yLabel, false, List.of(), series);
  }
}
