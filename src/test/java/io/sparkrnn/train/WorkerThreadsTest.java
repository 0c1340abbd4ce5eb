package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerThreadsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 9})
  void everyElementIsCoveredOnceByRangesOfWholeGrains(int count) {
    try (WorkerThreads threads = new WorkerThreads(count)) {
      for (int grain : new int[] {1, 16}) {
        for (int total : new int[] {1, 2, 5, 16, 32, 48, 64, 160, 170, 211}) {
          AtomicIntegerArray covered = new AtomicIntegerArray(total);
          AtomicInteger ranges = new AtomicInteger();
          AtomicInteger uneven = new AtomicInteger();
          threads.split(
              total,
              grain,
              (from, to) -> {
                ranges.incrementAndGet();
                if (from % grain != 0 || (to % grain != 0 && to != total) || from >= to) {
                  uneven.incrementAndGet();
                }
                for (int i = from; i < to; i++) {
                  covered.incrementAndGet(i);
                }
              });
          for (int i = 0; i < total; i++) {
            assertThat(covered.get(i)).isEqualTo(1);
          }
          assertThat(uneven).hasValue(0);
          assertThat(ranges).hasValue(Math.min(count, (total + grain - 1) / grain));
        }
      }
    }
  }

  @Test
  void aFailureOfAnotherThreadIsPassedOn() {
    try (WorkerThreads threads = new WorkerThreads(3)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  threads.split(
                      3,
                      1,
                      (from, to) -> {
                        if (from == 2) {
                          throw new ArithmeticException("part 2");
                        }
                      }))
          .withMessageContaining("part 2")
          .withCauseInstanceOf(ArithmeticException.class);
      assertThatExceptionOfType(ArithmeticException.class)
          .isThrownBy(
              () ->
                  threads.split(
                      3,
                      1,
                      (from, to) -> {
                        if (from == 0) {
                          throw new ArithmeticException("part 0");
                        }
                      }));
    }
  }
}
