package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in a file beyond what onnxruntime computes with it. */
class OnnxFileTest {
  @Test
  void holdsOnlyTensorsThatItUses() {
    assertThat(encoded(4)).contains("first").doesNotContain("second");
    assertThat(encoded(4, 3)).contains("first", "second");
  }

  @ParameterizedTest
  @CsvSource({"model.onnx, some, TANH, 2, 3 2", "model-one-layer.onnx, one, RELU, 3, 4"})
  void bytesOfPlainNetworksAreThoseOfTheGoldenFiles(
      String file, String name, Activation activation, int classes, String hidden)
      throws IOException {
    List<Integer> units = Arrays.stream(hidden.split(" ")).map(Integer::valueOf).toList();
    RnnTopology topology = new RnnTopology(name, Network.elman(5, 2, units, activation, classes));
    float[] parameters = new float[topology.parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = i * 0.5f - 3;
    }
    ModelFile model = new ModelFile(topology, parameters, Map.of("data", "mnist"));
    try (InputStream golden = getClass().getResourceAsStream(file)) {
      assertThat(golden).isNotNull();
      assertThat(OnnxFile.encode(model, "1")).isEqualTo(golden.readAllBytes());
    }
  }

  private static String encoded(Integer... hidden) {
    RnnTopology topology =
        new RnnTopology("small", Network.elman(3, 2, List.of(hidden), Activation.TANH, 2));
    float[] parameters = new float[topology.parameterCount()];
    return new String(
        OnnxFile.encode(new ModelFile(topology, parameters, Map.of()), "0"), ISO_8859_1);
  }
}
