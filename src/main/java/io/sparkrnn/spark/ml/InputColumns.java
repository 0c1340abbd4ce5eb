package io.sparkrnn.spark.ml;

import io.sparkrnn.data.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Which columns of a table hold what a model reads.
 *
 * @param features side by side; none where there is a text alone
 * @param text empty for none
 * @param statics numbers that a whole sequence has
 * @param fills whether numbers that are missing are those of the time step before
 */
public record InputColumns(List<String> features, String text, List<String> statics, boolean fills)
    implements Serializable {
  /** Params of other columns, which are no features though their names begin alike. */
  private static final List<String> OTHERS =
      List.of("labelCol", "weightCol", "seriesCol", "timeCol", "textCol", "validationIndicatorCol");

  /** What a row has in them; null where there is no such column. */
  record Cells(Object features, Object text, Row statics) {}

  /**
   * The columns that a model's params name.
   *
   * @param featuresCol where there are not several of them
   * @throws DataException if there is none of a name
   */
  public static InputColumns of(Params model, String featuresCol, StructType schema) {
    List<String> several = texts(model, "featuresCols");
    String text = text(model, "textCol");
    if (several.isEmpty() && text.isEmpty()) {
      several = List.of(featuresCol);
    }
    List<String> statics = texts(model, "staticCols");
    Set<String> others = new HashSet<>(statics);
    OTHERS.forEach(name -> others.add(text(model, name)));
    others.addAll(texts(model, "labelCols"));
    List<String> features =
        several.stream().flatMap(name -> matching(name, schema, others)).toList();
    List<String> names = Arrays.asList(schema.fieldNames());
    Stream.of(features.stream(), Stream.of(text).filter(name -> !name.isEmpty()), statics.stream())
        .flatMap(columns -> columns)
        .filter(name -> !names.contains(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new DataException(
                  "Cannot predict rows: expected a column %s, found %s".formatted(name, names));
            });
    return new InputColumns(features, text, statics, text(model, "missing").equals("fill-forward"));
  }

  /** A name that ends with an asterisk is that of all that begin so. */
  private static Stream<String> matching(String name, StructType schema, Set<String> others) {
    if (!name.endsWith("*")) {
      return Stream.of(name);
    }
    String beginning = name.substring(0, name.length() - 1);
    List<String> found =
        Arrays.stream(schema.fieldNames())
            .filter(column -> column.startsWith(beginning) && !others.contains(column))
            .toList();
    return found.isEmpty() ? Stream.of(name) : found.stream();
  }

  private static List<String> texts(Params model, String name) {
    return value(model, name) instanceof String[] texts ? List.of(texts) : List.of();
  }

  private static String text(Params model, String name) {
    return value(model, name) instanceof String text ? text : "";
  }

  private static Object value(Params model, String name) {
    if (!model.hasParam(name)) {
      return null;
    }
    Param<Object> param = model.getParam(name);
    return model.isDefined(param) ? model.getOrDefault(param) : null;
  }

  /** Whether it is one column of features, and nothing else. */
  boolean isOne() {
    return features.size() == 1 && text.isEmpty() && statics.isEmpty();
  }

  /** Fields of the columns of features. */
  List<StructField> ofFeatures(StructType schema) {
    return features.stream().map(schema::apply).toList();
  }

  /** One expression over all of them. */
  Column expression() {
    if (isOne()) {
      return column(features.get(0));
    }
    return functions.struct(
        features.size() == 1 ? column(features.get(0)) : struct(features),
        text.isEmpty() ? nothing() : column(text),
        struct(statics));
  }

  private static Column struct(List<String> names) {
    // Names that are equal would be refused.
    List<Column> columns = new ArrayList<>();
    for (String name : names) {
      columns.add(column(name).as("c" + columns.size()));
    }
    return columns.isEmpty() ? nothing() : functions.struct(columns.toArray(Column[]::new));
  }

  private static Column nothing() {
    return functions.lit(null).cast("string");
  }

  private static Column column(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }

  /** What the expression gives for a row. */
  Cells cells(Object value) {
    if (isOne()) {
      return new Cells(value, null, null);
    }
    Row row = (Row) value;
    return new Cells(row.get(0), row.get(1), row.isNullAt(2) ? null : row.getStruct(2));
  }
}
