package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of {@code retrain} that are killed, started again, and overlap. */
class RetrainKillIT {
  private static final String TRAINING =
      "retrain --engine local --kernels portable --hidden 8 --minibatch-size 8"
          + " --averaging-frequency 1 --checkpoint-every-rounds 2 --keep 2 --json"
          + " --max-label-drift 1";

  @TempDir private static Path temp;
  private static SlimJar jar;
  private static int started;

  @BeforeAll
  static void packed() throws IOException {
    jar = SlimJar.in(temp);
  }

  private static Driver start(Path registry, String runId, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(TRAINING.split(" ")));
    arguments.addAll(List.of("--registry", registry.toString(), "--run-id", runId));
    arguments.addAll(List.of("--data", FirstImages.in(temp, 400).toString()));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--epochs")) {
      arguments.addAll(List.of("--epochs", "20"));
    }
    return jar.start(
        Jdk.SHORT_LIVED, arguments, temp.resolve("driver-%d.out".formatted(++started)));
  }

  /** Where the only training of a run works; empty before it has begun. */
  private static Optional<Path> training(Path registry, String runId) throws IOException {
    Path runs = registry.resolve("runs").resolve(runId);
    if (!Files.isDirectory(runs)) {
      return Optional.empty();
    }
    try (Stream<Path> trainings = Files.list(runs)) {
      return trainings.findFirst();
    }
  }

  private static boolean isUnderWay(Path registry, String runId) throws IOException {
    return training(registry, runId)
        .map(run -> new RunState(run).newestCheckpoint().orElse(0) > 10)
        .orElse(false);
  }

  private static JsonNode report(Driver driver) throws IOException {
    String line =
        driver.output().lines().filter(text -> text.startsWith("{")).findFirst().orElseThrow();
    return new ObjectMapper().readTree(line);
  }

  @Test
  void whatWasKilledIsContinuedByTheNextProcessOfTheRun() throws Exception {
    Path undisturbed = temp.resolve("undisturbed");
    try (Driver driver = start(undisturbed, "run")) {
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
    }
    Path whole = training(undisturbed, "run").orElseThrow();
    String sha256 = new RunState(whole).result().path("parametersSha256").asText();

    Path registry = temp.resolve("killed");
    try (Driver driver = start(registry, "run")) {
      driver.await("a checkpoint", () -> isUnderWay(registry, "run"));
      driver.kill();
    }
    assertThat(registry.resolve("log")).doesNotExist();
    try (Driver driver = start(registry, "run", littlePatience())) {
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
      assertThat(RunState.resumed(driver.output())).isPresent();
      assertThat(report(driver).path("decision").asText()).isEqualTo("promoted");
    }

    Path continued = training(registry, "run").orElseThrow();
    assertThat(continued.getFileName()).isEqualTo(whole.getFileName());
    assertThat(new RunState(continued).problemsAfterEnd(sha256)).isEmpty();
    assertThat(registry.resolve("private")).isEmptyDirectory();
    assertThat(registry.resolve("versions"))
        .isDirectoryContaining("glob:**/000000001-run.srnn")
        .isDirectoryNotContaining("glob:**/000000002*");
  }

  @Test
  void ofTwoProcessesOfARunOneIsRefused() throws Exception {
    Path registry = temp.resolve("overlap");
    // More than it has trained when the second has seen that it lives.
    String[] many = {"--epochs", "2000"};
    try (Driver first = start(registry, "run", many)) {
      first.await("a checkpoint", () -> isUnderWay(registry, "run"));
      first.pause();
      try (Driver second = start(registry, "run", many)) {
        second.awaitOutput("Waiting up to");
        first.wake();
        assertThat(second.awaitExit()).as(second.output()).isEqualTo(ExitCode.BUSY);
        JsonNode report = report(second);
        assertThat(report.path("exitCode").asInt()).isEqualTo(ExitCode.BUSY);
        assertThat(report.path("permanent").asBoolean()).isFalse();
        assertThat(second.output()).doesNotContain("\tat ");
      }
      assertThat(first.endsWithin(Duration.ZERO)).isFalse();
      first.kill();
    }
    assertThat(registry.resolve("log")).doesNotExist();
  }

  @Test
  void whoStopsItIsToldAndTheNextGoesOn() throws Exception {
    Path registry = temp.resolve("stopped");
    String[] many = {"--epochs", "40"};
    try (Driver driver = start(registry, "run", many)) {
      driver.await("a checkpoint", () -> isUnderWay(registry, "run"));
      driver.terminate();
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
      JsonNode report = report(driver);
      assertThat(report.path("exitCode").asInt()).isEqualTo(143);
      assertThat(report.path("permanent").asBoolean()).isFalse();
    }
    try (Driver driver = start(registry, "run", many)) {
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
      assertThat(RunState.resumed(driver.output())).isPresent();
    }
  }

  @Test
  @FullProof
  void whoStopsItBeforeItTrainsIsToldToo() throws Exception {
    Path registry = temp.resolve("stopped-early");
    try (Driver first = start(registry, "run")) {
      first.await("a checkpoint", () -> isUnderWay(registry, "run"));
      first.pause();
      try (Driver second = start(registry, "run", littlePatience())) {
        second.awaitOutput("Waiting up to");
        second.terminate();
        assertThat(second.awaitExit()).as(second.output()).isEqualTo(143);
        assertThat(report(second).path("exitCode").asInt()).isEqualTo(143);
      }
      first.kill();
    }
  }

  private static String[] littlePatience() {
    return ShortTraining.LITTLE_PATIENCE.toArray(String[]::new);
  }
}
