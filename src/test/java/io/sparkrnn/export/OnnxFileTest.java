package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.model.RnnTopology;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is in a file beyond what onnxruntime computes with it. */
class OnnxFileTest {
  @Test
  void holdsOnlyTensorsThatItUses() {
    assertThat(encoded(4)).contains("first").doesNotContain("second");
    assertThat(encoded(4, 3)).contains("first", "second");
  }

  @Test
  void networksThatAreNotPlainAreRefused() {
    Network plain = Network.elman(3, 2, List.of(4), Activation.TANH, 2);
    Network lstm = new Network(plain.input(), List.of(new Layer("lstm", 4)), plain.head());
    ModelFile model = new ModelFile(new RnnTopology("x", lstm), new float[0], Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnnxFile.encode(model, "0"))
        .withMessage("expected plain Elman layers under a softmax, found 3 x 2 -> lstm 4 -> 2");
  }

  private static String encoded(Integer... hidden) {
    RnnTopology topology =
        new RnnTopology("small", Network.elman(3, 2, List.of(hidden), Activation.TANH, 2));
    float[] parameters = new float[topology.parameterCount()];
    return new String(
        OnnxFile.encode(new ModelFile(topology, parameters, Map.of()), "0"), ISO_8859_1);
  }
}
