package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.DataException;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A table's sequences, or its series, in an order that neither partitions nor files have a part in.
 */
record Sequences(TableSource source, TableColumns columns, List<RawSequence> all) {

  /**
   * Reads a table.
   *
   * @param session one of {@link TableSource#session}
   * @throws DataException if it is not what the configuration says
   */
  static Sequences read(SparkSession session, RunConfiguration configuration, String location) {
    return of(
        Table.of(
            new TableSource(session, configuration, location),
            configuration,
            session.conf().get("spark.sql.session.timeZone"),
            OptionalInt.empty()),
        configuration);
  }

  /** A table, and how its rows are read. */
  record Table(
      TableSource source,
      TableColumns columns,
      Dataset<Row> rows,
      TableSource.RowFunction<RawSequence> reader) {
    /**
     * Looks at a table's columns.
     *
     * @param zone of times that name none
     * @param timeSteps that all sequences must have
     * @throws DataException if they are not what the configuration says
     */
    static Table of(
        TableSource source, RunConfiguration configuration, String zone, OptionalInt timeSteps) {
      TableConfiguration table = configuration.table();
      Dataset<Row> rows = source.rows();
      TableColumns columns =
          new TableColumns(source, table, configuration.model().task(), rows.schema(), zone);
      SequenceRows reader = new SequenceRows(columns, table);
      return new Table(
          source,
          columns,
          rows,
          timeSteps.isPresent() && columns.times().isEmpty()
              ? reader.ofTimeSteps(timeSteps.getAsInt())
              : reader);
    }
  }

  /**
   * Reads a table.
   *
   * @throws DataException if it is not what the configuration says
   */
  static Sequences of(Table from, RunConfiguration configuration) {
    TableConfiguration table = configuration.table();
    TaskName task = configuration.model().task();
    TableSource source = from.source();
    TableColumns columns = from.columns();
    List<RawSequence> read = source.collect(from.rows(), from.reader());
    if (columns.times().isPresent()) {
      List<RawSequence> series = new SeriesReadings(source, columns.times().get()).series(read);
      if (task == TaskName.CLASSIFY && table.windowSteps() == 0) {
        requireOneLabel(source, series);
      }
      return new Sequences(source, columns, series);
    }
    return new Sequences(source, columns, inOrder(read, source.isGiven()));
  }

  /** Those of a program are in the order of {@link TableSamples}, so that both are alike. */
  static String key(RawSequence sequence, boolean given) {
    return given && sequence.isPlain() ? sequence.plainDigest() : sequence.digest();
  }

  private static List<RawSequence> inOrder(List<RawSequence> sequences, boolean given) {
    record Keyed(String digest, RawSequence sequence) {}
    return sequences.stream()
        .map(sequence -> new Keyed(key(sequence, given), sequence))
        .sorted(Comparator.comparing(Keyed::digest))
        .map(Keyed::sequence)
        .toList();
  }

  /** Where a series is one sample, and that has one class. */
  private static void requireOneLabel(TableSource source, List<RawSequence> series) {
    for (RawSequence one : series) {
      for (int step = 1; step < one.steps(); step++) {
        boolean same =
            one.names().length > 0
                ? one.names()[step].equals(one.names()[0])
                : one.labels()[step] == one.labels()[0];
        if (!same) {
          throw source.refusal(
              "one label in all readings of series " + one.series(),
              "another in " + source.row(one.row(step)));
        }
      }
    }
  }
}
