package io.sparkrnn.spark.data;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.SparkSession;

/** Small tables on disk, and what they are read with. */
final class Tables {
  private Tables() {}

  /** Spark in this JVM. */
  static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", 2)
        .getOrCreate();
  }

  /** A file of lines, compressed where its name says so. */
  static String write(Path directory, String name, String... lines) throws IOException {
    Path file = directory.resolve(name);
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    try (OutputStream out =
        name.endsWith(".gz")
            ? new GZIPOutputStream(Files.newOutputStream(file))
            : Files.newOutputStream(file)) {
      out.write(bytes);
    }
    return file.toString();
  }

  /** A configuration of one worker and minibatches of two, unless it says otherwise. */
  static RunConfiguration configuration(String train, String hocon) {
    return ConfigurationLoader.parse(
        """
        table.train = "%s"
        training { workers = 1, minibatch-size = 2 }
        %s
        """
            .formatted(
                train, hocon.contains("test") ? hocon : hocon + "\ntable.test = \"" + train + "\""),
        "this test");
  }

  static TableData read(SparkSession spark, String train, String hocon) {
    return SequenceTables.read(spark, configuration(train, hocon), Optional.empty());
  }
}
