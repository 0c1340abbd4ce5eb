package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.ThreadContext;
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

  @Test
  void theFileNamesTheRunOfTheLoopsThread() throws IOException {
    try (LoggerContext context = started()) {
      ThreadContext.put("run", "r-1");
      context.getLogger("io.sparkrnn.run.ProgressLog").info("started");
      ThreadContext.put("epoch", "2");
      ThreadContext.put("round", "471");
      context.getLogger("org.apache.spark.SparkContext").info("Running");
      context.getLogger("io.sparkrnn.run.ProgressLog").debug("round round=471");
      ThreadContext.clearMap();
      context.getLogger("org.apache.spark.SparkContext").info("Stopped");
    }
    assertThat(Files.readString(directory.resolve("run.log")).lines())
        .satisfiesExactly(
            line -> assertThat(line).endsWith("] [run r-1] started"),
            line -> assertThat(line).endsWith("] [run r-1, epoch 2, round 471] Running"),
            line -> assertThat(line).endsWith("] Stopped").doesNotContain("[run"));
  }

  @Test
  void noTextPassesForALineOfItsOwn() throws IOException {
    String forged = "a\r\n2026-01-01T00:00:00.000Z ERROR Forged [main] b";
    try (LoggerContext context = started()) {
      context
          .getLogger("org.apache.spark.SparkContext")
          .warn(forged, new IllegalStateException(forged));
      ThreadContext.put("run", forged);
      context.getLogger("org.apache.spark.SparkContext").warn("next");
    } finally {
      ThreadContext.clearMap();
    }
    assertThat(Files.readString(directory.resolve("run.log")).lines())
        .filteredOn(line -> !line.startsWith(" "))
        .satisfiesExactly(
            line -> assertThat(line).contains("WARN SparkContext").contains("a\\r\\n2026"),
            line -> assertThat(line).contains("WARN SparkContext").endsWith("next"));
    assertThat(directory.resolve("run.log"))
        .content()
        .contains("  java.lang.IllegalStateException: a", "  \tat io.sparkrnn.LoggingTest");
  }

  private static LoggerContext started() {
    LoggerContext context =
        new LoggerContext("test", null, Path.of("conf", "log4j2.properties").toUri());
    context.start();
    return context;
  }
}
