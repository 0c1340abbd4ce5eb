package io.sparkrnn.spark;

import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.PredictionRows.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;

/**
 * A table with a column of features, an array of numbers or a vector; its other columns name rows.
 */
final class FeatureTable {
  private final Dataset<Row> table;
  private final int features;

  /**
   * The table.
   *
   * @throws DataException if there is no such column, or it holds something else
   */
  FeatureTable(Dataset<Row> table, String column, String where) {
    List<String> names = Arrays.asList(table.columns());
    if (!names.contains(column)) {
      throw new DataException(
          "Cannot predict rows of %s: expected a column %s, found %s"
              .formatted(where, column, names));
    }
    this.table = table;
    this.features = names.indexOf(column);
    StructField field = table.schema().fields()[features];
    boolean numbers =
        field.dataType() instanceof ArrayType array && array.elementType() instanceof NumericType;
    if (!numbers && !field.dataType().equals(SQLDataTypes.VectorType())) {
      throw new DataException(
          "Cannot predict rows of %s: expected numbers in an array or a vector in column %s, found %s"
              .formatted(where, column, field.dataType().simpleString()));
    }
  }

  /** All columns but the features. */
  List<StructField> names() {
    List<StructField> fields = new ArrayList<>(List.of(table.schema().fields()));
    fields.remove(features);
    return fields;
  }

  JavaRDD<Sample> samples() {
    int at = features;
    return table.javaRDD().map(row -> sample(row, at));
  }

  private static Sample sample(Row row, int features) {
    Object[] names = new Object[row.size() - 1];
    for (int i = 0, to = 0; i < row.size(); i++) {
      if (i != features) {
        names[to++] = row.get(i);
      }
    }
    if (row.isNullAt(features)) {
      return Sample.bad(names, "expected features, found null");
    }
    if (row.get(features) instanceof Vector vector) {
      float[] values = new float[vector.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) vector.apply(i);
      }
      return new Sample(names, values, null);
    }
    List<Number> numbers = row.getList(features);
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      if (numbers.get(i) == null) {
        return Sample.bad(names, "expected numbers, found null at %d".formatted(i));
      }
      values[i] = numbers.get(i).floatValue();
    }
    return new Sample(names, values, null);
  }
}
