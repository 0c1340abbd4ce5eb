package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;

/**
 * A table with a column of features, an array of numbers or a vector; its other columns name rows.
 */
public final class FeatureTable {
  public static final String MISSING = "expected features, found null";

  private final Dataset<Row> table;
  private final int features;

  /**
   * The table.
   *
   * @param doing what is done with its rows, for messages
   * @throws DataException if there is no such column, or it holds something else
   */
  public FeatureTable(Dataset<Row> table, String column, String doing) {
    this.table = table;
    this.features = indexOfFeatures(table.schema(), column, doing);
  }

  /**
   * Where the column is.
   *
   * @throws DataException if there is no such column, or it holds something else
   */
  static int indexOfFeatures(StructType schema, String column, String doing) {
    List<String> names = Arrays.asList(schema.fieldNames());
    if (!names.contains(column)) {
      throw new DataException(
          "Cannot %s: expected a column %s, found %s".formatted(doing, column, names));
    }
    StructField field = schema.apply(column);
    boolean vector = field.dataType().equals(SQLDataTypes.VectorType());
    if (!vector && !isNumbers(field.dataType())) {
      boolean old = field.dataType().typeName().equals("vector");
      throw new DataException(
          "Cannot %s: expected numbers in an array or a vector in column %s, found %s%s"
              .formatted(
                  doing,
                  column,
                  field.dataType().simpleString(),
                  old ? " of mllib, which MLUtils.convertVectorColumnsToML makes one of ml" : ""));
    }
    return names.indexOf(column);
  }

  /** In an array, or in arrays of time steps in one. */
  private static boolean isNumbers(DataType type) {
    return type instanceof ArrayType array
        && (array.elementType() instanceof NumericType
            || array.elementType() instanceof ArrayType inner
                && inner.elementType() instanceof NumericType);
  }

  /**
   * What Spark ML makes of a schema, where features may also be an array: it knows vectors alone.
   *
   * @param ml appends columns to a schema with a vector
   */
  public static StructType withVector(
      StructType schema, String column, String doing, UnaryOperator<StructType> ml) {
    int at = indexOfFeatures(schema, column, doing);
    StructField field = schema.fields()[at];
    StructField vector =
        new StructField(
            field.name(), SQLDataTypes.VectorType(), field.nullable(), field.metadata());
    return replace(ml.apply(replace(schema, at, vector)), at, field);
  }

  private static StructType replace(StructType schema, int at, StructField field) {
    StructField[] fields = schema.fields().clone();
    fields[at] = field;
    return new StructType(fields);
  }

  /** All columns but the features. */
  public List<StructField> names() {
    List<StructField> fields = new ArrayList<>(List.of(table.schema().fields()));
    fields.remove(features);
    return fields;
  }

  public JavaRDD<Sample> samples() {
    int at = features;
    return table.javaRDD().map(row -> sample(otherCells(row, at), row, at));
  }

  private static Object[] otherCells(Row row, int features) {
    Object[] names = new Object[row.size() - 1];
    for (int i = 0, to = 0; i < row.size(); i++) {
      if (i != features) {
        names[to++] = row.get(i);
      }
    }
    return names;
  }

  /** What a row has to be predicted or trained on. */
  public static Sample sample(Object[] names, Row row, int features) {
    if (row.isNullAt(features)) {
      return Sample.bad(names, MISSING);
    }
    // Not as a list of numbers: an object for each value would be most of a row's time.
    if (row.get(features) instanceof Vector vector) {
      float[] values = floats(vector);
      for (int i = 0; i < values.length; i++) {
        if (Float.isInfinite(values[i]) && Double.isFinite(vector.apply(i))) {
          return beyondFloats(names, vector.apply(i), i);
        }
      }
      return new Sample(names, values, null);
    }
    List<?> cells = row.getList(features);
    List<?> numbers = cells;
    if (!cells.isEmpty() && cells.get(0) instanceof Seq) {
      numbers = flat(cells);
      if (numbers.isEmpty()) {
        return Sample.bad(names, "expected arrays of as many numbers each, found others");
      }
    }
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      if (!(numbers.get(i) instanceof Number number)) {
        return Sample.bad(names, "expected numbers, found null at %d".formatted(i));
      }
      values[i] = number.floatValue();
      if (Float.isInfinite(values[i]) && Double.isFinite(number.doubleValue())) {
        return beyondFloats(names, number, i);
      }
    }
    return new Sample(names, values, null);
  }

  /** The numbers of all time steps, one after another; none where they are not as many each. */
  private static List<Object> flat(List<?> timeSteps) {
    List<Object> numbers = new ArrayList<>();
    int width = -1;
    for (Object timeStep : timeSteps) {
      List<?> inputs = timeStep == null ? List.of() : Cells.list(timeStep);
      width = width < 0 ? inputs.size() : width;
      if (inputs.size() != width) {
        return List.of();
      }
      numbers.addAll(inputs);
    }
    return numbers;
  }

  private static Sample beyondFloats(Object[] names, Number found, int at) {
    return Sample.bad(
        names, "expected values in the range of a float, found %s at %d".formatted(found, at));
  }

  public static float[] floats(Vector vector) {
    double[] values = vector.toArray();
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
