package io.sparkrnn.spark.ml;

import static java.util.stream.Collectors.joining;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.data.FeatureTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns of a table that an estimator reads. */
public final class TrainingColumns {
  private static final String DOING = "train on rows";

  private TrainingColumns() {}

  /**
   * What Spark ML makes of a schema, of whose features it knows vectors alone.
   *
   * @param ml checks the column of labels and appends those of answers
   * @throws DataException if a column is missing, or what it holds is not to be read
   */
  public static StructType transformed(
      StructType schema, FitRequest request, UnaryOperator<StructType> ml) {
    List<String> names = Arrays.asList(schema.fieldNames());
    for (String column : request.columns()) {
      if (!names.contains(column) && !request.answers().contains(column) && !column.endsWith("*")) {
        throw new DataException(
            "Cannot %s: expected a column %s, found %s".formatted(DOING, column, names));
      }
    }
    String features = request.featuresCol();
    if (!request.features().equals(List.of(features))) {
      return withAnother(schema, features, ml);
    }
    DataType type = schema.apply(features).dataType();
    return isNested(type) || request.isOfReadings()
        ? withAnother(schema, features, ml)
        : FeatureTable.withVector(schema, features, DOING, ml);
  }

  /** Whether cells have an array or a vector, or a structure, for each time step. */
  private static boolean isNested(DataType type) {
    return type instanceof ArrayType array
        && (array.elementType() instanceof ArrayType
            || array.elementType() instanceof StructType
            || array.elementType().equals(SQLDataTypes.VectorType()));
  }

  /** With a vector in place of what is there, if anything is. */
  private static StructType withAnother(
      StructType schema, String features, UnaryOperator<StructType> ml) {
    StructField vector =
        new StructField(features, SQLDataTypes.VectorType(), true, Metadata.empty());
    List<StructField> fields = new ArrayList<>(List.of(schema.fields()));
    fields.removeIf(field -> field.name().equals(features));
    fields.add(vector);
    List<StructField> appended =
        new ArrayList<>(
            List.of(ml.apply(new StructType(fields.toArray(StructField[]::new))).fields()));
    appended.removeIf(field -> fields.contains(field));
    List<StructField> all = new ArrayList<>(List.of(schema.fields()));
    all.addAll(appended);
    return new StructType(all.toArray(StructField[]::new));
  }

  /** Whether the column of features, if that is the only input, holds arrays or vectors. */
  static boolean areFlat(StructType schema, FitRequest request) {
    if (!request.features().equals(List.of(request.featuresCol())) || request.isOfReadings()) {
      return false;
    }
    DataType type = schema.apply(request.featuresCol()).dataType();
    return type.equals(SQLDataTypes.VectorType())
        || type instanceof ArrayType array && array.elementType() instanceof NumericType;
  }

  /**
   * The columns that are read alone, arrays of structures as arrays of arrays.
   *
   * @param more another column, if any
   */
  static Dataset<Row> of(Dataset<?> dataset, FitRequest request, List<String> more) {
    StructType schema = dataset.schema();
    List<Column> columns = new ArrayList<>();
    for (StructField field : schema.fields()) {
      boolean isRead =
          more.contains(field.name())
              || request.columns().stream().anyMatch(name -> matches(name, field.name()));
      if (isRead) {
        columns.add(column(field));
      }
    }
    return dataset.select(columns.toArray(Column[]::new));
  }

  private static boolean matches(String name, String column) {
    return name.endsWith("*")
        ? column.startsWith(name.substring(0, name.length() - 1))
        : column.equals(name);
  }

  private static Column column(StructField field) {
    String name = quoted(field.name());
    if (field.dataType() instanceof ArrayType array
        && array.elementType() instanceof StructType struct) {
      String numbers =
          Arrays.stream(struct.fieldNames())
              .map(inner -> "cast(step.%s as double)".formatted(quoted(inner)))
              .collect(joining(", "));
      return functions
          .expr("transform(%s, step -> array(%s))".formatted(name, numbers))
          .as(field.name());
    }
    return functions.col(name);
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /** Of rows for which a column is true, or is not. */
  static Dataset<Row> where(Dataset<Row> rows, String indicator, boolean value) {
    Column holds = functions.coalesce(functions.col(quoted(indicator)), functions.lit(false));
    return rows.filter(value ? holds : functions.not(holds)).drop(indicator);
  }

  /**
   * Numbers of a time step, where features are flat and sequences have so many time steps.
   *
   * @throws ConfigurationException if nothing says how long a sequence is
   * @throws DataException if the first row has no multiple of its time steps
   */
  static OptionalInt inputs(Dataset<Row> rows, FitRequest request) {
    if (!areFlat(rows.schema(), request) || request.hasInputs()) {
      return OptionalInt.empty();
    }
    int timeSteps =
        request
            .timeSteps()
            .orElseThrow(
                () ->
                    new ConfigurationException("timeSteps", "expected a whole number, found none"));
    Column features = functions.col(quoted(request.featuresCol()));
    List<Row> first = rows.filter(features.isNotNull()).select(features).limit(1).collectAsList();
    if (first.isEmpty()) {
      return OptionalInt.empty();
    }
    int numbers =
        first.get(0).get(0) instanceof Vector vector
            ? vector.size()
            : first.get(0).getList(0).size();
    if (numbers == 0 || numbers % timeSteps != 0) {
      throw new DataException(
          "Cannot %s: expected a multiple of %d values (time steps) in column %s, found %d"
              .formatted(DOING, timeSteps, request.featuresCol(), numbers));
    }
    return OptionalInt.of(numbers / timeSteps);
  }
}
