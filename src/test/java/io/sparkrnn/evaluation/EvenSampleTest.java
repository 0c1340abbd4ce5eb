package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvenSampleTest {

  private static Deviation prediction(int sample, int step, int target) {
    return new Deviation(sample, step, target, sample, sample + 1, 1);
  }

  private static List<Deviation> sample(int samples, int steps, int targets, int blockSize) {
    EvenSample whole = new EvenSample();
    for (int first = 0; first < samples; first += blockSize) {
      EvenSample block = new EvenSample();
      for (int sample = first; sample < Math.min(samples, first + blockSize); sample++) {
        for (int i = 0; i < steps * targets; i++) {
          block.add(prediction(sample, i / targets, i % targets));
        }
      }
      whole.merge(block);
    }
    return whole.predictions();
  }

  @Test
  void fewAreAllKeptInTheirOrder() {
    EvenSample backwards = new EvenSample();
    IntStream.range(0, EvenSample.MOST)
        .map(i -> EvenSample.MOST - 1 - i)
        .forEach(i -> backwards.add(prediction(i, 0, 0)));
    assertThat(backwards.predictions())
        .extracting(Deviation::sample)
        .containsExactlyElementsOf(IntStream.range(0, EvenSample.MOST).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void blocksDoNotMatter(int blockSize) {
    assertThat(sample(9_000, 3, 2, blockSize))
        .isEqualTo(sample(9_000, 3, 2, 9_000))
        .hasSizeBetween(EvenSample.MOST / 2 - 10, EvenSample.MOST);
  }

  @Test
  void samplesAreEvenlySpread() {
    List<Integer> kept = sample(100_000, 1, 1, 1000).stream().map(Deviation::sample).toList();
    int widest =
        IntStream.range(1, kept.size()).map(i -> kept.get(i) - kept.get(i - 1)).max().orElseThrow();
    assertThat(widest).isLessThan(3 * 100_000 / kept.size());
  }

  /** Every k-th reading would see few of them. */
  @Test
  void allHoursOfADayAreSeenAlike() {
    long[] hours = new long[24];
    sample(24 * 2000, 1, 1, 1000).forEach(kept -> hours[kept.sample() % 24]++);
    double mean = IntStream.range(0, 24).mapToLong(hour -> hours[hour]).average().orElseThrow();
    for (long count : hours) {
      assertThat((double) count).isBetween(mean / 2, mean * 2);
    }
  }

  @Test
  void manyStepsOrTargetsOfOneSampleAreThinnedToo() {
    assertThat(sample(1, 50_000, 1, 1)).hasSizeBetween(900, EvenSample.MOST);
    assertThat(sample(1, 1, 50_000, 1)).hasSizeBetween(900, EvenSample.MOST);
  }
}
