package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Readings;
import java.io.Serializable;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** Which columns of a table hold what; each has the type that its use takes. */
final class TableColumns {
  private final TableSource source;
  private final TableConfiguration table;
  private final StructType schema;
  private final String zone;
  private final List<Features> features;
  private final int[] targets;
  private final int label;
  private final int weight;

  /** What the cells of features hold. */
  enum Kind {
    /** Arrays of arrays: those of each time step. */
    NESTED,
    /** Arrays or vectors, time step by time step. */
    FLAT,
    /** Single numbers, one after another. */
    SCALARS
  }

  /** Columns that together hold the numbers of all time steps. */
  record Features(String name, Kind kind, int[] columns) implements Serializable {}

  /**
   * Finds the columns.
   *
   * @throws DataException if one is missing, or of another type
   */
  TableColumns(
      TableSource source, TableConfiguration table, TaskName task, StructType schema, String zone) {
    this.source = source;
    this.table = table;
    this.schema = schema;
    this.zone = zone;
    requireInputs(task);
    boolean ofClasses = task == TaskName.CLASSIFY || task == TaskName.LABEL_STEPS;
    requireUse(!ofClasses || !table.label().isEmpty(), "table.label", task);
    requireUse(ofClasses || !table.targets().isEmpty(), "table.targets", task);
    requireUse(task != TaskName.FORECAST || isLong(), "table.time", task);
    requireUse(table.series().isEmpty() || isLong(), "table.time", task);
    this.features = findFeatures();
    this.targets = ofClasses ? new int[0] : findTargets();
    this.label = ofClasses ? findLabel(task) : -1;
    statics();
    text();
    times();
    optional(table.series());
    this.weight =
        table.weight().isEmpty() ? -1 : require(table.weight(), TableColumns::isNumber, "numbers");
  }

  /** Those that a network reads, of rows whose answers nobody knows. */
  TableColumns(TableSource source, RunConfiguration configuration, StructType schema, String zone) {
    this.source = source;
    this.table = configuration.table();
    this.schema = schema;
    this.zone = zone;
    requireInputs(configuration.model().task());
    this.features = findFeatures();
    this.targets = new int[0];
    this.label = -1;
    this.weight = -1;
    statics();
    text();
    times();
    optional(table.series());
  }

  private void requireInputs(TaskName task) {
    requireUse(!table.features().isEmpty() || !table.text().isEmpty(), "table.features", task);
  }

  private void requireUse(boolean used, String key, TaskName task) {
    if (!used) {
      throw source.refusal("a column in %s for the task %s".formatted(key, task), "none");
    }
  }

  private boolean isLong() {
    return !table.time().isEmpty();
  }

  String location() {
    return source.location();
  }

  /** Answers that a sequence has. */
  Readings readings(TaskName task) {
    boolean ofSteps =
        switch (task) {
          case CLASSIFY -> false;
          case LABEL_STEPS -> true;
          default -> isLong() || schema.fields()[targets[0]].dataType() instanceof ArrayType;
        };
    return ofSteps ? Readings.EVERY_STEP : Readings.ONE;
  }

  List<Features> features() {
    return features;
  }

  /** Names of the single numbers that a reading has, where it has no arrays. */
  List<String> readingNames() {
    return features.stream()
        .flatMap(group -> Arrays.stream(group.columns()).mapToObj(c -> schema.fieldNames()[c]))
        .toList();
  }

  int[] targets() {
    return targets;
  }

  int label() {
    return label;
  }

  /** -1 for none. */
  int weight() {
    return weight;
  }

  /** What sequences are made of, which is too long to name a row. */
  Set<Integer> sequences() {
    Set<Integer> columns = new HashSet<>(Set.of(text()));
    features.forEach(group -> Arrays.stream(group.columns()).forEach(columns::add));
    return columns;
  }

  boolean hasNamedLabels() {
    return label >= 0 && element(schema.fields()[label].dataType()) instanceof StringType;
  }

  int[] statics() {
    return table.statics().stream()
        .mapToInt(name -> require(name, TableColumns::isNumber, "numbers"))
        .toArray();
  }

  /** -1 for none. */
  int text() {
    return table.text().isEmpty()
        ? -1
        : require(
            table.text(), type -> element(type) instanceof StringType, "texts, or arrays of texts");
  }

  /** What times there are, in tables of readings. */
  Optional<SeriesTime> times() {
    if (!isLong()) {
      return Optional.empty();
    }
    DataType type = schema.fields()[require(table.time(), any -> true, "")].dataType();
    try {
      return Optional.of(SeriesTime.of(type, zone));
    } catch (DateTimeException e) {
      throw refusal(table.time(), "numbers, dates, times or texts of them", type);
    }
  }

