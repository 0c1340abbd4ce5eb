package io.sparkrnn.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.sparkrnn.kernel.GeneralMinibatch;
import io.sparkrnn.kernel.GeneralMinibatch.Varied;
import io.sparkrnn.kernel.GeneralNetworks;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What ONNX Runtime makes of our files is what our kernels make of the parameters. */
class OnnxNetworkTest {
  private static final int SAMPLES = 7;

  /** Of sums of at most 26 products, over 9 time steps. */
  private static final double TOLERANCE = 5e-6;

  static Stream<Network> networks() {
    Network staticsAlone =
        new Network(
            new Input(4, 0, List.of(), 3, Join.EVERY_STEP),
            List.of(new Layer("gru", 5)),
            new Head(Loss.softmax(), 3, Reads.MEAN));
    return Stream.concat(GeneralNetworks.all().stream(), Stream.of(staticsAlone));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void onnxRuntimeComesToOurOutputs(Network network) throws OrtException {
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, SAMPLES, 3, Varied.LENGTHS);
    ModelFile model =
        new ModelFile(new RnnTopology("any", network), minibatch.parameters(), Map.of());
    float[] found = OnnxOutputs.onnxRuntime(OnnxFile.encode(model, "1"), minibatch, 1, 0);
    float[] ours = OnnxOutputs.ours(minibatch);
    boolean isRate = network.head().loss() instanceof Loss.Poisson;
    double largest = 0;
    for (int i = 0; i < ours.length; i++) {
      if (!Float.isNaN(ours[i])) {
        double expected = isRate ? Math.exp(ours[i]) : ours[i];
        largest = Math.max(largest, Math.abs(found[i] - expected) / Math.max(1, expected));
      }
    }
    assertThat(largest).isLessThan(TOLERANCE);
  }

  /** Inputs are as a table has them, and so is what the graph gives. */
  @ParameterizedTest
  @EnumSource(Direction.class)
  void scalesAreInTheGraph(Direction direction) throws OrtException {
    Loss quantiles = new Loss.Quantile(List.of(0.1, 0.9));
    Network network =
        GeneralNetworks.of("lstm", direction, Reads.EVERY, quantiles, 0, new Input(9, 3));
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, SAMPLES, 3, Varied.LENGTHS);
    TargetScale targets = new TargetScale(List.of(3.0, 1.0), List.of(2.0, 0.5), true);
    Preparation preparation =
        new Preparation(
            List.of("a", "b", "c"),
            new ChannelScale(List.of(1.0, 1.0, 1.0), List.of(4.0, 4.0, 4.0)),
            Map.of(),
            Vocabulary.NONE,
            List.of(),
            targets);
    ModelFile model =
        new ModelFile(
            new RnnTopology("any", network),
            minibatch.parameters(),
            Map.of(),
            Optional.of(preparation));
    float[] found = OnnxOutputs.onnxRuntime(OnnxFile.encode(model, "1"), minibatch, 4, 1);
    float[] ours = OnnxOutputs.ours(minibatch);
    for (int i = 0; i < ours.length; i++) {
      if (!Float.isNaN(ours[i])) {
        double expected = targets.original(i % network.classes() / 2, ours[i]);
        assertThat(Math.abs(found[i] - expected)).isLessThan(1e-5 * Math.max(1, expected));
      }
    }
  }
}
