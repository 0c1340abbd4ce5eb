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
}
