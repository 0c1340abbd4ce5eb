package io.sparkrnn.spark.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a table's files hold. */
enum TableFormat {
  PARQUET("Parquet", ".parquet"),
  JSON("JSON lines", ".json", ".jsonl", ".ndjson"),
  CSV("CSV with a header", ".csv"),
  TEXT("text", ".txt");

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

  /** For messages. */
  @Override
  public String toString() {
    return description;
  }
}
