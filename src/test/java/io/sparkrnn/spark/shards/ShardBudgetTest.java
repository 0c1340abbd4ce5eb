package io.sparkrnn.spark.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.ShardsChoice;
import io.sparkrnn.storage.StorageException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardBudgetTest {
  // Bytes, workers, executors, bytes that each may cache.
  @ParameterizedTest
  @CsvSource({
    "100, 2, 1, 200, false",
    "100, 2, 1, 199, true",
    "100, 2, 2, 100, false",
    "100, 2, 2, 99, true",
    // Two of three workers are on one executor.
    "300, 3, 2, 400, false",
    "300, 3, 2, 399, true",
    // The fourth executor has none.
    "300, 3, 4, 200, false",
    "300, 3, 4, 199, true",
    // More than an array holds.
    "8589934588, 1, 1, 90000000000, true",
    "8589934588, 2, 1, 90000000000, false"
  })
  void autoIsDiskWhereTwoCopiesDoNotFitIntoWhatAnExecutorMayCache(
      long bytes, int workers, int executors, long cacheBytes, boolean onDisk) {
    ShardBudget budget = new ShardBudget(bytes, workers, executors, executors, cacheBytes);
    assertThat(budget.onDisk(ShardsChoice.AUTO)).isEqualTo(onDisk);
    assertThat(budget.onDisk(ShardsChoice.DISK)).isTrue();
    assertThat(budget.onDisk(ShardsChoice.MEMORY)).isFalse();
  }

  @Test
  void disksThatAreTooSmallAreRefusedWithBytes() {
    ShardBudget budget = new ShardBudget(5000, 4, 4, 2, 0);
    assertThatCode(() -> budget.requireDisks(Map.of("a", 4000L, "b", 11_000L)))
        .doesNotThrowAnyException();
    // A machine that was not asked is like those that were.
    assertThatCode(() -> budget.requireDisks(Map.of("a", 7500L))).doesNotThrowAnyException();
    assertThatThrownBy(() -> budget.requireDisks(Map.of("a", 4000L, "b", 10_999L)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "Cannot keep samples in Spark's local directories (spark.local.dir) of 2 machine(s): expected 15,000 bytes to be free, found 14,999");
  }
}
