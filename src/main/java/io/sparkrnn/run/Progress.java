package io.sparkrnn.run;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How far a run is, in one line of a terminal.
 *
 * @param epoch that is being trained, from 1
 * @param round that was the last, from 1 over the whole run
 * @param rounds of the whole run
 * @param loss of that round
 * @param noun what samples are called
 * @param left time to the end of the last epoch, once that can be told
 */
record Progress(
    int epoch,
    int epochs,
    long round,
    long rounds,
    double loss,
    double samplesPerSecond,
    String noun,
    Optional<Duration> left) {
  /** A bar that says something. */
  private static final int MIN_BAR = 4;

  private static final int MAX_BAR = 40;

  /** As much as fits, the least important left out first. */
  String line(int columns) {
    String percent = "%3d%%".formatted(rounds == 0 ? 100 : 100 * round / rounds);
    String epochOf = " epoch %d/%d".formatted(epoch, epochs);
    String roundOf = "  round %d/%d".formatted(round, rounds);
    String lossOf = String.format(Locale.ROOT, "  loss %.3f", loss);
    String speed = String.format(Locale.ROOT, "  %,.0f %s/s", samplesPerSecond, noun);
    String time = left.map(duration -> "  " + text(duration) + " left").orElse("");
    for (String text :
        List.of(
            epochOf + roundOf + lossOf + speed + time,
            epochOf + lossOf + speed + time,
            epochOf + lossOf + time,
            epochOf + time)) {
      // A blank and two brackets.
      int bar = Math.min(MAX_BAR, columns - percent.length() - text.length() - 3);
      if (bar >= MIN_BAR) {
        return percent + " [" + bar(bar) + "]" + text;
      }
    }
    String text = percent + epochOf + time;
    return text.substring(0, Math.min(columns, text.length()));
  }

  private String bar(int width) {
    int done = (int) (rounds == 0 ? width : width * round / rounds);
    return done == width
        ? "=".repeat(width)
        : "=".repeat(done) + ">" + " ".repeat(width - done - 1);
  }

  private static String text(Duration time) {
    return time.toHours() > 0
        ? "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
  }
}
