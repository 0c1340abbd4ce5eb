package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code conf/log4j2.properties} lets through to the screen. */
class LoggingTest {
  private final PrintStream realScreen = System.err;
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

  @TempDir Path directory;

  @BeforeEach
  void captureScreen() {
    System.setProperty("spark-rnn.log", directory.resolve("run.log").toString());
    System.setErr(new PrintStream(screen, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void releaseScreen() {
    System.setErr(realScreen);
    System.clearProperty("spark-rnn.log");
  }

  @Test
  void onlyOurWarningsReachTheScreen() throws IOException {
    try (LoggerContext context =
        new LoggerContext("test", null, Path.of("conf", "log4j2.properties").toUri())) {
      context.start();
      context.getLogger("org.apache.spark.SparkContext").info("Running Spark");
      context.getLogger("org.apache.hadoop.util.NativeCodeLoader").error("No native library");
      context.getLogger("io.sparkrnn.train.TrainingLoop").info("Round 1");
      context
          .getLogger("io.sparkrnn.checkpoint.CheckpointStore")
          .warn("Damaged:\nset aside", new IllegalStateException("cause"));
      context.getLogger("io.sparkrnn.cli.Main").error("Cannot start");
    }

    assertThat(screen.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("WARN Damaged:\\nset aside", "ERROR Cannot start");
    assertThat(directory.resolve("run.log"))
        .content()
        .contains("INFO SparkContext", "ERROR NativeCodeLoader", "Round 1", "Cannot start")
        .contains("java.lang.IllegalStateException: cause");
    assertThat(Files.readString(directory.resolve("run.log")).lines().filter(l -> l.contains(" [")))
        .hasSize(5);
  }
}
