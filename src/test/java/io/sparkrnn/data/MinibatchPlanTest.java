package io.sparkrnn.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MinibatchPlanTest {
  @Test
  void isGolden() {
    assertThat(MinibatchPlan.order(1, 0, 0, 8)).containsExactly(1, 2, 7, 4, 5, 6, 0, 3);
    assertThat(MinibatchPlan.order(1, 0, 1, 8)).containsExactly(1, 4, 7, 0, 3, 5, 2, 6);
    assertThat(MinibatchPlan.order(1, 1, 0, 8)).containsExactly(5, 6, 7, 0, 1, 3, 2, 4);
  }

  @Test
  void takesEverySampleOnce() {
    assertThat(MinibatchPlan.order(9, 4, 2, 1337))
        .containsExactlyInAnyOrder(IntStream.range(0, 1337).toArray());
  }

  @Test
  void dependsOnTheSeed() {
    assertThat(MinibatchPlan.order(1, 0, 0, 100)).isNotEqualTo(MinibatchPlan.order(2, 0, 0, 100));
  }

  @Test
  void samplesOfLikeLengthShareMinibatches() {
    SequenceDataset shard = ragged(1_000);
    int[] plain = MinibatchPlan.order(3, 1, 0, shard, 32, 0);
    int[] order = MinibatchPlan.order(3, 1, 0, shard, 32, 8);

    assertThat(plain).isEqualTo(MinibatchPlan.order(3, 1, 0, shard.size()));
    assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, 1_000).toArray());
    assertThat(order).isEqualTo(MinibatchPlan.order(3, 1, 0, shard, 32, 8));
    assertThat(padded(shard, order)).isLessThan(total(shard) * 12 / 10);
    assertThat(padded(shard, plain)).isGreaterThan(total(shard) * 15 / 10);
    // Whoever comes first must not be the shortest, or training would see lengths in their order.
    int[] firsts = IntStream.range(0, 8).map(k -> shard.length(order[32 * k])).toArray();
    assertThat(firsts).isNotEqualTo(IntStream.of(firsts).sorted().toArray());
    // The short minibatch is the last one.
    assertThat(order).hasSize(31 * 32 + 8);
  }

  @Test
  void samplesOfEqualLengthKeepTheirOrder() {
    SequenceDataset shard = SequenceDataset.ofFloats(new float[40], new int[20], 2, 1, 2);

    assertThat(MinibatchPlan.order(3, 1, 0, shard, 4, 8))
        .isEqualTo(MinibatchPlan.order(3, 1, 0, 20));
  }

  private static SequenceDataset ragged(int samples) {
    int[] lengths = IntStream.range(0, samples).map(i -> 1 + i * 7919 % 97).toArray();
    return SequenceColumns.ofLengths(lengths)
        .dense(new float[IntStream.of(lengths).sum()], 1, Missing.REFUSE)
        .labels(new int[samples], 2, Readings.ONE)
        .dataset();
  }

  private static int total(SequenceDataset shard) {
    return IntStream.range(0, shard.size()).map(shard::length).sum();
  }

  /** Time steps of minibatches whose samples are all padded to the longest of them. */
  private static int padded(SequenceDataset shard, int[] order) {
    int steps = 0;
    for (int first = 0; first < order.length; first += 32) {
      int end = Math.min(order.length, first + 32);
      int longest =
          IntStream.range(first, end).map(i -> shard.length(order[i])).max().orElseThrow();
      steps += longest * (end - first);
    }
    return steps;
  }
}
