package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.jobs.JobWatch;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/** One table, as Spark SQL's readers see it. */
final class TableSource implements Origin {
  private static final String TIME_ZONE = "spark.sql.session.timeZone";
  private static final String ANSI = "spark.sql.ansi.enabled";
  private static final String CORRUPT = "_corrupt_record";
  private static final int SHOWN_LETTERS = 60;
  private static final Pattern PATTERN_LETTERS = Pattern.compile("[\\[\\]{}?*\\\\]");

  private final SparkSession session;
  private final RunConfiguration configuration;
  private final String location;
  private final URI uri;
  private final Optional<Dataset<Row>> given;
  private final Optional<LongAdder> skipped;

  /** A row with its place among all. */
  record Numbered<T>(long row, T content) implements Serializable {}

  /** What becomes of a row, and how much heap that takes in the driver. */
  interface RowFunction<T> extends Serializable {
    T apply(Row row, long number);

    long bytes(T result);
  }

  /**
   * A table at a location.
   *
   * @param session one of {@link #session}
   */
  TableSource(SparkSession session, RunConfiguration configuration, String location) {
    this.session = session;
    this.configuration = configuration;
    this.uri = Locations.uri(location);
    this.location = Storage.describe(uri);
    this.given = Optional.empty();
    this.skipped = Optional.empty();
  }

  /**
   * A table that a program has.
   *
   * @param name for messages
   * @param skipped counts the rows that cannot be read and are left out; empty: they are refused
   */
  TableSource(
      Dataset<Row> given,
      String name,
      RunConfiguration configuration,
      Optional<LongAdder> skipped) {
    this.session = given.sparkSession();
    this.configuration = configuration;
    this.uri = Locations.uri(GivenTables.NAME);
    this.location = "the " + name;
    this.given = Optional.of(given);
    this.skipped = skipped;
  }

  /** Whether a program has it. */
  boolean isGiven() {
    return given.isPresent();
  }

  /**
   * A session whose views are not the user's, and where times without a zone mean the same on every
   * machine, and a query the same with every Spark: ANSI mode is Spark 4's default.
   */
  static SparkSession session(SparkSession spark) {
    SparkSession session = spark.newSession();
    SparkConf set = spark.sparkContext().getConf();
    if (!set.contains(TIME_ZONE)) {
      session.conf().set(TIME_ZONE, "UTC");
    }
    if (!set.contains(ANSI)) {
      session.conf().set(ANSI, "false");
    }
    return session;
  }

  /** For messages. */
  String location() {
    return location;
  }

  @Override
  public String row(long number) {
    return "row " + number + (table().query().isEmpty() ? "" : " of the query's");
  }

  private TableConfiguration table() {
    return configuration.table();
  }

  @Override
  public DataException refusal(String expected, Object found) {
    return refusal(expected, found, null);
  }

  private DataException refusal(String expected, Object found, Throwable cause) {
    return new DataException(
        "Cannot read %s: expected %s, found %s".formatted(location, expected, found), cause);
  }

  /**
   * The rows of the query, or all.
   *
   * @throws DataException if there is no such table, or it is not what its name says
   */
  Dataset<Row> rows() {
    if (given.isPresent()) {
      return given.get();
    }
    TableFormat format = format();
    Dataset<Row> all = reading(format.toString(), () -> read(format));
    String query = table().query();
    if (query.isEmpty()) {
      return all;
    }
    return reading(
        "rows for the query",
        () -> {
          all.createOrReplaceTempView("input");
          return session.sql(query);
        });
  }

  private TableFormat format() {
    Storage storage = Storage.of(configuration.hadoop());
    Optional<FileEntry> status = storage.status(uri);
    if (status.isEmpty()) {
      throw refusal("a file or a directory", "none");
    }
    if (!table().format().isEmpty()) {
      return TableFormat.named(table().format());
    }
    List<String> names = new ArrayList<>(List.of(status.get().name()));
    // Spark writes directories, such as x.parquet.
    if (status.get().directory() && TableFormat.ofFile(status.get().name()).isEmpty()) {
      names = dataFiles(storage);
    }
    List<Optional<TableFormat>> formats =
        names.stream().map(TableFormat::ofFile).distinct().toList();
    if (formats.size() != 1 || formats.get(0).isEmpty()) {
      throw refusal(
          "names that end in .parquet, .json, .jsonl, .ndjson, .csv or .txt, all in one of them, or a format in table.format",
          names.isEmpty()
              ? "no files"
              : String.join(", ", names.subList(0, Math.min(3, names.size()))));
    }
    return formats.get(0).get();
  }

  /** Those that Spark reads. */
  private List<String> dataFiles(Storage storage) {
    return storage.list(uri).stream()
        .filter(entry -> !entry.directory())
        .map(FileEntry::name)
        .filter(name -> !name.startsWith("_") && !name.startsWith("."))
        .toList();
  }

  private Dataset<Row> read(TableFormat format) throws Exception {
    DataFrameReader reader = session.read().options(configuration.hadoop());
    return switch (format) {
      case PARQUET -> inferred(() -> reader.parquet(path(location)));
      case TEXT -> readText(reader);
      case JSON -> withoutCorrupt(inferred(() -> reader.json(path(location))), format);
      case CSV -> withoutCorrupt(readCsv(reader), format);
    };
  }

