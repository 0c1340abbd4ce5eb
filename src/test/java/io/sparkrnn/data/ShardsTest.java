package io.sparkrnn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardsTest {
  @Test
  void areGolden() {
    assertThat(Shards.assign(IntStream.range(0, 11).toArray(), 3, 1))
        .isDeepEqualTo(new int[][] {{2, 5, 6, 8}, {4, 0, 9, 3}, {7, 1, 10}});
  }

  @ParameterizedTest
  @CsvSource({"1,1", "7,7", "60000,2", "1001,16", "257,256"})
  void holdEverySampleOnceInNearlyEqualSizes(int samples, int workers) {
    int[] training = IntStream.range(0, samples).map(i -> 3 * i).toArray();

    int[][] shards = Shards.assign(training, workers, 5);

    assertThat(shards.length).isEqualTo(workers);
    for (int[] shard : shards) {
      assertThat(shard.length).isBetween(samples / workers, (samples + workers - 1) / workers);
    }
    assertThat(Arrays.stream(shards).flatMapToInt(Arrays::stream).sorted().toArray())
        .isEqualTo(training);
  }

  @Test
  void areDealtOutOneByOne() {
    assertThat(Shards.deal(7, 3)).isDeepEqualTo(new int[][] {{0, 3, 6}, {1, 4}, {2, 5}});
    assertThat(Shards.deal(2, 2)).isDeepEqualTo(new int[][] {{0}, {1}});
    assertThatThrownBy(() -> Shards.deal(2, 3))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot divide 2 training samples among 3 workers");
  }

  @Test
  void dependOnTheSeedAndLeaveTheArgumentAlone() {
    int[] training = IntStream.range(0, 50).toArray();

    assertThat(Shards.assign(training, 2, 1)[0]).isNotEqualTo(Shards.assign(training, 2, 2)[0]);
    assertThat(training).isSorted();
  }

  @ParameterizedTest
  @CsvSource({"5,6", "5,0", "5,-1", "0,1"})
  void areNeverEmpty(int samples, int workers) {
    assertThatThrownBy(() -> Shards.assign(new int[samples], workers, 1))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot divide %d training samples among %d workers: expected 1 worker to %d, so that every one has a sample"
                .formatted(samples, workers, samples));
  }
}
