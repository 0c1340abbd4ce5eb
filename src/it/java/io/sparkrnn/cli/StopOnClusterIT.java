package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.ForkedJvm;
import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.spark.StandaloneCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link StopIT}, on a standalone cluster of processes, in both deploy modes. */
class StopOnClusterIT {
  @TempDir private static Path temp;
  private static ShortTraining training;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    training = ShortTraining.ofOneEpoch(temp);
    cluster = StandaloneCluster.start(Files.createDirectory(temp.resolve("cluster")), 2, Map.of());
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Driver submit(RunState run, String output, String mode, List<String> more)
      throws Exception {
    return training.submit(run.directory(), output, cluster.submission(mode), more);
  }

  @Test
  @FullProof
  void aDriverBesideTheClusterStops() throws Exception {
    RunState run = new RunState(temp.resolve("client"));
    try (Driver driver = submit(run, "client", "client", List.of())) {
      StopIT.stop(driver);
    }
    assertThat(run.problemsAfterStop()).isEmpty();
    try (Driver driver = submit(run, "client-resumed", "client", List.of("--resume"))) {
      // No executor may have come yet.
      StopIT.assertResumes(driver, run, training, 0);
    }
  }

  @Test
  void aDriverOnASparkWorkerStopsWhenTheClusterIsAskedTo() throws Exception {
    RunState run = new RunState(temp.resolve("cluster-mode"));
    String driverId = submitToCluster(run);
    ProcessHandle driver = cluster.driver(driverId).orElseThrow();

    ForkedJvm kill =
        Jdk.running()
            .start(
                List.of(),
                SlimJar.SPARK,
                "org.apache.spark.deploy.Client",
                List.of("kill", cluster.master(), driverId),
                temp.resolve("kill.out"));
    kill.awaitOutput();
    driver.onExit().get(StopIT.DEADLINE.toSeconds(), TimeUnit.SECONDS);

    assertThat(run.problemsAfterStop()).isEmpty();
    try (Driver resumed = submit(run, "cluster-resumed", "client", List.of("--resume"))) {
      StopIT.assertResumes(resumed, run, training, 0);
    }
  }

  /** Returns when it trains; its id in the cluster. */
  private static String submitToCluster(RunState run) throws Exception {
    String driverId;
    try (Driver submission = submit(run, "cluster-mode", "cluster", List.of())) {
      driverId = submission.awaitSubmission();
    }
    Instant deadline = Instant.now().plus(Duration.ofMinutes(2));
    while (!cluster.driverOutput(driverId).contains("\nengine ")) {
      assertThat(Instant.now()).as(cluster.driverOutput(driverId)).isBefore(deadline);
      Thread.sleep(10);
    }
    return driverId;
  }
}
