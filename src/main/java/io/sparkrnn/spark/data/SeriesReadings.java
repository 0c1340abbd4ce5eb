package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import io.sparkrnn.model.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Readings of a table, put together to the series that they are of, in the order of time. */
final class SeriesReadings {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesReadings.class);

  private final TableSource source;
  private final SeriesTime times;

  SeriesReadings(TableSource source, SeriesTime times) {
    this.source = source;
    this.times = times;
  }

  /**
   * The series in the order of their names.
   *
   * @throws DataException if a series has two readings of one time
   */
  List<RawSequence> series(List<RawSequence> readings) {
    Map<String, List<RawSequence>> byName = new TreeMap<>(Vocabulary.BY_CODE_POINTS);
    for (RawSequence reading : readings) {
      byName.computeIfAbsent(reading.series(), name -> new ArrayList<>()).add(reading);
    }
    List<RawSequence> series = new ArrayList<>();
    for (List<RawSequence> ofOne : byName.values()) {
      ofOne.sort(Comparator.comparingLong(reading -> reading.times()[0]));
      requireTimesOnce(ofOne);
      requireEqualShapes(ofOne);
      series.add(join(ofOne));
    }
    warnOfGaps(series);
    return series;
  }

  private static String named(String series) {
    return series.isEmpty() ? "the series" : "series " + series;
  }

  private void requireTimesOnce(List<RawSequence> readings) {
    for (int i = 1; i < readings.size(); i++) {
      RawSequence reading = readings.get(i);
      if (reading.times()[0] == readings.get(i - 1).times()[0]) {
        throw source.refusal(
            "one reading of %s at each time".formatted(named(reading.series())),
            "two at %s, in %s and %s"
                .formatted(
                    times.text(reading.times()[0]),
                    source.row(readings.get(i - 1).row(0)),
                    source.row(reading.row(0))));
      }
    }
  }

  private void requireEqualShapes(List<RawSequence> readings) {
    RawSequence first = readings.get(0);
    for (RawSequence reading : readings) {
      if (reading.values().length != first.values().length) {
        throw source.refusal(
            "%d numbers in each reading".formatted(first.values().length),
            "%d in %s".formatted(reading.values().length, source.row(reading.row(0))));
      }
      if (!Arrays.equals(reading.statics(), first.statics())) {
        throw source.refusal(
            "the same static numbers in all readings of " + named(first.series()),
            "others in %s".formatted(source.row(reading.row(0))));
      }
    }
  }

  private static RawSequence join(List<RawSequence> readings) {
    RawSequence first = readings.get(0);
    return new RawSequence(
        first.series(),
        readings.stream().mapToLong(reading -> reading.times()[0]).toArray(),
        readings.stream().mapToLong(reading -> reading.row(0)).toArray(),
        readings.size(),
        join(readings, RawSequence::values),
        readings.stream().flatMap(r -> Arrays.stream(r.tokens())).toArray(String[]::new),
        readings.stream().flatMapToInt(r -> Arrays.stream(r.labels())).toArray(),
        readings.stream().flatMap(r -> Arrays.stream(r.names())).toArray(String[]::new),
        join(readings, RawSequence::targets),
        join(readings, RawSequence::weights),
        first.statics());
  }

  private static float[] join(List<RawSequence> readings, Function<RawSequence, float[]> column) {
    int width = column.apply(readings.get(0)).length;
    float[] joined = new float[Math.multiplyExact(width, readings.size())];
    for (int i = 0; i < readings.size(); i++) {
      System.arraycopy(column.apply(readings.get(i)), 0, joined, i * width, width);
    }
    return joined;
  }

  /** Windows go over gaps as if there were none. */
  private void warnOfGaps(List<RawSequence> series) {
    long gaps = 0;
    String first = "";
    for (RawSequence one : series) {
      double regular = times.regularStep(one.times());
      for (int i = 1; i < one.steps(); i++) {
        if (times.between(one.times()[i - 1], one.times()[i]) > regular) {
          gaps++;
          if (first.isEmpty()) {
            first =
                "%s from %s to %s"
                    .formatted(
                        named(one.series()),
                        times.text(one.times()[i - 1]),
                        times.text(one.times()[i]));
          }
        }
      }
    }
    if (gaps > 0) {
      LOG.warn(
          "{} has {} gaps between readings, the first in {}; a time step goes over each",
          source.location(),
          gaps,
          first);
    }
  }
}
