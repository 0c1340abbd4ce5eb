package io.sparkrnn.train;

import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One run of {@link ScaleOut}.
 *
 * @param seconds of all rounds
 * @param curve what evaluations found, in order
 */
record ScaleOutRun(
    String averaging,
    int workers,
    long seed,
    String updater,
    double learningRate,
    int epochs,
    long iterations,
    long samples,
    ScoreKind kind,
    double seconds,
    List<Point> curve) {
  static final String HEADER =
      "averaging,workers,seed,updater,learning_rate,epochs,iterations,samples,to_target_iterations,to_target_epochs,to_target_seconds,best,final,seconds";

  /**
   * One evaluation.
   *
   * @param iteration of the worker with the most, after which it was
   * @param reached whether the score is the target, or better
   */
  record Point(long iteration, double epochs, double seconds, double score, boolean reached) {}

  ScaleOutRun {
    curve = List.copyOf(curve);
  }

  Optional<Point> reached() {
    return curve.stream().filter(Point::reached).findFirst();
  }

  /** NaN where nothing was evaluated. */
  double best() {
    return curve.stream()
        .map(point -> new Score(kind, point.score()))
        .max(Comparator.comparingDouble(Score::merit))
        .map(Score::value)
        .orElse(Double.NaN);
  }

  double last() {
    return curve.isEmpty() ? Double.NaN : curve.get(curve.size() - 1).score();
  }

  /** As a line of the table. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%s,%d,%d,%s,%s,%d,%d,%d,%s,%.4f,%.4f,%.2f",
        averaging,
        workers,
        seed,
        updater,
        learningRate,
        epochs,
        iterations,
        samples,
        reached()
            .map(
                point ->
                    String.format(
                        Locale.ROOT,
                        "%d,%.2f,%.2f",
                        point.iteration(),
                        point.epochs(),
                        point.seconds()))
            .orElse(",,"),
        best(),
        last(),
        seconds);
  }
}
