package io.sparkrnn.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskCpusTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "local, 2, 1",
        "local[1], 2, 1",
        "local[2], 2, 2",
        "\"local[4,3]\", 2, 2",
        "\"local[ 1 , 3 ]\", 2, 1",
        "local[8], 1, 1",
        "\"local-cluster[2,1,1024]\", 2, 2",
        "spark://host:7077, 16, 16",
        "yarn, 3, 3",
      })
  void aTaskCountsItsThreadsButInLocalModeNotMoreThanThereAreCores(
      String master, int threads, int cpus) {
    assertThat(TaskCpus.of(master, threads)).isEqualTo(cpus);
  }

  @Test
  void everyCoreIsThisMachines() {
    int cores = Runtime.getRuntime().availableProcessors();

    assertThat(TaskCpus.of("local[*]", cores + 1)).isEqualTo(cores);
    assertThat(TaskCpus.of("local[*]", 1)).isEqualTo(1);
  }
}
