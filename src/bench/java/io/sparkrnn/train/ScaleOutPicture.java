package io.sparkrnn.train;

import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.train.ScaleOutRun.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The curves of runs as an SVG picture: the score over the iterations of a worker, which are on a
 * logarithmic scale, a colour for each number of workers and a line for each run.
 */
final class ScaleOutPicture {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 500;
  private static final int LEFT = 70;
  private static final int RIGHT = 190;
  private static final int TOP = 20;
  private static final int BOTTOM = 50;

  /** Names of SVG that are told apart on white, also by who does not see red and green alike. */
  private static final List<String> COLOURS =
      List.of(
          "black",
          "darkorange",
          "dodgerblue",
          "seagreen",
          "gold",
          "mediumblue",
          "orangered",
          "orchid");

  /** Of the scores, the share that is drawn: what is before is the first moments of a run. */
  private static final double SHOWN = 0.8;

  private final List<ScaleOutRun> runs;
  private final double lowest;
  private final double highest;
  private final double first;
  private final double last;

  private ScaleOutPicture(List<ScaleOutRun> runs) {
    this.runs = runs.stream().filter(run -> !run.curve().isEmpty()).toList();
    double[] scores =
        points().stream().mapToDouble(Point::score).filter(Double::isFinite).sorted().toArray();
    int hidden = (int) (scores.length * (1 - SHOWN));
    boolean higher = runs.get(0).kind().better() == ScoreKind.Better.HIGHER;
    lowest = scores[higher ? hidden : 0];
    highest = Math.max(scores[scores.length - 1 - (higher ? 0 : hidden)], lowest + 1e-9);
    first = points().stream().mapToLong(Point::iteration).min().orElseThrow();
    last = Math.max(points().stream().mapToLong(Point::iteration).max().orElseThrow(), first + 1);
  }

  /** An SVG document. */
  static String svg(List<ScaleOutRun> runs) {
    return new ScaleOutPicture(runs).svg();
  }

  private List<Point> points() {
    return runs.stream().flatMap(run -> run.curve().stream()).toList();
  }

  private String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">%n"
            .formatted(WIDTH, HEIGHT));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    axes(svg);
    List<String> names = runs.stream().map(ScaleOutPicture::name).distinct().toList();
    for (ScaleOutRun run : runs) {
      svg.append(
          "<polyline fill=\"none\" stroke=\"%s\" points=\"%s\"/>%n"
              .formatted(colour(names.indexOf(name(run))), line(run)));
    }
    for (int i = 0; i < names.size(); i++) {
      int y = TOP + 10 + 20 * i;
      int x = WIDTH - RIGHT + 15;
      svg.append(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>%n"
              .formatted(x, x + 20, y, y, colour(i)));
      text(svg, x + 28, y + 4, "start", names.get(i));
    }
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg) {
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"gray\"/>%n"
            .formatted(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM));
    for (int i = 0; i <= 4; i++) {
      double score = lowest + (highest - lowest) * i / 4;
      text(svg, LEFT - 8, y(score) + 4, "end", String.format(Locale.ROOT, "%.4f", score));
    }
    for (long place : places()) {
      text(svg, x(place), HEIGHT - BOTTOM + 18, "middle", String.valueOf(place));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "iterations of a worker");
    text(svg, LEFT, TOP - 6, "start", runs.get(0).kind().label());
  }

  /** 1, 2 and 5 times powers of ten. */
  private List<Long> places() {
    List<Long> places = new ArrayList<>();
    for (long power = 1; power <= last; power *= 10) {
      for (long digit : new long[] {1, 2, 5}) {
        if (digit * power >= first && digit * power <= last) {
          places.add(digit * power);
        }
      }
    }
    return places;
  }

  private static String name(ScaleOutRun run) {
    return "%d, %s, %s".formatted(run.workers(), run.averaging(), run.updater());
  }

  private static String colour(int number) {
    return COLOURS.get(number % COLOURS.size());
  }

  private String line(ScaleOutRun run) {
    return String.join(
        " ",
        run.curve().stream()
            .filter(point -> Double.isFinite(point.score()))
            .map(
                point ->
                    String.format(Locale.ROOT, "%.1f,%.1f", x(point.iteration()), y(point.score())))
            .toList());
  }

  private double x(double iteration) {
    double share = Math.log(iteration / first) / Math.log(last / first);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  /** What is beyond the scale is on its edge. */
  private double y(double score) {
    double share = Math.min(1, Math.max(0, (score - lowest) / (highest - lowest)));
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text));
  }
}
