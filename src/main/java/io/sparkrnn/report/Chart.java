package io.sparkrnn.report;

import java.util.List;

/**
 * A plot as the script of a page draws it, by Chart.js.
 *
 * @param id of the page's element
 * @param type {@code line} or {@code bar}
 * @param xLabel and the next: of the axes
 * @param stacked whether bars of one place stand on each other
 * @param labels of the places on the x axis, in order
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
   * @param values one a label; null where there is none
   */
  record Series(String name, int colour, boolean dashed, List<Double> values) {}

  static Chart line(
      String id, String xLabel, String yLabel, List<String> labels, List<Series> series) {
    return new Chart(id, "line", xLabel, yLabel, false, labels, series);
  }
}
