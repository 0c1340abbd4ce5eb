package io.sparkrnn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.Proof;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.IntFunction;
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
    try (MiniHdfs hdfs = MiniHdfs.start(files)) {
      disturb(
          hdfs,
          "restarts",
          Proof.times(25, 1),
          restart -> hdfs::restartNameNode,
          NameNodeFailureIT::commit);
    }
  }

  @Test
  void commitsWhileTheNameNodeFailsOver() throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.startHighlyAvailable(files)) {
      disturb(
          hdfs,
          "failovers",
          Proof.times(25, 1),
          failover -> failover % 2 == 0 ? hdfs::failOver : hdfs::stopActiveNameNode,
          NameNodeFailureIT::commit);
    }
  }

  private static void commit(CommittingDriver driver) {
    driver.commitNext();
    assertThat(driver.newestState()).isEqualTo(driver.state());
  }

  @Test
  void claimsWhileTheNameNodeFailsOver() throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.startHighlyAvailable(files)) {
      disturb(
          hdfs,
          "failovers during claims",
          Proof.times(10, 1),
          failover -> failover % 2 == 0 ? hdfs::failOver : hdfs::stopActiveNameNode,
          driver -> {
            driver.release();
            driver.claim();
          });
    }
  }

  /** Lets a driver do the same again and again while something happens, for so many times. */
  private void disturb(
      MiniHdfs hdfs,
      String what,
      int times,
      IntFunction<Runnable> faultOf,
      Consumer<CommittingDriver> step) {
    CommittingDriver driver = driver(hdfs);
    driver.claim();
    for (int time = 1; time <= times; time++) {
      faults.repeatDuring(faultOf.apply(time), () -> step.accept(driver));
    }
    driver.commitNext();
    driver.release();

    ExpectedCommits commits = driver.expected();
    System.out.printf(
        "seed %d: %d %s, %d checkpoints, %d results, %d claims%n",
        SEED, times, what, commits.checkpoints(), commits.results(), commits.claims());
    assertThat(commits.differences()).isEmpty();
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
}
