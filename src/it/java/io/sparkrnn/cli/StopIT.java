package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.train.FirstImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM ends a driver with a checkpoint, within an epoch and after the last, and the run resumes
 * to the same bits.
 */
class StopIT {
  static final Duration DEADLINE = Duration.ofSeconds(30);

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
      assertResumes(driver, run, training, 1);
    }
  }

  @Test
  @FullProof
  void sparkStopsOnThisMachine() throws Exception {
    RunState run = new RunState(temp.resolve("spark"));
    try (Driver driver = training.submit(run.directory(), "spark", List.of())) {
      stop(driver);
    }
    assertThat(run.problemsAfterStop()).isEmpty();
    try (Driver driver = training.submit(run.directory(), "spark-resumed", List.of("--resume"))) {
      assertResumes(driver, run, training, 1);
    }
  }

  @Test
  void aDriverStopsInItsFinalTest() throws Exception {
    Path directory = Files.createDirectory(temp.resolve("slow"));
    SlimJar jar = SlimJar.in(directory);
    RunState run = new RunState(directory.resolve("run"));
    List<String> arguments =
        new ArrayList<>(List.of("train", "--run-dir", run.directory().toString()));
    arguments.addAll(List.of("--data", FirstImages.withWholeTest(directory, 32).toString()));
    // The test takes about twenty seconds.
    arguments.addAll(List.of("--engine", "local", "--kernels", "portable"));
    arguments.addAll(List.of("--hidden", "112,112", "--epochs", "1"));
    try (Driver driver = jar.start(Jdk.SHORT_LIVED, arguments, directory.resolve("stopped"))) {
      driver.awaitOutput("\n  1/1 ");
      driver.terminate();
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
    }
    assertThat(run.problemsAfterStop()).isEmpty();
    assertThat(run.result().has("test")).isFalse();

    arguments.add("--resume");
    try (Driver driver = jar.start(List.of(), arguments, directory.resolve("resumed"))) {
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
      assertThat(RunState.resumed(driver.output())).isEqualTo(run.newestCheckpoint());
    }
    assertThat(run.result().at("/test/samples").asInt()).isEqualTo(10_000);
  }

  @Test
  void theLocalEngineStopsWhileTablesAreRead() throws Exception {
    Path run = temp.resolve("reading-locally");
    try (Driver driver =
        SlimJar.in(Files.createDirectory(temp.resolve("reader")))
            .start(
                Jdk.SHORT_LIVED,
                slowlyReading(run, "local"),
                temp.resolve("reading-locally.out"))) {
      stopReading(driver, run);
    }
  }

  @Test
  @FullProof
  void sparkStopsWhileTablesAreRead() throws Exception {
    Path run = temp.resolve("reading");
    // A home of its own, where executors write.
    Path home = Files.createDirectory(temp.resolve("spark-home"));
    Files.createSymbolicLink(home.resolve("jars"), SlimJar.TARGET.resolve("spark/jars"));
    try (Driver driver =
        SlimJar.in(home)
            .submit(
                Jdk.SHORT_LIVED,
                Map.of("SPARK_HOME", home.toString()),
                List.of("--master", "local-cluster[1,1,1024]"),
                slowlyReading(run, "spark"),
                temp.resolve("reading.out"))) {
      stopReading(driver, run);
    }
  }

  /** A training whose table takes minutes, a second a row. */
  private static List<String> slowlyReading(Path run, String engine) {
    Path set = Path.of("src", "data", "sequences", "japanese-vowels").toAbsolutePath();
    List<String> arguments = new ArrayList<>(List.of("train", "--run-dir", run.toString()));
    arguments.addAll(List.of("--train-table", set.resolve("train.jsonl.gz").toString()));
    arguments.addAll(List.of("--test-table", set.resolve("test.jsonl.gz").toString()));
    arguments.addAll(List.of("--features", "x", "--label-column", "label"));
    arguments.addAll(
        List.of("--query", "SELECT *, reflect('java.lang.Thread', 'sleep', 1000L) FROM input"));
    arguments.addAll(List.of("--engine", engine, "--shared-paths"));
    return arguments;
  }

  private static void stopReading(Driver driver, Path run) throws Exception {
    driver.awaitOutput("Starting job: runJob at ResultStream");
    driver.terminate();
    assertThat(driver.endsWithin(DEADLINE)).as(driver.output()).isTrue();
    assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
    assertThat(driver.output())
        .contains("spark-rnn: Stopped as asked; it goes on when it is started again.")
        .doesNotContain("\nnext ");
    // Nothing was begun.
    assertThat(run).doesNotExist();
  }

  /** Stops a driver when it trains. */
  static void stop(Driver driver) throws Exception {
    driver.awaitOutput("\nengine ");
    // Some rounds.
    assertThat(driver.endsWithin(Duration.ofMillis(100))).isFalse();
    driver.terminate();
    assertThat(driver.endsWithin(DEADLINE)).as(driver.output()).isTrue();
    assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
    assertThat(driver.output())
        .containsPattern("\nnext {6}submit/local --resume --run-dir \\S+\n")
        .doesNotContain("evaluate --model");
  }

  /**
   * Demands that a driver goes on where another was stopped, and ends as if it never had been.
   *
   * @param fewestRounds that the other has run
   */
  static void assertResumes(Driver driver, RunState run, ShortTraining training, long fewestRounds)
      throws Exception {
    long stopped = run.newestCheckpoint().orElseThrow();
    // There is one epoch, so this is within it.
    assertThat(stopped).isBetween(fewestRounds, training.lastRound() - 1);
    assertThat(driver.awaitExit()).as(driver.output()).isZero();
    assertThat(RunState.resumed(driver.output())).hasValue(stopped);
    assertThat(run.problemsAfterEnd(training.parametersSha256())).isEmpty();
  }

  @Test
  void theCheckFindsADriverThatWasKilledInstead() throws Exception {
    RunState run = new RunState(temp.resolve("killed"));
    try (Driver driver = training.start(run.directory(), "killed", List.of())) {
      driver.awaitOutput("\nengine ");
      driver.kill();
    }
    assertThat(run.problemsAfterStop()).containsExactly("there is no result");
    Files.copy(temp.resolve("whole/result.json"), run.directory().resolve("result.json"));
    assertThat(run.problemsAfterStop())
        .containsExactly(
            "the result is succeeded with exit code 0",
            "not released: attempt 1",
            "round 0 was committed, and the newest is -1");
  }
}
