package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.export.SafetensorsFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that PyTorch wrote compute here what they compute there. */
class TorchFileTest {
  /** Sums in float beside sums in double. */
  private static final double TOLERANCE = 1e-6;

  @ParameterizedTest
  @CsvSource({
    "rnn, 6 x 2 -> 4 tanh -> 3",
    "rnn-both, 6 x 2 -> 4 relu both -> 4 relu both -> mean -> 3",
    "lstm, 6 x 0 + 5 ids as 3 -> lstm 4 two biases -> lstm 4 two biases -> 3",
    "lstm-both, 6 x 2 -> lstm 4 both two biases -> lstm 4 both two biases -> 3",
    "lstm-unbiased, 6 x 2 -> lstm 4 -> max -> 3",
    "lstm-brain, 6 x 2 -> lstm 4 two biases -> 3",
    "lstm-double, 6 x 2 -> lstm 4 two biases -> 3",
    "gru, 6 x 2 + 5 ids as 2 -> gru 4 -> gru 4 -> every step -> 3",
    "gru-both, 6 x 2 -> gru 4 both -> max -> 3",
    "gru-unbiased, 6 x 2 -> gru 4 -> 3",
    "gru-half, 6 x 2 -> gru 4 -> 3"
  })
  void aModelOfPyTorchIsTheSameHere(String name, String summary) throws Exception {
    TorchFile torch = TorchFile.read(file(name));

    assertThat(torch.model().topology().summary()).isEqualTo(summary);
    assertThat(torch.furthest(new PortableOps())).isLessThan(TOLERANCE);
  }

  private static Path file(String name) throws URISyntaxException {
    return Path.of(SafetensorsFile.class.getResource("torch-" + name + ".safetensors").toURI());
  }
}
