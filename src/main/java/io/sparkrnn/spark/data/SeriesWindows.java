package io.sparkrnn.spark.data;

import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Cuts series into parts by time, and then each part into windows. What is trained on ends before
 * the next part begins: neither an input nor a target of a training window is of a later time.
 */
final class SeriesWindows {
  private final TableConfiguration table;
  private final OptionalLong validationFrom;
  private final OptionalLong testFrom;
  private final SeriesTime times;

  /** Steps of a series that are one part, from one to before another. */
  private record Range(int from, int end) {}

  /**
   * Boundaries by the configuration.
   *
   * @throws DataException if one is no time
   */
  SeriesWindows(TableConfiguration table, SeriesTime times) {
    this.table = table;
    this.times = times;
    this.validationFrom = boundary("table.validation-from", table.validationFrom());
    this.testFrom = boundary("table.test-from", table.testFrom());
    if (validationFrom.isPresent()
        && testFrom.isPresent()
        && validationFrom.getAsLong() >= testFrom.getAsLong()) {
      throw new DataException(
          "Cannot split series: expected table.test-from after %s (table.validation-from), found %s"
              .formatted(table.validationFrom(), table.testFrom()));
    }
  }

  private OptionalLong boundary(String key, String text) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(times.parse(text));
    } catch (DateTimeException | NumberFormatException | ArithmeticException e) {
      throw new DataException(
          "Cannot split series: expected a value of the time column in %s, found \"%s\""
              .formatted(key, text),
          e);
    }
  }

  /** All steps of the training part, for what is fitted. */
  List<Window> trainingSpans(List<RawSequence> series) {
    List<Window> spans = new ArrayList<>();
    for (RawSequence one : series) {
      int end = training(one).end();
      if (end > 0) {
        spans.add(new Window(one, 0, end, 0));
      }
    }
    return spans;
  }

  /** Windows to train on. */
  List<Window> training(List<RawSequence> series) {
    List<Window> windows = new ArrayList<>();
    for (RawSequence one : series) {
      Range range = training(one);
      if (table.windowSteps() == 0) {
        addWhole(one, range, windows);
        continue;
      }
      long end = (long) range.end() - table.horizonSteps() - table.windowSteps();
      for (long start = 0; start <= end; start += table.strideSteps()) {
        windows.add(new Window(one, (int) start, table.windowSteps(), 0));
      }
    }
    return windows;
  }

  /** Windows of the validation part of the training table. */
  List<Window> validation(List<RawSequence> series) {
    return validationFrom.isEmpty()
        ? List.of()
        : evaluation(series, one -> new Range(index(one, validationFrom), index(one, testFrom)));
  }

  /** Windows of the test part of the training table. */
  List<Window> test(List<RawSequence> series) {
    return testFrom.isEmpty()
        ? List.of()
        : evaluation(series, one -> new Range(index(one, testFrom), one.steps()));
  }

  /** Windows of a table of its own. */
  List<Window> all(List<RawSequence> series) {
    return evaluation(series, one -> new Range(0, one.steps()));
  }

  private interface Part {
    Range of(RawSequence series);
  }

  private List<Window> evaluation(List<RawSequence> series, Part part) {
    List<Window> windows = new ArrayList<>();
    for (RawSequence one : series) {
      Range range = part.of(one);
      if (table.windowSteps() == 0) {
        addWhole(one, range, windows);
        continue;
      }
      int steps = table.windowSteps();
      int first = Math.max(range.from(), steps - 1);
      for (int last = first; (long) last + table.horizonSteps() < range.end(); last++) {
        windows.add(new Window(one, last - steps + 1, steps, steps - 1));
      }
    }
    return windows;
  }

  /** As one sample; the last steps have nothing to forecast within the part. */
  private void addWhole(RawSequence series, Range range, List<Window> windows) {
    long steps = (long) range.end() - range.from() - table.horizonSteps();
    if (steps > 0) {
      windows.add(new Window(series, range.from(), (int) steps, 0));
    }
  }

  private Range training(RawSequence series) {
    return new Range(0, index(series, validationFrom.isPresent() ? validationFrom : testFrom));
  }

  /** The first step that is not before a time. */
  private static int index(RawSequence series, OptionalLong time) {
    if (time.isEmpty()) {
      return series.steps();
    }
    int found = Arrays.binarySearch(series.times(), time.getAsLong());
    return found < 0 ? -found - 1 : found;
  }
}