  /** Spark looks at the rows by jobs of its own, which would wait for executors without end. */
  private Dataset<Row> inferred(Callable<Dataset<Row>> rows) throws Exception {
    return JobWatch.watched(session.sparkContext(), rows);
  }

  private Dataset<Row> readCsv(DataFrameReader reader) throws Exception {
    Dataset<Row> inferred =
        inferred(
            () -> reader.option("header", true).option("inferSchema", true).csv(path(location)));
    if (inferred.schema().isEmpty()) {
      throw refusal("a header of columns", "nothing");
    }
    // Whose types would be those of texts.
    if (inferred.isEmpty()) {
      throw refusal("at least one row", "none");
    }
    return session
        .read()
        .options(configuration.hadoop())
        .option("header", true)
        .option("columnNameOfCorruptRecord", CORRUPT)
        .schema(inferred.schema().add(CORRUPT, DataTypes.StringType))
        .csv(path(location));
  }

  /** Spark puts large files first; a text's order is that of their names. */
  private Dataset<Row> readText(DataFrameReader reader) {
    Storage storage = Storage.of(configuration.hadoop());
    if (!storage.isDirectory(uri)) {
      return reader.text(path(location));
    }
    return dataFiles(storage).stream()
        .map(name -> reader.text(path(Storage.describe(Storage.resolve(uri, name)))))
        .reduce(Dataset::union)
        .orElseThrow(() -> refusal("files of text", "none"));
  }

  /** Spark takes patterns; a path that is there is meant as it is. */
  private static String path(String path) {
    return PATTERN_LETTERS.matcher(path).replaceAll("\\\\$0");
  }

  /** Spark would only leave cells empty where a line is broken. */
  private Dataset<Row> withoutCorrupt(Dataset<Row> rows, TableFormat format) {
    List<String> columns = Arrays.asList(rows.columns());
    int corrupt = columns.indexOf(CORRUPT);
    if (corrupt < 0) {
      return rows;
    }
    if (columns.size() == 1) {
      throw refusal(format.toString(), "lines that are none");
    }
    List<Numbered<String>> broken = new ArrayList<>();
    ResultStream.forEach(
        rows.javaRDD()
            .zipWithIndex()
            .filter(row -> !row._1().isNullAt(corrupt))
            .map(row -> new Parcel<>(new Numbered<>(row._2(), row._1().getString(corrupt)))),
        parcel -> broken.add(parcel.value()));
    broken.sort(Comparator.comparingLong(Numbered::row));
    if (!broken.isEmpty()) {
      throw refusal(
          format.toString(),
          "\"%s\" in row %d".formatted(shortened(broken.get(0).content()), broken.get(0).row()));
    }
    return rows.drop(CORRUPT);
  }

  /**
   * What a function makes of all rows, in their order.
   *
   * @throws DataException if a row is not as it must be, or all take too much of the driver's heap
   */
  <T> List<T> collect(Dataset<Row> rows, RowFunction<T> function) {
    long most = Runtime.getRuntime().maxMemory() / 2;
    long[] bytes = {0};
    boolean skipping = skipped.isPresent();
    List<Numbered<T>> found = new ArrayList<>();
    reading(
        "rows that can be computed",
        () -> {
          JavaRDD<Parcel<Numbered<T>>> numbered =
              rows.javaRDD()
                  .zipWithIndex()
                  .map(
                      row ->
                          new Parcel<>(
                              new Numbered<>(
                                  row._2(), read(function, row._1(), row._2(), skipping))));
          ResultStream.forEach(
              numbered,
              parcel -> {
                if (parcel.value().content() == null) {
                  skipped.get().increment();
                  return;
                }
                bytes[0] += function.bytes(parcel.value().content());
                if (bytes[0] > most) {
                  throw refusal(
                      "rows for half of the driver's heap of %d MiB".formatted(most >> 19),
                      "more; give it more memory, or fewer columns and rows");
                }
                found.add(parcel.value());
              });
          return found;
        });
    if (found.isEmpty()) {
      throw refusal("at least one row", "none");
    }
    found.sort(Comparator.comparingLong(Numbered::row));
    return found.stream().map(Numbered::content).collect(Collectors.toList());
  }

  /** Null for a row that is left out. */
  private static <T> T read(RowFunction<T> function, Row row, long number, boolean skipping) {
    try {
      return function.apply(row, number);
    } catch (DataException e) {
      if (skipping) {
        return null;
      }
      throw e;
    }
  }

  /** What reading gives; what fails for the sake of the data is said in one sentence. */
  private <T> T reading(String expected, Callable<T> step) {
    try {
      return step.call();
    } catch (Exception e) {
      throw TableFailure.translate(e)
          .map(found -> (RuntimeException) refusal(expected, shortened(found), e))
          .orElseGet(() -> TableFailure.other(e));
    }
  }

  private static String shortened(String text) {
    String line = text.lines().findFirst().orElse("").strip();
    int end =
        line.offsetByCodePoints(
            0, Math.min(4 * SHOWN_LETTERS, line.codePointCount(0, line.length())));
    return end < line.length() ? line.substring(0, end) + "..." : line;
  }
}
