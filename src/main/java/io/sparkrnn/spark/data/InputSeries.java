package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** A table of readings, of whose series a network is asked for answers that nobody knows. */
public final class InputSeries {
  private final List<Series> series;
  private final SeriesQuestions questions;
  private final List<StructField> names = new ArrayList<>();

  /** One of its series. */
  public static final class Series implements Serializable {
    private static final long serialVersionUID = 1L;

    private final RawSequence readings;

    Series(RawSequence readings) {
      this.readings = readings;
    }

    RawSequence readings() {
      return readings;
    }
  }

  /**
   * Reads a table.
   *
   * @param preparation what was fitted when the network was trained
   * @throws DataException if it is not what the configuration says, or what the network was trained
   *     on
   */
  public InputSeries(
      SparkSession spark,
      RunConfiguration configuration,
      String location,
      Network network,
      Preparation preparation,
      SeriesQuestions.Which which) {
    SparkSession session = TableSource.session(spark);
    TableConfiguration table = configuration.table();
    TableSource source = new TableSource(session, configuration, location);
    Dataset<Row> rows = source.rows();
    TableColumns columns =
        new TableColumns(
            source, configuration, rows.schema(), session.conf().get("spark.sql.session.timeZone"));
    InputTable.requireInputs(source, table, columns, network, preparation);
    SeriesTime times = columns.times().orElseThrow();
    series =
        new SeriesReadings(source, times)
            .series(source.collect(rows, SequenceRows.ofReadings(columns, table))).stream()
                .map(Series::new)
                .toList();
    questions = new SeriesQuestions(table, network, preparation, times, which);
    if (!table.series().isEmpty()) {
      names.add(DataTypes.createStructField(table.series(), DataTypes.StringType, false));
    }
    names.add(DataTypes.createStructField(table.time(), times.type(), true));
    if (table.horizonSteps() > 0) {
      names.add(DataTypes.createStructField(SeriesQuestions.MADE_AT, times.type(), true));
    }
  }

  /** What names an answer: its series, its time, and of a forecast the time it is made at. */
  public List<StructField> names() {
    return names;
  }

  /** In the order of their names. */
  public List<Series> series() {
    return series;
  }

  /** What asks for answers, in any task. */
  public SeriesQuestions questions() {
    return questions;
  }
}
