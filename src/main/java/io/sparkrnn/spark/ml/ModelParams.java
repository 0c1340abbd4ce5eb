package io.sparkrnn.spark.ml;

import io.sparkrnn.data.DataException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Params of models: those of their estimators say what they were trained with. */
public final class ModelParams {
  /** Names and means the same everywhere. */
  private static final String HANDLE_INVALID = "handleInvalid";

  private ModelParams() {}

  /** What becomes of rows that a model cannot read. */
  public static Param<String> handleInvalid(Params model) {
    Param<String> param =
        new Param<>(
            model,
            HANDLE_INVALID,
            "What becomes of rows that cannot be read: error, or skip, which leaves them out, or keep, which predicts NaN.");
    model.setDefault(param, Invalid.ERROR.toString());
    return param;
  }

  /**
   * The params of a model, and those that its estimator has beside these.
   *
   * @param estimator a new one with the model's uid, by which Spark knows whose params they are
   */
  public static Param<?>[] with(Param<?>[] own, Params estimator) {
    Set<String> names = Arrays.stream(own).map(Param::name).collect(Collectors.toSet());
    return Stream.concat(
            Arrays.stream(own),
            Arrays.stream(estimator.params()).filter(param -> !names.contains(param.name())))
        .sorted(Comparator.comparing(Param::name))
        .toArray(Param<?>[]::new);
  }

  /**
   * A schema with a column more, as Spark ML appends one.
   *
   * @throws IllegalArgumentException if there is one of its name
   */
  public static StructType append(StructType schema, String name, DataType type) {
    if (Arrays.asList(schema.fieldNames()).contains(name)) {
      throw new DataException(
          "Cannot predict rows: expected no column %s, found one".formatted(name));
    }
    return schema.add(name, type, true);
  }

  /** An array without null. */
  public static DataType array(DataType element) {
    return DataTypes.createArrayType(element, false);
  }

  /**
   * What an estimator or a model says of a param.
   *
   * @param name of a param of the estimator
   */
  @SuppressWarnings("unchecked")
  public static <T> T value(Params model, String name) {
    return (T) model.getOrDefault(model.getParam(name));
  }
}