  /** -1 for none. */
  int optional(String name) {
    return name.isEmpty() ? -1 : require(name, any -> true, "");
  }

  private List<Features> findFeatures() {
    List<Features> groups = new ArrayList<>();
    List<Integer> single = new ArrayList<>();
    for (String name : table.features()) {
      if (name.endsWith("*")) {
        groups.add(new Features(name, Kind.SCALARS, matching(name)));
        continue;
      }
      int column =
          require(
              name,
              type -> isNumber(type) || kind(type).isPresent(),
              "numbers, or arrays or vectors of them");
      Optional<Kind> kind = kind(schema.fields()[column].dataType());
      if (isLong() && kind.equals(Optional.of(Kind.NESTED))) {
        throw refusal(name, "numbers in a table of readings", schema.fields()[column].dataType());
      }
      if (kind.isPresent()) {
        groups.add(new Features(name, kind.get(), new int[] {column}));
      } else if (isLong()) {
        groups.add(new Features(name, Kind.SCALARS, new int[] {column}));
      } else {
        single.add(column);
      }
    }
    if (!single.isEmpty()) {
      groups.add(
          new Features(
              schema.fieldNames()[single.get(0)],
              Kind.SCALARS,
              single.stream().mapToInt(Integer::intValue).toArray()));
    }
    return List.copyOf(groups);
  }

  /** In the table's order. */
  private int[] matching(String pattern) {
    String beginning = pattern.substring(0, pattern.length() - 1);
    int[] columns =
        IntStream.range(0, schema.size())
            .filter(c -> schema.fieldNames()[c].startsWith(beginning))
            .filter(c -> !isUsedElsewhere(schema.fieldNames()[c]))
            .toArray();
    if (columns.length == 0) {
      throw source.refusal("columns " + pattern, Arrays.toString(schema.fieldNames()));
    }
    for (int column : columns) {
      require(schema.fieldNames()[column], TableColumns::isNumber, "numbers");
    }
    return columns;
  }

  /** A time or a label whose name begins so is no feature. */
  private boolean isUsedElsewhere(String name) {
    return List.of(table.time(), table.series(), table.label(), table.weight(), table.text())
            .contains(name)
        || table.targets().contains(name)
        || table.statics().contains(name);
  }

  private int[] findTargets() {
    int[] columns =
        table.targets().stream()
            .mapToInt(
                name ->
                    require(
                        name,
                        type -> isNumber(element(type)) && !(isLong() && type instanceof ArrayType),
                        isLong() ? "numbers" : "numbers, or arrays of numbers"))
            .toArray();
    long arrays =
        Arrays.stream(columns)
            .filter(column -> schema.fields()[column].dataType() instanceof ArrayType)
            .count();
    if (arrays != 0 && arrays != columns.length) {
      throw source.refusal(
          "targets that are all single numbers, or all arrays",
          arrays + " arrays in the columns " + table.targets());
    }
    return columns;
  }

  private int findLabel(TaskName task) {
    boolean array = task == TaskName.LABEL_STEPS && !isLong();
    return require(
        table.label(),
        type -> type instanceof ArrayType == array && isLabel(element(type)),
        array ? "an array of a label for each time step" : "a label, a number or a text");
  }

  private int require(String name, Predicate<DataType> fits, String expected) {
    int column = Arrays.asList(schema.fieldNames()).indexOf(name);
    if (column < 0) {
      throw source.refusal("a column " + name, Arrays.toString(schema.fieldNames()));
    }
    DataType type = schema.fields()[column].dataType();
    if (!fits.test(type)) {
      throw refusal(name, expected, type);
    }
    return column;
  }

  private DataException refusal(String column, String expected, DataType found) {
    return source.refusal(expected, found.simpleString() + " in column " + column);
  }

  private static Optional<Kind> kind(DataType type) {
    if (type.equals(SQLDataTypes.VectorType())) {
      return Optional.of(Kind.FLAT);
    }
    if (!(type instanceof ArrayType array)) {
      return Optional.empty();
    }
    if (isNumber(array.elementType())) {
      return Optional.of(Kind.FLAT);
    }
    boolean ofVectors = array.elementType().equals(SQLDataTypes.VectorType());
    return ofVectors
            || array.elementType() instanceof ArrayType inner && isNumber(inner.elementType())
        ? Optional.of(Kind.NESTED)
        : Optional.empty();
  }

  private static DataType element(DataType type) {
    return type instanceof ArrayType array ? array.elementType() : type;
  }

  private static boolean isNumber(DataType type) {
    return type instanceof NumericType || type instanceof BooleanType;
  }

  private static boolean isLabel(DataType type) {
    return isNumber(type) || type instanceof StringType;
  }
}
