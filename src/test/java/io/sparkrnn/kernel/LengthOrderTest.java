package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LengthOrderTest {
  private static final int TIME_STEPS = 90;

  /** Samples of lengths alone; counts how often it is asked. */
  private static final class Lengths implements MinibatchSource {
    private final int[] lengths;
    private long asked;

    Lengths(int... lengths) {
      this.lengths = lengths;
    }

    @Override
    public int length(int sample) {
      asked++;
      return lengths[sample];
    }

    @Override
    public void layOut(
        int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
      throw new UnsupportedOperationException("lengths alone");
    }
  }

  private static int[] sorted(int[] lengths) {
    return IntStream.range(0, lengths.length)
        .boxed()
        .sorted(Comparator.comparing(s -> -lengths[s]))
        .mapToInt(s -> s)
        .toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 33, 1000})
  void theLongestComeFirstElseInTheirOrder(int count) {
    LengthOrder order = new LengthOrder(TIME_STEPS, 1000);
    SplittableRandom random = new SplittableRandom(count);
    for (int attempt = 0; attempt < 20; attempt++) {
      int[] lengths = random.ints(count, 1, TIME_STEPS + 1).toArray();
      order.sort(new Lengths(lengths), count);
      assertThat(Arrays.copyOf(order.samples(), count)).isEqualTo(sorted(lengths));
      for (int place = 0; place < count; place++) {
        int sample = order.samples()[place];
        assertThat(order.group(sample)).isEqualTo(place / 32);
        assertThat(order.lane(sample)).isEqualTo(place % 32);
      }
    }
  }

  /** The largest minibatch that there may be, in the order that takes longest to sort by others. */
  @Test
  void asksForEachLengthTwice() {
    int count = 65_536;
    Lengths source =
        new Lengths(IntStream.range(0, count).map(s -> 1 + s * TIME_STEPS / count).toArray());
    LengthOrder order = new LengthOrder(TIME_STEPS, count);
    order.sort(source, count);
    assertThat(source.asked).isEqualTo(2L * count);
    assertThat(order.samples()).isEqualTo(sorted(source.lengths));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 91})
  void refusesLengthsThatANetworkDoesNotHave(int length) {
    LengthOrder order = new LengthOrder(TIME_STEPS, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> order.sort(new Lengths(1, length, 1), 3))
        .withMessage("expected a sample of 1 to 90 time steps, found " + length);
  }
}
