package io.sparkrnn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.Proof;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints are written and read, whatever happens to data nodes in the middle of it. */
class DataNodeFailureIT {
  private static final long SEED = 20_240_608;

  private final Random random = new Random(SEED);
  private final RandomMoments faults = new RandomMoments(random);
  @TempDir private Path files;

  @Test
  void oneOfTwoDataNodesIsStopped() throws Exception {
    int writes = Proof.times(7, 1);
    int reads = Proof.times(6, 1);
    try (MiniHdfs hdfs = MiniHdfs.start(files, 2)) {
      CommittingDriver driver = driver(hdfs, RandomMoments.PATIENT);
      driver.claim();
      for (int write = 1; write <= writes; write++) {
        int index = random.nextInt(2);
        faults.repeatDuring(() -> stopAndStart(hdfs, index), driver::commitNext);
      }
      for (int read = 1; read <= reads; read++) {
        int index = random.nextInt(2);
        faults.repeatDuring(() -> stopAndStart(hdfs, index), () -> readNewest(driver));
      }
      driver.release();

      report("of two data nodes stopped", writes + reads, driver.expected());
      assertThat(driver.expected().differences()).isEmpty();
    }
  }

  @Test
  void theOnlyDataNodeIsStoppedForAMoment() throws Exception {
    int writes = Proof.times(4, 1);
    int reads = Proof.times(3, 1);
    try (MiniHdfs hdfs = MiniHdfs.start(files)) {
      CommittingDriver driver = driver(hdfs, RandomMoments.PATIENT);
      driver.claim();
      driver.commitNext();
      for (int write = 1; write <= writes; write++) {
        faults.repeatDuring(() -> stopAndStart(hdfs, 0), driver::commitNext);
      }
      for (int read = 1; read <= reads; read++) {
        faults.repeatDuring(() -> stopAndStart(hdfs, 0), () -> readNewest(driver));
      }
      driver.release();

      report("of one data node stopped", writes + reads, driver.expected());
      assertThat(driver.expected().differences()).isEmpty();
    }
  }

  @Test
  void aClaimWaitsForTheOnlyDataNode() throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.start(files)) {
      AtomicReference<Runnable> start = new AtomicReference<>(hdfs.stopDataNode(0));
      FakeClock clock = new FakeClock(() -> start.getAndSet(() -> {}).run());
      long began = clock.nanoTime();
      CommittingDriver driver = driver(hdfs, new Retry(Duration.ofMinutes(1), () -> false, clock));
      driver.claim();

      assertThat(clock.nanoTime()).isNotEqualTo(began);
      driver.commitNext();
      driver.release();
      assertThat(driver.expected().differences()).isEmpty();
    }
  }

  @Test
  void theOnlyDataNodeStaysAway() throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.start(files)) {
      FakeClock clock = new FakeClock();
      CommittingDriver driver = driver(hdfs, new Retry(Duration.ofSeconds(5), () -> false, clock));
      driver.claim();
      driver.commitNext();
      URI good = driver.store().latest().orElseThrow().location();
      Runnable start = hdfs.stopDataNode(0);
      long began = clock.nanoTime();

      assertThatThrownBy(driver::commitNext)
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("Cannot save the checkpoint of round 2: gave up trying (Cannot ")
          .hasMessageContaining("no data node has room for it or none answers (")
          .hasMessageEndingWith("; the last good checkpoint is " + Storage.describe(good));
      assertThat(Duration.ofNanos(clock.nanoTime() - began)).isEqualTo(Duration.ofMillis(7750));
      start.run();
      driver.release();
      assertThat(driver.expected().differences()).isEmpty();
    }
  }

  private static void stopAndStart(MiniHdfs hdfs, int index) {
    hdfs.stopDataNode(index).run();
  }

  private static void readNewest(CommittingDriver driver) {
    assertThat(driver.newestState()).isEqualTo(driver.state());
  }

  private CommittingDriver driver(MiniHdfs hdfs, Retry retry) {
    return new CommittingDriver(
        hdfs.storage(), Storage.resolve(hdfs.directory(), "run"), random, retry);
  }

  private static void report(String faults, int count, ExpectedCommits commits) {
    System.out.printf(
        "seed %d: %d %s, %d checkpoints, %d results%n",
        SEED, count, faults, commits.checkpoints(), commits.results());
  }
}
