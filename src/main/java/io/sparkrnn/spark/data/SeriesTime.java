package io.sparkrnn.spark.data;

import java.io.Serializable;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/**
 * The times of readings as whole numbers in the same order: whole numbers themselves, other numbers
 * by their bits, dates and times as microseconds since 1970.
 *
 * @param zone of times that name none
 */
record SeriesTime(Kind kind, String zone) implements Serializable {

  /** What a column of times holds. */
  enum Kind {
    WHOLE,
    NUMBER,
    DATE
  }

  /**
   * Of a column.
   *
   * @throws DateTimeException if it holds no times
   */
  static SeriesTime of(DataType type, String zone) {
    if (type instanceof IntegralType) {
      return new SeriesTime(Kind.WHOLE, zone);
    }
    if (type instanceof NumericType) {
      return new SeriesTime(Kind.NUMBER, zone);
    }
    if (type instanceof StringType
        || type instanceof DateType
        || type instanceof TimestampType
        || type instanceof TimestampNTZType
        || type.equals(DataTypes.TimestampType)) {
      return new SeriesTime(Kind.DATE, zone);
    }
    throw new DateTimeException(type.simpleString());
  }

  /**
   * A cell's time.
   *
   * @throws DateTimeException if it is none
   * @throws NumberFormatException likewise
   */
  long of(Object cell) {
    if (cell instanceof Number number) {
      return kind == Kind.WHOLE ? number.longValue() : ofNumber(number.doubleValue());
    }
    if (cell instanceof Timestamp time) {
      return micros(time.toInstant());
    }
    if (cell instanceof Date date) {
      return micros(date.toLocalDate().atStartOfDay(ZoneId.of(zone)).toInstant());
    }
    return parse(String.valueOf(cell));
  }

  /** A time that is written. */
  long parse(String text) {
    String stripped = text.strip();
    return switch (kind) {
      case WHOLE -> Long.parseLong(stripped);
      case NUMBER -> ofNumber(Double.parseDouble(stripped));
      case DATE -> micros(instant(stripped));
    };
  }

  private Instant instant(String text) {
    // As SQL writes it, too.
    String iso = text.replaceFirst("^(\\d{4}-\\d{2}-\\d{2}) +", "$1T");
    if (!iso.contains("T")) {
      return LocalDate.parse(iso).atStartOfDay(ZoneId.of(zone)).toInstant();
    }
    return iso.matches(".*T.*(Z|[+-]\\d{2}(:?\\d{2})?)")
        ? OffsetDateTime.parse(iso).toInstant()
        : LocalDateTime.parse(iso).atZone(ZoneId.of(zone)).toInstant();
  }

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  private static long ofNumber(double number) {
    if (!Double.isFinite(number)) {
      throw new DateTimeException(String.valueOf(number));
    }
    long bits = Double.doubleToLongBits(number + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  private static double number(long time) {
    return Double.longBitsToDouble(time ^ ((time >> 63) & Long.MAX_VALUE));
  }

  /** From one time to a later one, in the column's own unit. */
  double between(long from, long to) {
    return kind == Kind.NUMBER ? number(to) - number(from) : (double) to - from;
  }

  /** For people. */
  String text(long time) {
    return switch (kind) {
      case WHOLE -> String.valueOf(time);
      case NUMBER -> String.valueOf(number(time));
      case DATE -> Instant.EPOCH.plus(time, ChronoUnit.MICROS).toString();
    };
  }

  /** From one time of a series to the next: the most frequent one, of those the shortest. */
  double regularStep(long[] sorted) {
    Map<Double, Integer> counts = new HashMap<>();
    for (int i = 1; i < sorted.length; i++) {
      counts.merge(between(sorted[i - 1], sorted[i]), 1, Integer::sum);
    }
    return counts.entrySet().stream()
        .max(
            Map.Entry.<Double, Integer>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .map(Map.Entry::getKey)
        .orElse(0.0);
  }

  /** A time that is later by so much in the column's own unit. */
  long after(long time, double by) {
    return kind == Kind.NUMBER ? ofNumber(number(time) + by) : time + Math.round(by);
  }

  /** The type of cells that say a time. */
  DataType type() {
    return switch (kind) {
      case WHOLE -> DataTypes.LongType;
      case NUMBER -> DataTypes.DoubleType;
      case DATE -> DataTypes.TimestampType;
    };
  }

  /** A time as such a cell has it. */
  Object cell(long time) {
    return switch (kind) {
      case WHOLE -> (Object) time;
      case NUMBER -> (Object) number(time);
      case DATE -> Timestamp.from(Instant.EPOCH.plus(time, ChronoUnit.MICROS));
    };
  }
}
