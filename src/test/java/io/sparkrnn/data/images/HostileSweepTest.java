package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The sweep reports readers with planted faults. */
class HostileSweepTest {
  private static final long SEED = 1;
  // The first file of this seed that only a JVM with little memory refuses comes later.
  private static final int FILES = 20;

  @Test
  void theReaderPasses() {
    assertThat(HostileSweep.of(SEED, FILES, HostileSweep::read).failures).isEmpty();
  }

  @Test
  void contentOfDamagedFilesIsReported() {
    assertReported(
        (kind, in, where) -> {
          try {
            return HostileSweep.read(kind, in, where);
          } catch (DataException e) {
            return new IdxFile(kind, where, new int[] {1, 1, 1}, new byte[1], "");
          }
        },
        "wrong content");
  }

  @Test
  void contentOfOtherFilesIsReported() {
    assertReported(
        (kind, in, where) -> {
          IdxFile file = HostileSweep.read(kind, in, where);
          file.values()[0]++;
          return file;
        },
        "wrong content");
  }

  @Test
  void otherExceptionsAreReported() {
    assertReported(
        (kind, in, where) -> {
          throw new IOException(where + ": expected no exception, found one at byte 0");
        },
        "wrong exception");
    assertReported(
        (kind, in, where) -> {
          throw new StackOverflowError();
        },
        "wrong exception");
  }

  @Test
  void messagesWithoutFileOrByteAreReported() {
    assertReported(
        (kind, in, where) -> {
          throw new DataException("Cannot read a file: expected a file, found none at byte 0");
        },
        "wrong message");
    assertReported(
        (kind, in, where) -> {
          throw new DataException("Cannot read " + where + ": expected a file, found none");
        },
        "wrong message");
  }

  @Test
  void aSecondOfCpuTimeIsReported() {
    HostileSweep sweep = HostileSweep.of(SEED, 1, HostileSweepTest::readSlowly);

    assertThat(sweep.failures)
        .singleElement()
        .asString()
        .matches("/data/hostile-0 took \\d+ ms of CPU time");
  }

  private static IdxFile readSlowly(IdxKind kind, InputStream in, String where) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long end = threads.getCurrentThreadCpuTime() + TimeUnit.SECONDS.toNanos(1);
    while (threads.getCurrentThreadCpuTime() < end) {
      Thread.onSpinWait();
    }
    return HostileSweep.read(kind, in, where);
  }

  private static void assertReported(HostileSweep.Reader reader, String outcome) {
    HostileSweep sweep = HostileSweep.of(SEED, FILES, reader);

    assertThat(sweep.outcomes).containsKey(outcome);
    assertThat(sweep.failures).hasSize(sweep.outcomes.get(outcome));
  }
}
