package io.sparkrnn.spark.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a table's files hold, or that it has a name. */
enum TableFormat {
  PARQUET("Parquet", ".parquet"),
  ORC("ORC", ".orc"),
  JSON("JSON lines", ".json", ".jsonl", ".ndjson"),
  CSV("CSV with a header", ".csv"),
  TEXT("text", ".txt"),
  AVRO("Avro", ".avro"),
  /** A directory with a log of its files. */
  DELTA("Delta"),
  /** A directory with metadata of its files. */
  ICEBERG("Iceberg"),
  /** In one of Spark's catalogs. */
  TABLE("a table of a catalog");

  /** {@code table}, {@code database.table} or {@code catalog.database.table}. */
  private static final Pattern TABLE_NAME =
      Pattern.compile("(\\w+|`[^`]+`)(\\.(\\w+|`[^`]+`))*", Pattern.UNICODE_CHARACTER_CLASS);

  private final String description;
  private final List<String> endings;

  TableFormat(String description, String... endings) {
    this.description = description;
    this.endings = List.of(endings);
  }

  /** By its name in configurations. */
  static TableFormat named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** By a file's name, with or without {@code .gz}. */
  static Optional<TableFormat> ofFile(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    String plain = lower.endsWith(".gz") ? lower.substring(0, lower.length() - 3) : lower;
    return Arrays.stream(values())
        .filter(format -> format.endings.stream().anyMatch(plain::endsWith))
        .findFirst();
  }

  /** By the names of directories in a directory. */
  static Optional<TableFormat> ofDirectories(List<String> names) {
    if (names.contains("_delta_log")) {
      return Optional.of(DELTA);
    }
    return names.contains("metadata") && names.contains("data")
        ? Optional.of(ICEBERG)
        : Optional.empty();
  }

  /** Whether a location can be a table's name. */
  static boolean isName(String location) {
    return TABLE_NAME.matcher(location).matches();
  }

  /** As Spark calls it. */
  String source() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The package that has to be beside Spark; none where Spark knows it by itself. */
  Optional<String> requiredPackage() {
    return switch (this) {
      case AVRO -> Optional.of("org.apache.spark:spark-avro");
      case DELTA -> Optional.of("io.delta:delta-spark");
      case ICEBERG -> Optional.of("org.apache.iceberg:iceberg-spark-runtime");
      default -> Optional.empty();
    };
  }

  /** For messages. */
  @Override
  public String toString() {
    return description;
  }
}
