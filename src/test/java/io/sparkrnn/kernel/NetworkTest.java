package io.sparkrnn.kernel;

import static io.sparkrnn.kernel.Network.Reads.LAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
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
    assertThat(shape.read()).isEqualTo(2);
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
  void whatCannotBeIsRefusedByName() {
    Network network = Network.elman(2, 3, List.of(4), Activation.TANH, 2);
    Network.Head head = network.head();
    refused(() -> of("graves-lstm", 0, Biases.ONE, head), "found graves-lstm");
    refused(() -> of("lstm", 1, Biases.ONE, head), "below 1, found 1.0");
    refused(() -> of("gru", 0, Biases.ONE, head), "two biases for a layer of gru, found one");
    Loss weighted = new Loss.Softmax(0, List.of(1f, 2f, 3f));
    refused(
        () -> of("lstm", 0, Biases.ONE, new Head(weighted, 2, LAST)),
        "a weight for each of 2 classes, found 3");
    Loss quantiles = new Loss.Quantile(List.of(0.1, 0.9));
    refused(
        () -> of("lstm", 0, Biases.ONE, new Head(quantiles, 3, LAST)),
        "outputs for each of 2 quantiles, found 3");
    Input wide = new Input(2, Integer.MAX_VALUE, List.of(), 1, Join.EVERY_STEP);
    refused(() -> new Network(wide, network.layers(), head), "found 2147483648");
    refused(() -> new Loss.Quantile(List.of(1.0)), "found [1.0]");
    refused(() -> new Loss.Huber(0), "found 0.0");
    refused(() -> new Loss.Softmax(1, List.of()), "found 1.0");
    refused(() -> new Loss.Softmax(0, List.of(-1f)), "found -1.0");
    refused(
        () ->
            new Network(
                new Input(2, 0, List.of(new Embedding(5, 3, 5)), 0, Join.HEAD),
                network.layers(),
                head),
        "padding=5");
  }

  private static Network of(String cell, double dropout, Biases biases, Head head) {
    List<Layer> layers = List.of(new Layer(cell, 4, Direction.FORWARD, dropout, biases));
    return new Network(new Input(2, 3), layers, head);
  }

  @Test
  void laysOutCellsDirectionsAndEmbeddings() {
    Network network =
        new Network(
            new Input(5, 2, List.of(new Embedding(7, 3, 0)), 4, Join.EVERY_STEP),
            List.of(
                new Layer("lstm", 2, Direction.BOTH, 0, Biases.TWO),
                new Layer("gru", 3, Direction.BACKWARD, 0, Biases.TWO)),
            new Head(new Loss.Squared(), 1, Network.Reads.EVERY));
    assertThat(network.layout().blocks())
        .extracting(ParameterBlock::name, ParameterBlock::rows, ParameterBlock::columns)
        .containsExactly(
            tuple("embedding.E", 3, 7),
            tuple("lstm0.U", 9, 8),
            tuple("lstm0.W", 2, 8),
            tuple("lstm0.b", 1, 8),
            tuple("lstm0.bh", 1, 8),
            tuple("lstm0.reverse.U", 9, 8),
            tuple("lstm0.reverse.W", 2, 8),
            tuple("lstm0.reverse.b", 1, 8),
            tuple("lstm0.reverse.bh", 1, 8),
            tuple("gru1.U", 4, 9),
            tuple("gru1.W", 3, 9),
            tuple("gru1.b", 1, 9),
            tuple("gru1.bh", 1, 9),
            tuple("out.V", 3, 1),
            tuple("out.c", 1, 1));
    assertThat(network.parameterCount()).isEqualTo(network.layout().size());
    assertThat(network.canCarryState()).isFalse();
    assertThat(network.isPlain()).isFalse();
  }

  @Test
  void plainNetworksAreWhatElmanMakes() {
    Network plain = Network.elman(2, 3, List.of(4), Activation.TANH, 2);
    assertThat(plain.isPlain()).isTrue();
    assertThat(of("elman-tanh", 0, Biases.ONE, plain.head())).isEqualTo(plain);
    assertThat(of("elman-tanh", 0.5, Biases.ONE, plain.head()).isPlain()).isFalse();
    assertThat(of("elman-tanh", 0, Biases.TWO, plain.head()).isPlain()).isFalse();
    assertThat(of("lstm", 0, Biases.ONE, plain.head()).isPlain()).isFalse();
    Input ids = new Input(2, 0, List.of(new Embedding(5, 3, 0)), 0, Join.EVERY_STEP);
    assertThat(new Network(ids, plain.layers(), plain.head()).isPlain()).isFalse();
  }

  @Test
  void usualLayersHaveTheBiasesThatTheirCellsNeed() {
    assertThat(new Layer("lstm", 4))
        .isEqualTo(new Layer("lstm", 4, Direction.FORWARD, 0, Biases.ONE));
    assertThat(new Layer("gru", 4))
        .isEqualTo(new Layer("gru", 4, Direction.FORWARD, 0, Biases.TWO));
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
