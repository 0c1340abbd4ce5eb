package io.sparkrnn.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlopCountTest {

  @Test
  void countsTheProductsOfOneLayer() {
    Network shape = Network.elman(3, 5, List.of(7), Activation.TANH, 11);
    FlopCount flops = new FlopCount(shape, 13);

    // Three time steps from the input, two from the state before, one output.
    assertThat(flops.forward()).isEqualTo(2 * 13 * (3 * 5 * 7 + 2 * 7 * 7 + 7 * 11));
    assertThat(flops.backward()).isEqualTo(2 * 13 * (2 * 7 * 7 + 7 * 11));
    assertThat(flops.gradient()).isEqualTo(flops.forward());
    assertThat(flops.iteration()).isEqualTo(2 * 13 * (2 * (105 + 98 + 77) + 98 + 77));
  }

  @Test
  void deltasPassEveryLayerButTheFirst() {
    Network shape = Network.elman(3, 5, List.of(7, 2), Activation.RELU, 11);
    FlopCount flops = new FlopCount(shape, 1);

    assertThat(flops.forward())
        .isEqualTo(2 * (3 * 5 * 7 + 2 * 7 * 7 + 3 * 7 * 2 + 2 * 2 * 2 + 2 * 11));
    assertThat(flops.backward()).isEqualTo(2 * (2 * 7 * 7 + 3 * 7 * 2 + 2 * 2 * 2 + 2 * 11));
  }

  @Test
  void aLargeWorkloadDoesNotOverflow() {
    Network shape = Network.elman(1000, 4096, List.of(4096), Activation.TANH, 10);

    assertThat(new FlopCount(shape, 256).forward())
        .isEqualTo(512L * (1000L * 4096 * 4096 + 999L * 4096 * 4096 + 10L * 4096));
  }

  @Test
  void gatesHaveProductsOfTheirOwn() {
    Network lstm = Workload.named("lstm-256").topology().network();
    FlopCount flops = new FlopCount(lstm, 1);

    assertThat(flops.forward()).isEqualTo(2L * (4 * (28 * 256 * 28 + 27 * 256 * 256) + 256 * 10));
    // Five times X X', A A and B X of 28 x 256 and of 256 x 256, for each gate.
    assertThat(flops.orthogonalisation())
        .isEqualTo(
            4L * 5 * 2 * (28 * 28 * 256 + 28 * 28 * 28 + 28 * 28 * 256 + 3L * 256 * 256 * 256));
  }

  @Test
  void theWorkloadsAreTheOnesDescribed() {
    assertThat(Workload.named("row-rnn-150").topology().summary())
        .isEqualTo("28 x 28 -> 150 tanh -> 10");
    assertThat(Workload.named("row-rnn-512x2").minibatchSize()).isEqualTo(128);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Workload.named("row-rnn-7"))
        .withMessageContaining("found row-rnn-7");
  }

  @Test
  void aMedianOfAnEvenNumberIsBetweenTheMiddleTwo() {
    assertThat(Measurement.median(9, 1, 2)).isEqualTo(2);
    assertThat(Measurement.median(9, 1, 2, 4)).isEqualTo(3);
  }
}
