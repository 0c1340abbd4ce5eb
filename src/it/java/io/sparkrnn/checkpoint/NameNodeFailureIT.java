package io.sparkrnn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.Proof;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every commit is there exactly once, whatever happens to the name node in the middle of it. */
class NameNodeFailureIT {
  private static final long SEED = 20_240_607;

  private final Random random = new Random(SEED);
  private final RandomMoments faults = new RandomMoments(random);
  @TempDir private Path files;

  @Test
  void commitsWhileTheNameNodeIsRestarted() throws Exception {
    int restarts = Proof.times(25, 2);
    try (MiniHdfs hdfs = MiniHdfs.start(files)) {
      CommittingDriver driver = driver(hdfs);
      driver.claim();
      for (int restart = 1; restart <= restarts; restart++) {
        commitDuring(hdfs::restartNameNode, driver);
      }
      driver.release();

      report("restarts", restarts, driver.expected());
      assertThat(driver.expected().differences()).isEmpty();
    }
  }

  @Test
  void commitsWhileTheNameNodeFailsOver() throws Exception {
    int failovers = Proof.times(25, 2);
    try (MiniHdfs hdfs = MiniHdfs.startHighlyAvailable(files)) {
      CommittingDriver driver = driver(hdfs);
      driver.claim();
      for (int failover = 1; failover <= failovers; failover++) {
        commitDuring(failover % 2 == 0 ? hdfs::failOver : hdfs::stopActiveNameNode, driver);
      }
      driver.release();

      report("failovers", failovers, driver.expected());
      assertThat(driver.expected().differences()).isEmpty();
    }
  }

  private void commitDuring(Runnable fault, CommittingDriver driver) {
    faults.repeatDuring(
        fault,
        () -> {
          driver.commitNext();
          assertThat(driver.newestState()).isEqualTo(driver.state());
        });
  }

  @Test
  void claimsWhileTheNameNodeFailsOver() throws Exception {
    int failovers = Proof.times(10, 2);
    try (MiniHdfs hdfs = MiniHdfs.startHighlyAvailable(files)) {
      CommittingDriver driver = driver(hdfs);
      driver.claim();
      for (int failover = 1; failover <= failovers; failover++) {
        faults.repeatDuring(
            failover % 2 == 0 ? hdfs::failOver : hdfs::stopActiveNameNode,
            () -> {
              driver.release();
              driver.claim();
            });
      }
      driver.commitNext();
      driver.release();

      report("failovers during claims", failovers, driver.expected());
      assertThat(driver.expected().differences()).isEmpty();
    }
  }

  @Test
  void aLivingOwnerIsFoundAliveWhileTheNameNodeIsRestarted() throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.start(files)) {
      CommittingDriver driver = driver(hdfs);
      driver.claim();
      faults.repeatDuring(
          hdfs::restartNameNode,
          () ->
              assertThatThrownBy(() -> CommittingDriver.vacancy(driver.open()))
                  .isInstanceOf(RunBusyException.class)
                  .hasMessageContaining("found that attempt 1, process 1 on host lives"));
      driver.commitNext();
      driver.release();

      assertThat(driver.expected().differences()).isEmpty();
    }
  }

  private CommittingDriver driver(MiniHdfs hdfs) {
    Storage storage = hdfs.storage();
    URI run = Storage.resolve(hdfs.directory(), "run");
    return new CommittingDriver(storage, run, random, RandomMoments.PATIENT);
  }

  private static void report(String faults, int count, ExpectedCommits commits) {
    System.out.printf(
        "seed %d: %d %s, %d checkpoints, %d results, %d claims%n",
        SEED, count, faults, commits.checkpoints(), commits.results(), commits.claims());
  }
}
