package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.util.ArrayList;
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

  /**
   * That of a file by its name, or of a directory by what is there.
   *
   * @throws DataException if neither says
   */
  static TableFormat of(Storage storage, URI uri, FileEntry file, Origin origin) {
    List<String> names = new ArrayList<>(List.of(file.name()));
    // Spark writes directories, such as x.parquet.
    if (file.directory() && ofFile(file.name()).isEmpty()) {
      Optional<TableFormat> withLog = ofDirectories(directories(storage, uri));
      if (withLog.isPresent()) {
        return withLog.get();
      }
      names = dataFiles(storage, uri);
    }
    List<Optional<TableFormat>> formats =
        names.stream().map(TableFormat::ofFile).distinct().toList();
    if (formats.size() != 1 || formats.get(0).isEmpty()) {
      throw origin.refusal(
          "names that end in .parquet, .orc, .json, .jsonl, .ndjson, .csv, .txt or .avro, all in one of them, or a format in table.format",
          names.isEmpty()
              ? "no files"
              : String.join(", ", names.subList(0, Math.min(3, names.size()))));
    }
    return formats.get(0).get();
  }

  private static List<String> directories(Storage storage, URI uri) {
    return storage.list(uri).stream().filter(FileEntry::directory).map(FileEntry::name).toList();
  }

  /** Those that Spark reads. */
  static List<String> dataFiles(Storage storage, URI uri) {
    return storage.list(uri).stream()
        .filter(entry -> !entry.directory())
        .map(FileEntry::name)
        .filter(name -> !name.startsWith("_") && !name.startsWith("."))
        .toList();
  }
}
