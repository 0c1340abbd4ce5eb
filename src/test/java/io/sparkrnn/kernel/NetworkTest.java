package io.sparkrnn.kernel;

import static io.sparkrnn.kernel.Network.Reads.LAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  @Test
  void aNetworkForWhichNoArrayHasRoomIsRefusedWithItsBytes() {
    Network network = Network.elman(28, 28, List.of(30_000), Activation.TANH, 10);
    assertThatExceptionOfType(KernelUnavailableException.class)
        .isThrownBy(() -> TrainingPass.requireRoom(network, 64, 1))
        .withMessageMatching(
            "Cannot compute the network: expected at most 8,589,934,556 bytes, the most that an"
                + " array has, found 1\\d,\\d{3},\\d{3},\\d{3} for its weights, .*");
    assertThatExceptionOfType(KernelUnavailableException.class)
        .isThrownBy(() -> new TrainingPass(network, new PortableOps(), 64, 1));
    TrainingPass.requireRoom(Network.elman(28, 28, List.of(9_000), Activation.TANH, 10), 64, 1);
  }

  @Test
  void whatIsNotBuiltIsRefusedByName() {
    Network network = Network.elman(2, 3, List.of(4), Activation.TANH, 2);
    Network.Head head = network.head();
    List<Layer> both = List.of(new Layer("elman-tanh", 4, Direction.BOTH, 0));
    List<Layer> dropping = List.of(new Layer("elman-tanh", 4, Direction.FORWARD, 0.5));
    List<Layer> other = List.of(new Layer("lstm", 4, Direction.FORWARD, 0));
    refused(() -> new Network(network.input(), both, head), "BOTH");
    refused(() -> new Network(network.input(), dropping, head), "dropout=0.5");
    refused(() -> new Network(network.input(), other, head), "found lstm");
    List<Layer> mixed =
        List.of(
            new Layer("elman-tanh", 4, Direction.FORWARD, 0),
            new Layer("elman-relu", 4, Direction.FORWARD, 0));
    refused(() -> new Network(network.input(), mixed, head), "elman-tanh beside elman-relu");
    refused(
        () -> new Network(network.input(), network.layers(), new Network.Head("linear", 2, LAST)),
        "linear");
  }

  private static void refused(ThrowingCallable call, String found) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(found);
  }

  private static void refused(
      int timeSteps, int inputSize, List<Integer> hidden, int classes, String found) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Network.elman(timeSteps, inputSize, hidden, Activation.TANH, classes))
        .withMessageContaining(found);
  }
}
