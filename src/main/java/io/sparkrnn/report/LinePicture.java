package io.sparkrnn.report;

/** Dense sequences as pictures: a line for each of the first channels, time from left to right. */
final class LinePicture {
  /** In the units of the picture. */
  private static final int WIDTH = 160;

  private static final int HEIGHT = 100;

  /** Kept free at all sides, so that lines are not cut. */
  private static final int MARGIN = 3;

  /** No more than a small picture can show. */
  private static final int MOST_POINTS = 120;

  private LinePicture() {}

  /**
   * An element {@code svg}, which has numbers in it and no text of users.
   *
   * @param values {@code [timeStep][inputs]}
   * @param channels the first ones are drawn, on one scale
   * @param marked a time step that is marked; negative for none
   */
  static String svg(float[] values, int inputs, int channels, int marked) {
    int steps = values.length / inputs;
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    int drawn = Math.min(inputs, channels);
    for (int i = 0; i < values.length; i++) {
      if (i % inputs < drawn && Float.isFinite(values[i])) {
        least = Math.min(least, values[i]);
        most = Math.max(most, values[i]);
      }
    }
    StringBuilder svg = new StringBuilder();
    svg.append("<svg viewBox=\"0 0 %d %d\" aria-hidden=\"true\">".formatted(WIDTH, HEIGHT));
    if (marked >= 0 && marked < steps) {
      String x = Numbers.format("%.1f", x(marked, steps));
      svg.append(
          "<line class=\"mark\" x1=\"%s\" x2=\"%s\" y1=\"0\" y2=\"%d\"/>".formatted(x, x, HEIGHT));
    }
    for (int channel = 0; channel < drawn && least <= most; channel++) {
      svg.append("<polyline class=\"line-%d\" points=\"".formatted(channel));
      int points = Math.min(steps, MOST_POINTS);
      for (int point = 0; point < points; point++) {
        int step = points == 1 ? 0 : (int) ((long) point * (steps - 1) / (points - 1));
        float value = values[step * inputs + channel];
        if (Float.isFinite(value)) {
          double height = most == least ? 0.5 : ((double) value - least) / ((double) most - least);
          double y = HEIGHT - MARGIN - height * (HEIGHT - 2 * MARGIN);
          svg.append(Numbers.format("%.1f,%.1f ", x(step, steps), y));
          if (steps == 1) {
            svg.append(Numbers.format("%d,%.1f", WIDTH - MARGIN, y));
          }
        }
      }
      svg.append("\"/>");
    }
    return svg.append("</svg>").toString();
  }

  private static double x(int step, int steps) {
    return MARGIN + (WIDTH - 2.0 * MARGIN) * step / Math.max(1, steps - 1);
  }
}
