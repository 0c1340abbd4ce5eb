package io.sparkrnn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetSplitTest {
  @Test
  void isGolden() {
    DatasetSplit split = DatasetSplit.of(samples(20), 5, 1);

    assertThat(split.validation()).containsExactly(1, 7, 10, 12, 19);
    assertThat(split.training())
        .containsExactly(0, 2, 3, 4, 5, 6, 8, 9, 11, 13, 14, 15, 16, 17, 18);
  }

  @Test
  void holdsEverySampleOnce() {
    DatasetSplit split = DatasetSplit.of(samples(1001), 333, 42);

    assertThat(split.validation()).hasSize(333).isSorted();
    assertThat(split.training()).hasSize(668).isSorted();
    assertThat(
            IntStream.concat(IntStream.of(split.training()), IntStream.of(split.validation()))
                .sorted()
                .toArray())
        .isEqualTo(IntStream.range(0, 1001).toArray());
  }

  @Test
  void dependsOnTheSeed() {
    assertThat(DatasetSplit.of(samples(1001), 333, 1).validation())
        .isNotEqualTo(DatasetSplit.of(samples(1001), 333, 2).validation());
  }

  @Test
  void mayHoldOutNothing() {
    DatasetSplit split = DatasetSplit.of(samples(3), 0, 1);

    assertThat(split.validation()).isEmpty();
    assertThat(split.training()).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 20, 21})
  void leavesSomethingToTrainOn(int validation) {
    assertThatThrownBy(() -> DatasetSplit.of(samples(20), validation, 1))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot hold out validation samples: expected 0 to 19 of the 20 training samples, found "
                + validation);
  }

  private static SequenceDataset samples(int count) {
    return SequenceDataset.ofBytes(new byte[count], new byte[count], 1, 1, 10);
  }
}
