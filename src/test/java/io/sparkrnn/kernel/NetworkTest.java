package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTest {
  @Test
  void offsetsFollowTheFlatOrder() {
    Network shape = Network.elman(7, 3, List.of(5, 2), Activation.RELU, 4);
    assertThat(shape.layout().blocks())
        .containsExactly(
            new ParameterBlock("rnn0.U", Kind.INPUT_WEIGHTS, 0, 3, 5, 0),
            new ParameterBlock("rnn0.W", Kind.RECURRENT_WEIGHTS, 0, 5, 5, 15),
            new ParameterBlock("rnn0.b", Kind.BIAS, 0, 1, 5, 40),
            new ParameterBlock("rnn1.U", Kind.INPUT_WEIGHTS, 1, 5, 2, 45),
            new ParameterBlock("rnn1.W", Kind.RECURRENT_WEIGHTS, 1, 2, 2, 55),
            new ParameterBlock("rnn1.b", Kind.BIAS, 1, 1, 2, 59),
            new ParameterBlock("out.V", Kind.OUTPUT_WEIGHTS, 2, 2, 4, 61),
            new ParameterBlock("out.c", Kind.OUTPUT_BIAS, 2, 1, 4, 69));
    assertThat(shape.layout().size()).isEqualTo(73);
    assertThat(shape.parameterCount()).isEqualTo(73);
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
    assertThat(Network.elman(1, 1, List.of(40_000), Activation.TANH, 10).parameterCount())
        .isEqualTo(1_600_480_010);
  }

  private static void refused(
      int timeSteps, int inputSize, List<Integer> hidden, int classes, String found) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Network.elman(timeSteps, inputSize, hidden, Activation.TANH, classes))
        .withMessageContaining(found);
  }
}
