package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver that is asked to stop, or killed, and resumed. */
class StopIT {
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  @TempDir private Path temp;

  @Test
  void sigtermEndsWithACheckpointAndTheRunResumesToTheSameBits() throws Exception {
    Path whole = run("whole", "local");
    assertThat(start(whole, "local").waitFor()).isZero();
    for (String engine : List.of("local", "spark")) {
      Path stopped = run("stopped-" + engine, engine);
      Process driver = start(stopped, engine);
      awaitCheckpoint(stopped, driver);
      driver.destroy();
      assertThat(driver.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(driver.exitValue()).isEqualTo(143);
      assertThat(result(stopped).path("status").asText()).isEqualTo("stopped");
      assertThat(result(stopped).path("exitCode").asInt()).isEqualTo(143);

      assertThat(start(stopped, engine, "--resume").waitFor()).isZero();
      assertThat(result(stopped).path("parametersSha256"))
          .isEqualTo(result(whole).path("parametersSha256"));
    }
  }

  @Test
  void aKilledDriverLosesNoCheckpoint() throws Exception {
    Path whole = run("whole", "local");
    assertThat(start(whole, "local").waitFor()).isZero();
    Path killed = run("killed", "local");
    Process driver = start(killed, "local");
    awaitCheckpoint(killed, driver);
    driver.destroyForcibly().waitFor();
    assertThat(start(killed, "local", "--resume").waitFor()).isZero();
    assertThat(result(killed).path("parametersSha256"))
        .isEqualTo(result(whole).path("parametersSha256"));
  }

  private Path run(String name, String engine) {
    return temp.resolve(name + "-" + engine);
  }

  private Process start(Path run, String engine, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    // Everything this JVM was opened up for, but not its coverage agent.
    java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "train",
            "--hidden",
            "16",
            "--epochs",
            "12",
            "--validation",
            "5000",
            "--engine",
            engine,
            "--master",
            "local[2]",
            "--run-dir",
            run.toString()));
    command.addAll(Arrays.asList(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(temp.resolve(run.getFileName() + ".log").toFile()))
        .start();
  }

  private static void awaitCheckpoint(Path run, Process driver) throws Exception {
    Instant deadline = Instant.now().plus(DEADLINE);
    while (!hasCheckpoint(run)) {
      assertThat(driver.isAlive()).as("the driver before its first checkpoint").isTrue();
      assertThat(Instant.now()).isBefore(deadline);
      Thread.sleep(20);
    }
  }

  private static boolean hasCheckpoint(Path run) throws IOException {
    Path checkpoints = run.resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return false;
    }
    try (Stream<Path> files = Files.list(checkpoints)) {
      return files.findAny().isPresent();
    }
  }

  private static JsonNode result(Path run) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(run.resolve("result.json")));
  }
}
