package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM ends a driver with a checkpoint within an epoch, and the run resumes to the same bits.
 */
class StopIT {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @TempDir private static Path temp;
  private static ShortTraining training;

  @BeforeAll
  static void runOnce() throws Exception {
    training = ShortTraining.ofOneEpoch(temp);
  }

  @Test
  void theLocalEngineStops() throws Exception {
    RunState run = new RunState(temp.resolve("local"));
    try (Driver driver = training.start(run.directory(), "local", List.of())) {
      stop(driver);
    }
    assertThat(run.problemsAfterStop()).isEmpty();
    try (Driver driver = training.start(run.directory(), "local-resumed", List.of("--resume"))) {
      assertResumes(driver, run);
    }
  }

  @Test
  void sparkStopsOnThisMachine() throws Exception {
    RunState run = new RunState(temp.resolve("spark"));
    try (Driver driver = training.submit(run.directory(), "spark", List.of())) {
      stop(driver);
    }
    assertThat(run.problemsAfterStop()).isEmpty();
    try (Driver driver = training.submit(run.directory(), "spark-resumed", List.of("--resume"))) {
      assertResumes(driver, run);
    }
  }

  private static void stop(Driver driver) throws Exception {
    driver.awaitOutput("\nengine ");
    // Some rounds.
    assertThat(driver.endsWithin(Duration.ofMillis(100))).isFalse();
    driver.terminate();
    assertThat(driver.endsWithin(DEADLINE)).as(driver.output()).isTrue();
    assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
  }

  private static void assertResumes(Driver driver, RunState run) throws Exception {
    long stopped = run.newestCheckpoint().orElseThrow();
    // There is one epoch, so this is within it.
    assertThat(stopped).isBetween(1L, training.lastRound() - 1);
    assertThat(driver.awaitExit()).as(driver.output()).isZero();
    assertThat(RunState.resumed(driver.output())).hasValue(stopped);
    assertThat(run.problemsAfterEnd(training.parametersSha256())).isEmpty();
  }
}
