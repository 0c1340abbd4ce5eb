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
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import scala.Option;

/** One table, as Spark SQL's readers see it. */
public final class TableSource implements Origin {
  private static final String TIME_ZONE = "spark.sql.session.timeZone";
  private static final String ANSI = "spark.sql.ansi.enabled";
  private static final String ICEBERG_OF_PATHS = "spark.sql.catalog.default_iceberg";
  private static final String CORRUPT = "_corrupt_record";
  private static final int SHOWN_LETTERS = 60;
  private static final Pattern PATTERN_LETTERS = Pattern.compile("[\\[\\]{}?*\\\\]");

  private final SparkSession session;
  private final RunConfiguration configuration;
  private final String location;
  private final boolean canBeName;
  private final boolean isName;

  /** Null of a table that has a name. */
  private final URI uri;

  private final Optional<Dataset<Row>> given;
  private final Optional<LongAdder> skipped;

  /** A row with its place among all. */
  record Numbered<T>(long row, T content) implements Serializable {}

  /** What becomes of a row, and how much heap that takes in the driver. */
  public interface RowFunction<T> extends Serializable {
    T apply(Row row, long number);

    long bytes(T result);
  }

  /**
   * A table at a location.
   *
   * @param session one of {@link #session}
   */
  public TableSource(SparkSession session, RunConfiguration configuration, String location) {
    this.session = session;
    this.configuration = configuration;
    this.canBeName = TableFormat.isName(location);
    this.isName = isName(location);
    this.uri = isName ? null : Locations.uri(location);
    this.location = isName ? location : Storage.describe(uri);
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
    this.canBeName = false;
    this.isName = false;
    this.uri = Locations.uri(GivenTables.NAME);
    this.location = "the " + name;
    this.given = Optional.of(given);
    this.skipped = skipped;
  }

  /** Whether a program has it. */
  boolean isGiven() {
    return given.isPresent();
  }

  /** Files come first: a name is that of a table where there are none. */
  private boolean isName(String text) {
    String format = table().format();
    if (!format.isEmpty()) {
      return format.equals(TableFormat.TABLE.source());
    }
    return canBeName
        && Storage.of(configuration.hadoop()).status(Locations.uri(text)).isEmpty()
        && exists(text);
  }

  private boolean exists(String table) {
    try {
      return session.catalog().tableExists(table);
    } catch (Exception e) {
      // Scala throws checked exceptions undeclared; this one is of a name that no catalog takes.
      if (e instanceof AnalysisException) {
        return false;
      }
      throw TableFailure.other(e);
    }
  }

  /**
   * A session whose views are not the user's, and where times without a zone mean the same on every
   * machine, and a query the same with every Spark: ANSI mode is Spark 4's default.
   */
  public static SparkSession session(SparkSession spark) {
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

  Origin.Table name() {
    return new Origin.Table(location, !table().query().isEmpty());
  }

  /** For messages. */
  String location() {
    return location;
  }

  @Override
  public String row(long number) {
    return name().row(number);
  }

  private TableConfiguration table() {
    return configuration.table();
  }

  @Override
  public DataException refusal(String expected, Object found) {
    return refusal(expected, found, null);
  }

  private DataException refusal(String expected, Object found, Throwable cause) {
    return new DataException(name().message(expected, found), cause);
  }

  /**
   * The rows of the query, or all.
   *
   * @throws DataException if there is no such table, or it is not what its name says
   */
  public Dataset<Row> rows() {
    if (given.isPresent()) {
      return given.get();
    }
    TableFormat format = format();
    Dataset<Row> all = reading(expected(format), () -> read(format));
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

  private static String expected(TableFormat format) {
    return format
        .requiredPackage()
        .map(name -> "%s, which needs the package %s (-- --packages)".formatted(format, name))
        .orElse(format.toString());
  }

  private TableFormat format() {
    if (isName) {
      return TableFormat.TABLE;
    }
    Storage storage = Storage.of(configuration.hadoop());
    Optional<FileEntry> status = storage.status(uri);
    if (status.isEmpty()) {
      throw refusal(
          canBeName
              ? "a file, a directory or a table of Spark's catalogs"
              : "a file or a directory",
          "none");
    }
    if (!table().format().isEmpty()) {
      return TableFormat.named(table().format());
    }
    return TableFormat.of(storage, uri, status.get(), this);
  }

  private Dataset<Row> read(TableFormat format) throws Exception {
    DataFrameReader reader = session.read().options(configuration.hadoop());
    return switch (format) {
      case PARQUET, ORC, AVRO, DELTA ->
          inferred(() -> reader.format(format.source()).load(path(location)));
      case ICEBERG -> inferred(() -> readIceberg(reader));
      case TABLE -> inferred(() -> reader.table(location));
      case TEXT -> readText(reader);
      case JSON -> withoutCorrupt(inferred(() -> reader.json(path(location))), format);
      case CSV -> withoutCorrupt(readCsv(reader), format);
    };
  }

  /** It asks the active session how it finds tables by path; by default it would ask Hive. */
  private Dataset<Row> readIceberg(DataFrameReader reader) {
    if (session.conf().getOption(ICEBERG_OF_PATHS).isEmpty()) {
      session.conf().set(ICEBERG_OF_PATHS, "org.apache.iceberg.spark.SparkCatalog");
      session.conf().set(ICEBERG_OF_PATHS + ".type", "hadoop");
      session.conf().set(ICEBERG_OF_PATHS + ".warehouse", location);
      session.conf().set(ICEBERG_OF_PATHS + ".cache-enabled", "false");
    }
    Option<SparkSession> before = SparkSession.getActiveSession();
    SparkSession.setActiveSession(session);
    try {
      return reader.format(TableFormat.ICEBERG.source()).load(location);
    } finally {
      if (before.isDefined()) {
        SparkSession.setActiveSession(before.get());
      } else {
        SparkSession.clearActiveSession();
      }
    }
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
    return TableFormat.dataFiles(storage, uri).stream()
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
  public <T> List<T> collect(Dataset<Row> rows, RowFunction<T> function) {
    long most = Runtime.getRuntime().maxMemory() / 2;
    long[] bytes = {0};
    List<Numbered<T>> found = new ArrayList<>();
    reading(
        "rows that can be computed",
        () -> {
          ResultStream.forEach(
              numbered(rows, function),
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

  /** What a function makes of all rows; has no content of rows that are left out. */
  <T> JavaRDD<Parcel<Numbered<T>>> numbered(Dataset<Row> rows, RowFunction<T> function) {
    boolean skipping = skipped.isPresent();
    return rows.javaRDD()
        .zipWithIndex()
        .map(
            row ->
                new Parcel<>(
                    new Numbered<>(row._2(), read(function, row._1(), row._2(), skipping))));
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
  <T> T reading(String expected, Callable<T> step) {
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
