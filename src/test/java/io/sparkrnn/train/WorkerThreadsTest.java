package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerThreadsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 9})
  void everyPartRunsOnceBeforeTheTaskIsDone(int count) {
    try (WorkerThreads threads = new WorkerThreads(count)) {
      for (int turn = 0; turn < 2_000; turn++) {
        int parts = turn % 11 + 1;
        AtomicIntegerArray runs = new AtomicIntegerArray(parts);
        threads.run(parts, runs::incrementAndGet);
        for (int part = 0; part < parts; part++) {
          assertThat(runs.get(part)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void threadsThatSleepAreWoken() {
    try (WorkerThreads threads = new WorkerThreads(2)) {
      for (int turn = 0; turn < 20; turn++) {
        LockSupport.parkNanos(2_000_000);
        AtomicInteger arrived = new AtomicInteger();
        // Each part waits for the other, so one thread alone would never come to an end.
        threads.run(
            2,
            part -> {
              arrived.incrementAndGet();
              while (arrived.get() < 2) {
                Thread.onSpinWait();
              }
            });
        assertThat(arrived).hasValue(2);
      }
    }
  }

  @Test
  void anInterruptIsPassedOnWhenAllPartsAreDone() {
    try (WorkerThreads threads = new WorkerThreads(2)) {
      Thread caller = Thread.currentThread();
      AtomicInteger arrived = new AtomicInteger();
      AtomicInteger done = new AtomicInteger();
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  threads.run(
                      2,
                      part -> {
                        arrived.incrementAndGet();
                        while (arrived.get() < 2) {
                          Thread.onSpinWait();
                        }
                        if (Thread.currentThread() != caller) {
                          caller.interrupt();
                        }
                        done.incrementAndGet();
                      }))
          .withMessageContaining("interrupted");
      assertThat(done).hasValue(2);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aFailureIsPassedOnWhenAllPartsAreDone(int failing) {
    try (WorkerThreads threads = new WorkerThreads(3)) {
      AtomicInteger done = new AtomicInteger();
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  threads.run(
                      3,
                      part -> {
                        if (part == failing) {
                          throw new ArithmeticException("part " + part);
                        }
                        done.incrementAndGet();
                      }))
          .withMessageContaining("part " + failing)
          .withCauseInstanceOf(ArithmeticException.class);
      assertThat(done).hasValue(2);
      assertThatExceptionOfType(OutOfMemoryError.class)
          .isThrownBy(
              () ->
                  threads.run(
                      3,
                      part -> {
                        throw new OutOfMemoryError("part " + part);
                      }));
      threads.run(3, part -> done.incrementAndGet());
      assertThat(done).hasValue(5);
    }
  }
}
