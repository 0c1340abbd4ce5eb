package io.sparkrnn.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.Build;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same rows from every kind of table. Delta, Iceberg and Avro come as packages beside Spark, as
 * {@code --packages} brings them: on a class loader of their own.
 */
class TableFormatsIT {
  private static final String CLASSIFY = "model.task = classify\ntable { features = [x], label = y";

  @TempDir private static Path shared;

  private static ClassLoader before;
  private static URLClassLoader packages;
  private static SparkSession spark;
  private static Dataset<Row> rows;
  private static String expected;

  @BeforeAll
  static void start() throws IOException {
    before = Thread.currentThread().getContextClassLoader();
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(Build.resolve("packages"))) {
      for (Path file : files.toList()) {
        jars.add(file.toUri().toURL());
      }
    }
    packages = new URLClassLoader(jars.toArray(URL[]::new), before);
    Thread.currentThread().setContextClassLoader(packages);
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", 1)
            // Of Delta's log; it would be 50 tasks for each look at the table.
            .config("spark.databricks.delta.snapshotPartitions", 1)
            .config("spark.sql.warehouse.dir", shared.resolve("warehouse").toString())
            .config(
                "spark.sql.extensions",
                "io.delta.sql.DeltaSparkSessionExtension,org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
            .config(
                "spark.sql.catalog.spark_catalog",
                "org.apache.spark.sql.delta.catalog.DeltaCatalog")
            .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
            .config("spark.sql.catalog.lake.type", "hadoop")
            .config("spark.sql.catalog.lake.warehouse", shared.resolve("lake").toString())
            .getOrCreate();
    String lines =
        Tables.write(
            shared,
            "t.jsonl",
            "{\"x\":[[1,2],[3,4]],\"y\":\"a\"}",
            "{\"x\":[[5,6]],\"y\":\"b\"}",
            "{\"x\":[[0,9]],\"y\":\"a\"}");
    rows = spark.read().json(lines).coalesce(1);
    expected = sha256(lines, "");
  }

  @AfterAll
  static void stop() throws IOException {
    spark.stop();
    Thread.currentThread().setContextClassLoader(before);
    packages.close();
  }

  private static String sha256(String location, String table) {
    RunConfiguration configuration =
        Tables.configuration(location, CLASSIFY + table + "\n}\ntable.test = \"" + location + "\"");
    SequenceDataset training =
        SequenceTables.read(spark, configuration, Optional.empty()).training();
    return training.sha256();
  }

  private static String write(String format) {
    String directory = shared.resolve("in-" + format).toString();
    rows.write().format(format).save(directory);
    return directory;
  }

  @Test
  void orcAndAvroByTheirNames() {
    assertThat(sha256(write("orc"), "")).isEqualTo(expected);
    assertThat(sha256(write("avro"), "")).isEqualTo(expected);
  }

  @Test
  void deltaByItsLogAndItsNewestVersion() {
    String delta = write("delta");
    assertThat(sha256(delta, "")).isEqualTo(expected);
    rows.limit(1).write().format("delta").mode("append").save(delta);
    assertThat(sha256(delta, "")).isNotEqualTo(expected);
    spark.sql("DELETE FROM delta.`" + delta + "` WHERE y = 'a'");
    rows.where("y = 'a'").write().format("delta").mode("append").save(delta);
    assertThat(sha256(delta, ", format = delta")).isEqualTo(expected);
  }

  @Test
  void icebergByNameAndByPath() throws Exception {
    rows.writeTo("lake.db.train").create();
    assertThat(sha256("lake.db.train", "")).isEqualTo(expected);
    assertThat(sha256("lake.db.train", ", format = table")).isEqualTo(expected);
    assertThat(sha256(shared.resolve("lake/db/train").toString(), "")).isEqualTo(expected);
  }

  @Test
  void tablesOfSparksOwnCatalog() {
    rows.write().format("parquet").saveAsTable("plain");
    assertThat(sha256("plain", "")).isEqualTo(expected);
    assertThat(sha256("default.plain", "")).isEqualTo(expected);
    assertThatThrownBy(() -> sha256("nowhere.plain", ""))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "expected a file, a directory or a table of Spark's catalogs, found none");
    assertThatThrownBy(() -> sha256("nowhere.plain", ", format = table"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read nowhere.plain: expected a table of a catalog, found ")
        .hasMessageContaining("nowhere");
  }
}
