package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.ForkedJvm;
import io.sparkrnn.FullProof;
import io.sparkrnn.Proof;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.spark.StandaloneCluster;
import io.sparkrnn.spark.version.SparkVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a cluster does to the program: one sentence that says how to go on, and going on. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterTroubleIT {
  private static final String GIVEN_UP =
      "(Spark gave up a job: .*|Cannot complete round .* lost one after the other|Cannot run on spark://.* has given up or has never answered, or whose Spark is not "
          + SparkVersion.SPARK.get(0)
          + "); the newest.*";

  @TempDir private static Path temp;
  private static ShortTraining training;
  private static StandaloneCluster cluster;
  private static Driver lonely;

  @BeforeAll
  static void start() throws Exception {
    training = ShortTraining.ofManyCheckpoints(temp);
    // Spark tries for a minute, during which the other tests run.
    lonely =
        training.submit(
            temp.resolve("lonely"),
            "lonely",
            List.of("--master", "spark://127.0.0.1:1"),
            List.of());
    // How often Spark starts an executor again before it gives an application up; 10 if not said.
    String tries = String.valueOf(Proof.times(10, 2));
    cluster = cluster("cluster", 2, Map.of("spark.deploy.maxExecutorRetries", tries));
  }

  private static StandaloneCluster cluster(String name, int workers, Map<String, String> settings)
      throws IOException {
    return StandaloneCluster.start(Files.createDirectory(temp.resolve(name)), workers, settings);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    if (lonely != null) {
      lonely.close();
    }
  }

  /** Both ways of running rounds, or one of them for the sample. */
  static List<String> ways() {
    return Proof.of(List.of("resident", "job"), List.of("resident"));
  }

  private static Driver submit(
      StandaloneCluster on, RunState run, String output, List<String> settings, List<String> more)
      throws IOException {
    List<String> options = new ArrayList<>(List.of("--master", on.master()));
    options.addAll(List.of("--driver-memory", "512m", "--executor-memory", "512m"));
    options.addAll(
        List.of("--conf", "spark.executor.extraJavaOptions=" + StandaloneCluster.SHORT_LIVED));
    settings.forEach(setting -> options.addAll(List.of("--conf", setting)));
    return training.submit(run.directory(), output, options, more);
  }

  private static void assertUnavailable(Driver driver, RunState run, String sentence)
      throws Exception {
    assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(ExitCode.UNAVAILABLE);
    String newest =
        run.newestCheckpoint().isPresent()
            ? "the newest checkpoint is "
                + run.checkpoint(run.newestCheckpoint().getAsLong()).toUri().toString()
            : "there is no checkpoint yet";
    String error = run.result().path("error").asText();
    assertThat(error)
        .matches(sentence)
        .hasLineCount(1)
        .contains(newest.replace("file://", ""))
        .contains("go on with --resume --run-dir " + run.directory() + " ");
    assertThat(driver.output()).contains("spark-rnn: " + error);
    assertThat(driver.output().lines().filter(line -> line.contains("at io.sparkrnn."))).isEmpty();
    assertThat(run.result().path("exitCode").asInt()).isEqualTo(ExitCode.UNAVAILABLE);
  }

  private static void assertResumes(RunState run, String name, String rounds) throws Exception {
    try (Driver driver =
        submit(
            cluster, run, name + "-resumed", List.of(), List.of("--resume", "--rounds", rounds))) {
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
    }
    assertThat(run.problemsAfterEnd(training.parametersSha256())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void killsUntilSparkGivesUp(String rounds) throws Exception {
    int runs = Proof.times(2, 1);
    int kills = 0;
    for (int i = 1; i <= runs; i++) {
      String name = "given-up-%s-%d".formatted(rounds, i);
      RunState run = new RunState(temp.resolve(name));
      try (Driver driver = submit(cluster, run, name, List.of(), List.of("--rounds", rounds))) {
        driver.await("a checkpoint", () -> run.newestCheckpoint().isPresent());
        kills += killAllWithTasks(driver);
        assertUnavailable(driver, run, GIVEN_UP);
      }
      assertResumes(run, name, rounds);
    }
    System.out.printf(
        "SIGKILL of executors until Spark gives up, %s: %d kills in %d runs, all 69, resumed identical%n",
        rounds, kills, runs);
  }

  /** Kills every executor that has begun a task, until the driver ends. */
  private static int killAllWithTasks(Driver driver) throws Exception {
    Set<Long> killed = new HashSet<>();
    while (!driver.endsWithin(Duration.ofMillis(20))) {
      for (ProcessHandle executor : cluster.executors("app-")) {
        if (hasTask(executor)) {
          executor.destroyForcibly();
          killed.add(executor.pid());
        }
      }
    }
    return killed.size();
  }

  private static boolean hasTask(ProcessHandle executor) throws IOException {
    // Its directory is where it runs.
    Path log = Path.of("/proc", String.valueOf(executor.pid()), "cwd", "stderr");
    try {
      return Files.readString(log).contains("Running task");
    } catch (IOException e) {
      // It has ended.
      return false;
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  @FullProof
  void theMasterRemovesTheApplication(String rounds) throws Exception {
    String name = "removed-" + rounds;
    RunState run = new RunState(temp.resolve(name));
    // So many executors of an application may fail while none runs.
    Map<String, String> settings = Map.of("spark.deploy.maxExecutorRetries", "1");
    try (StandaloneCluster strict = cluster("strict-" + rounds, 1, settings);
        Driver driver = submit(strict, run, name, List.of(), List.of("--rounds", rounds))) {
      driver.await("a checkpoint", () -> run.newestCheckpoint().isPresent());
      strict.executors("app-").forEach(ProcessHandle::destroyForcibly);
      assertUnavailable(driver, run, GIVEN_UP);
    }
    assertResumes(run, name, rounds);
  }

  @ParameterizedTest
  @FullProof
  @MethodSource("ways")
  void aLostShardWhoseDataHaveChangedIsRefused(String rounds) throws Exception {
    String name = "changed-" + rounds;
    RunState run = new RunState(temp.resolve(name));
    Path images = temp.resolve("first-400/train-images-idx3-ubyte");
    byte[] whole = Files.readAllBytes(images);
    byte[] changed = whole.clone();
    changed[changed.length - 1] ^= 1;
    try (Driver driver = submit(cluster, run, name, List.of(), List.of("--rounds", rounds))) {
      driver.await("a checkpoint", () -> run.newestCheckpoint().isPresent());
      Files.write(images, changed);
      cluster.executors("app-").forEach(ProcessHandle::destroyForcibly);

      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(ExitCode.DATA);
      assertThat(driver.output())
          .containsPattern(
              "(?m)^spark-rnn: Cannot rebuild samples from .*train-images-idx3-ubyte: expected SHA-256 .* as when the run began, found .*$");
      assertThat(run.result().path("exitCode").asInt()).isEqualTo(ExitCode.DATA);
    } finally {
      Files.write(images, whole);
    }
    assertResumes(run, name, rounds);
  }

  @Test
  @FullProof
  void anExecutorThatIsStoppedIsNamedAndReplaced() throws Exception {
    RunState run = new RunState(temp.resolve("stopped"));
    try (Driver driver =
        submit(cluster, run, "stopped", List.of("spark.rnn.round.timeout=4s"), List.of())) {
      driver.await("a checkpoint", () -> run.newestCheckpoint().isPresent());
      ProcessHandle executor = cluster.executors("app-").get(0);
      ForkedJvm.signal("STOP", executor);

      assertThat(driver.awaitExit()).as(driver.output()).isZero();
      assertThat(driver.output())
          .containsPattern(
              "WARN RoundDeadline: Replacing executor \\d on 127.0.0.1: expected its results of round \\d+ within 4000 ms");
    }
    assertThat(run.problemsAfterEnd(training.parametersSha256())).isEmpty();
  }

  @Test
  @FullProof
  void withoutSparkWorkersItSaysThatItWaitsAndForHowLong() throws Exception {
    RunState run = new RunState(temp.resolve("waiting"));
    try (StandaloneCluster empty = cluster("empty", 0, Map.of());
        Driver driver =
            submit(empty, run, "waiting", List.of("spark.rnn.slots.timeout=8s"), List.of())) {
      assertUnavailable(
          driver, run, "Cannot run tasks on spark://.* within 8 s .*, found none; .*");
      assertThat(driver.output())
          .containsPattern(
              "WARN ExecutorSlots: Waiting up to 8 s \\(spark.rnn.slots.timeout\\) for executors on spark://\\S+: expected an executor for tasks of 1 core\\(s\\) \\(spark.task.cpus\\), found none");
    }
    // The cluster has been repaired.
    assertResumes(run, "waiting", "auto");
  }

  /** Last: by then Spark has tried for long enough. */
  @Test
  @Order(Integer.MAX_VALUE)
  void aMasterWhereNobodyListensIsGivenUp() throws Exception {
    assertUnavailable(
        lonely,
        new RunState(temp.resolve("lonely")),
        "Cannot run on spark://127.0.0.1:1: expected a running Spark application, found one that its cluster has given up or has never answered, or whose Spark is not "
            + SparkVersion.SPARK.get(0)
            + "; there is no checkpoint yet.*");
  }
}
