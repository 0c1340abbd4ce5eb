package io.sparkrnn.spark.data;

import io.sparkrnn.config.MissingName;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/** A table of sequences, one a row, whose answers a network is asked for. */
public final class InputTable {
  private final Dataset<Row> rows;
  private final int[] names;
  private final InputRows inputs;

  /**
   * Opens a table.
   *
   * @param preparation what was fitted when the network was trained
   * @throws DataException if it has not the columns of the configuration, or not those that the
   *     network was trained on
   */
  public InputTable(
      SparkSession spark,
      RunConfiguration configuration,
      String location,
      Network network,
      Preparation preparation) {
    SparkSession session = TableSource.session(spark);
    TableSource source = new TableSource(session, configuration, location);
    this.rows = source.rows();
    TableColumns columns = new TableColumns(source, configuration, rows.schema(), "UTC");
    requireInputs(source, configuration.table(), columns, network, preparation);
    Set<Integer> sequences = columns.sequences();
    this.names =
        IntStream.range(0, rows.schema().size()).filter(c -> !sequences.contains(c)).toArray();
    this.inputs = new InputRows(columns, configuration.table(), preparation, network, names);
  }

  static void requireInputs(
      TableSource source,
      TableConfiguration table,
      TableColumns columns,
      Network network,
      Preparation preparation) {
    int numbers = preparation.features().size() * (table.missing() == MissingName.MASK ? 2 : 1);
    boolean fits =
        numbers == network.inputSize()
            && columns.features().isEmpty() == preparation.features().isEmpty()
            && (columns.text() < 0) == network.input().categorical().isEmpty()
            && columns.statics().length == network.input().statics();
    if (!fits) {
      throw source.refusal(
          "columns of %d numbers a time step, %s and %d static values, as the model was trained on"
              .formatted(
                  network.inputSize(),
                  text(!network.input().categorical().isEmpty()),
                  network.input().statics()),
          "%d, %s and %d"
              .formatted(
                  columns.features().isEmpty() ? 0 : numbers,
                  text(columns.text() >= 0),
                  columns.statics().length));
    }
  }

  private static String text(boolean there) {
    return there ? "a text" : "no text";
  }

  /** Columns that are no sequences: they name a row. */
  public List<StructField> names() {
    return IntStream.of(names).mapToObj(column -> rows.schema().fields()[column]).toList();
  }

  /** All rows. */
  public JavaRDD<Row> rows() {
    return rows.javaRDD();
  }

  /** What makes sequences of rows, in any task. */
  public InputRows inputs() {
    return inputs;
  }
}
