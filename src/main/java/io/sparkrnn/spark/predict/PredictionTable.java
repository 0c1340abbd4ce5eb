package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.predict.SparkPrediction.Output;
import io.sparkrnn.spark.predict.SparkPrediction.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;

/** The table of answers: in one part those of good rows, in another the bad rows. */
final class PredictionTable {
  static final String INDEX = "index";
  static final String STATUS = "status";
  static final String PROBABILITIES = "probabilities";
  static final String REASON = "reason";

  private PredictionTable() {}

  /**
   * Requires that names of rows are none of answers.
   *
   * @throws DataException if one is
   */
  static void requireFree(List<StructField> names, List<String> answers, String where) {
    for (StructField name : names) {
      if (answers.contains(name.name())) {
        throw new DataException(
            "Cannot predict rows of %s: expected no column of the names %s, found %s"
                .formatted(where, answers, name.name()));
      }
    }
  }

  /**
   * Writes the table.
   *
   * @param lengths of columns that are arrays of one length, which CSV has as columns
   */
  static void write(
      SparkSession session, Dataset<Row> table, Map<String, Integer> lengths, Request request) {
    // Both parts are open at once, rather than sorted.
    session.conf().set("spark.sql.maxConcurrentOutputFileWriters", 2);
    (request.output() == Output.CSV ? flat(table, lengths) : table)
        .write()
        .partitionBy(STATUS)
        .option("header", true)
        // Hardly two values are equal: Parquet would look for such, and give up.
        .option("parquet.enable.dictionary#" + PROBABILITIES + ".list.element", false)
        .option("parquet.enable.dictionary#" + INDEX, false)
        .format(request.output().toString())
        .save(request.to());
  }

  private static Dataset<Row> flat(Dataset<Row> table, Map<String, Integer> lengths) {
    List<Column> columns = new ArrayList<>();
    for (String name : table.columns()) {
      Column column = functions.col("`" + name + "`");
      if (!lengths.containsKey(name)) {
        columns.add(column);
        continue;
      }
      for (int i = 0; i < lengths.get(name); i++) {
        columns.addAll(flat(column.getItem(i), name, i));
      }
    }
    return table.select(columns.toArray(Column[]::new));
  }

  private static List<Column> flat(Column item, String name, int i) {
    return switch (name) {
      case PROBABILITIES -> List.of(item.as("p" + i));
      case AnswerColumn.TOP ->
          List.of(
              item.getField(AnswerColumn.LABEL).as(name + (i + 1)),
              item.getField(AnswerColumn.PROBABILITY).as(name + (i + 1) + "_probability"));
      default -> List.of(item.as(name + i));
    };
  }
}
