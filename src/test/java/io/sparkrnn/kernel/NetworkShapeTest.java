package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkShapeTest {
  @Test
  void offsetsFollowTheFlatOrder() {
    NetworkShape shape = new NetworkShape(7, 3, List.of(5, 2), Activation.RELU, 4);
    assertThat(shape.inputWeights(0)).isZero();
    assertThat(shape.recurrentWeights(0)).isEqualTo(15);
    assertThat(shape.bias(0)).isEqualTo(40);
    assertThat(shape.inputWeights(1)).isEqualTo(45);
    assertThat(shape.recurrentWeights(1)).isEqualTo(55);
    assertThat(shape.bias(1)).isEqualTo(59);
    assertThat(shape.outputWeights()).isEqualTo(61);
    assertThat(shape.outputBias()).isEqualTo(69);
    assertThat(shape.parameterCount()).isEqualTo(73);
    assertThat(shape.gradientRows()).isEqualTo(11);
    assertThat(shape.inputs(0)).isEqualTo(3);
    assertThat(shape.inputs(1)).isEqualTo(5);
    assertThat(shape.topUnits()).isEqualTo(2);
  }

  @Test
  void sizesThatMakeNoNetworkAreRefused() {
    refused(0, 1, List.of(1), 0, "timeSteps=0");
    refused(1, 0, List.of(1), 0, "inputSize=0");
    refused(1, 1, List.of(), 0, "hidden=[]");
    refused(1, 1, List.of(3, 0), 0, "hidden=[3, 0]");
    refused(1, 1, List.of(1), -1, "classes=-1");
  }

  @Test
  void networksWhoseParametersNoArrayHoldsAreRefused() {
    refused(1, 1, List.of(50_000), 10, "2500600010");
    // Wraps around to a small positive number in 32 bits.
    refused(1, 1, List.of(65_536), 0, "4295098368");
    refused(1, 1, List.of(40_000, 40_000), 10, "4800520010");
    assertThat(new NetworkShape(1, 1, List.of(40_000), Activation.TANH, 10).parameterCount())
        .isEqualTo(1_600_480_010);
  }

  private static void refused(
      int timeSteps, int inputSize, List<Integer> hidden, int classes, String found) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NetworkShape(timeSteps, inputSize, hidden, Activation.TANH, classes))
        .withMessageContaining(found);
  }
}
