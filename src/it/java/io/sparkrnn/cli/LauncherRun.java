package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.spark.version.SparkVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A launcher of submit/ as a user calls it: a process of its own, from another directory. */
record LauncherRun(int status, List<String> out, List<String> err) {
  static final Path HOME = Path.of("").toAbsolutePath();

  /**
   * Starts it and waits for its end.
   *
   * @param directory where the user is; what it prints goes to files beside that
   * @param environment more variables
   */
  static LauncherRun of(
      Path directory, Map<String, String> environment, String launcher, List<String> arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(HOME.resolve("submit/" + launcher).toString()));
    command.addAll(arguments);
    Path out = directory.resolveSibling("out");
    Path err = directory.resolveSibling("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    asOfAUser(builder.environment());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new LauncherRun(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
  }

  /** Without what Maven sets for other tests. */
  static void asOfAUser(Map<String, String> environment) {
    environment
        .keySet()
        .removeIf(
            name -> name.matches("SPARK_.*|HADOOP_.*|YARN_.*|.*JAVA_OPTIONS|.*JAVA_TOOL_OPTIONS"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    if (!SparkVersion.SCALA.equals("2.12")) {
      environment.put("SPARK_RNN_SPARK", "4");
    }
  }

  /** What it has printed, when that is a command with an option a line. */
  List<String> words() throws IOException {
    return out.stream()
        .flatMap(line -> Stream.of(line.replaceFirst(" \\\\$", "").strip().split("(?<!\\\\) ")))
        .map(word -> word.replaceAll("\\\\(.)", "$1"))
        .toList();
  }
}
