package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.FullProof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code submit/pseudo-cluster} as a user calls it, from another directory. */
class PseudoClusterIT {
  private static final List<String> SMALL = List.of("--hidden", "4", "--epochs", "1");

  @TempDir private Path directory;

  private Process start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of("submit", "pseudo-cluster").toAbsolutePath().toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output().toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder.start();
  }

  private Path output() {
    return directory.resolve("out");
  }

  private int awaitExit(Process process) throws Exception {
    assertThat(process.waitFor(8, TimeUnit.MINUTES)).as(Files.readString(output())).isTrue();
    return process.exitValue();
  }

  /** What runs and has to do with this test's directory. */
  private List<String> processes() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(command -> command.contains(directory.toString()))
        .toList();
  }

  private Path workDirectory() throws IOException {
    try (var entries = Files.newDirectoryStream(directory.resolve("runs"), "pseudo-cluster-*")) {
      return entries.iterator().next();
    }
  }

  @Test
  void trainsAsInLocalModeAndLeavesNothingBehind() throws Exception {
    List<String> here =
        List.of("train", "--engine", "local", "--run-dir", directory.resolve("here").toString());
    List<String> arguments = new ArrayList<>(here);
    arguments.addAll(SMALL);
    assertThat(Main.run(System.out, System.err, arguments.toArray(String[]::new))).isZero();

    int code = awaitExit(start(SMALL));

    String printed = Files.readString(output());
    assertThat(code).as(printed).isZero();
    Path work = workDirectory();
    JsonNode result = RunState.result(work.resolve("run"));
    JsonNode expected = RunState.result(directory.resolve("here"));
    for (String field : List.of("/parametersSha256", "/test")) {
      assertThat(result.at(field)).isEqualTo(expected.at(field));
    }
    assertThat(result.at("/data/fingerprints/0/location").asText()).startsWith("hdfs://127.0.0.1:");
    assertThat(printed)
        .containsPattern("HDFS +hdfs://127.0.0.1:\\d+, pages at http://127.0.0.1:\\d+")
        .containsPattern("Spark +spark://127.0.0.1:\\d+, pages at http://\\S+:\\d+")
        .containsPattern("engine +Spark 3\\.5\\.\\d+ on spark://127.0.0.1:\\d+, 2 slots")
        .contains("test accuracy", "copied to " + work.resolve("run"))
        .doesNotContain("\tat ");
    assertThat(processes()).isEmpty();
    assertThat(work).isDirectoryNotContaining("glob:**{hdfs,tmp,conf,spark.conf}");
    assertThat(work.resolve("logs")).isDirectoryContaining("glob:**name-node.log");
  }

  @Test
  void aMistakeIsToldBeforeAnythingStarts() throws Exception {
    assertThat(awaitExit(start(List.of("--epochs", "0")))).isEqualTo(64);
    assertThat(Files.readString(output())).contains("--epochs").doesNotContain("HDFS");
    assertThat(directory.resolve("runs"))
        .satisfiesAnyOf(
            runs -> assertThat(runs).doesNotExist(),
            runs -> assertThat(runs).isDirectoryNotContaining("glob:**pseudo-cluster-*"));
  }

  @Test
  @FullProof
  void whatIsStoppedLeavesNothingBehind() throws Exception {
    Process process = start(SMALL);
    try {
      while (process.isAlive() && !Files.readString(output()).contains("Spark     spark://")) {
        Thread.sleep(50);
      }
      assertThat(processes()).hasSizeGreaterThanOrEqualTo(6);
      process.destroy();
      assertThat(awaitExit(process)).as(Files.readString(output())).isEqualTo(143);
      assertThat(processes()).isEmpty();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
