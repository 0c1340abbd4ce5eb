package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.Mutations;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.TruncatedFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  private static final SafetensorsFile.Missing MISSING =
      new SafetensorsFile.Missing(3, Activation.RELU);

  private static ModelFile model(int inputs, List<Integer> hidden, int classes) {
    RnnTopology topology =
        new RnnTopology("some", Network.elman(5, inputs, hidden, Activation.TANH, classes));
    float[] parameters = new float[topology.parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = i * 0.5f - 3;
    }
    return new ModelFile(topology, parameters, Map.of("data", "mnist"));
  }

  private static ModelFile decode(byte[] bytes) {
    return SafetensorsFile.decode(bytes, "x.safetensors", MISSING);
  }

  /** A file of such a header, and so many bytes of ones as tensors. */
  private static byte[] file(String header, int floats) {
    byte[] json = header.replace('\'', '"').getBytes(UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + 4 * floats).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    for (int i = 0; i < floats; i++) {
      file.putFloat(i + 1);
    }
    return file.array();
  }

  private static String tensor(String name, String shape, int from, int to) {
    return "'%s':{'dtype':'F32','shape':%s,'data_offsets':[%d,%d]}"
        .formatted(name, shape, 4 * from, 4 * to);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "4, 5, 0", "3, 7, 2", "28, 150, 10"})
  void ourOwnAreReadBack(int inputs, int units, int classes) {
    for (List<Integer> hidden : List.of(List.of(units), List.of(units, units + 1, 2))) {
      ModelFile model = model(inputs, hidden, classes);
      ModelFile read = decode(SafetensorsFile.encode(model));
      assertThat(read.computesAs(model)).isTrue();
      assertThat(read.provenance()).containsEntry("data", "mnist");
    }
  }

  @Test
  void bytesAreThoseOfTheGoldenFile() throws IOException {
    try (InputStream golden = getClass().getResourceAsStream("model.safetensors")) {
      assertThat(golden).isNotNull();
      assertThat(SafetensorsFile.encode(model(2, List.of(3, 2), 2)))
          .isEqualTo(golden.readAllBytes());
    }
  }

  /**
   * Written by PyTorch and huggingface's library: {@code src/bench/python/safetensors_peer.py
   * golden}.
   */
  @Test
  void theFileOfPyTorchIsRead() throws IOException {
    try (InputStream golden = getClass().getResourceAsStream("pytorch.safetensors")) {
      assertThat(golden).isNotNull();
      ModelFile read =
          SafetensorsFile.decode(
              golden.readAllBytes(),
              "pytorch.safetensors",
              new SafetensorsFile.Missing(28, Activation.TANH));
      assertThat(read.topology().network())
          .isEqualTo(Network.elman(28, 3, List.of(2, 2), Activation.TANH, 4));
      // torch.arange over all parameters in the order of state_dict, in halves: of each layer U, W
      // and b, whose two biases are added, then V and c.
      float[] parameters = {
        0f,
        0.5f,
        1f,
        1.5f,
        2f,
        2.5f,
        3f,
        3.5f,
        4f,
        4.5f,
        5f + 6f,
        5.5f + 6.5f,
        7f,
        7.5f,
        8f,
        8.5f,
        9f,
        9.5f,
        10f,
        10.5f,
        11f + 12f,
        11.5f + 12.5f,
        13f,
        13.5f,
        14f,
        14.5f,
        15f,
        15.5f,
        16f,
        16.5f,
        17f,
        17.5f,
        18f,
        18.5f
      };
      assertThat(read.parameters()).containsExactly(parameters);
    }
  }

  @Test
  void biasesAreAddedAndMayBeMissing() {
    String header =
        "{%s,%s,%s,%s}"
            .formatted(
                tensor("net.weight_ih_l0", "[1,2]", 0, 2),
                tensor("net.weight_hh_l0", "[1,1]", 2, 3),
                tensor("net.bias_ih_l0", "[1]", 3, 4),
                tensor("net.bias_hh_l0", "[1]", 4, 5));
    assertThat(decode(file(header, 5)).parameters()).containsExactly(1, 2, 3, 4 + 5);
    assertThat(decode(file(header, 5)).topology().summary()).isEqualTo("3 x 2 -> 1 relu");
    String without =
        "{%s,%s,%s}"
            .formatted(
                tensor("weight_ih", "[1,2]", 0, 2),
                tensor("weight_hh", "[1,1]", 2, 3),
                tensor("head.weight", "[2,1]", 3, 5));
    assertThat(decode(file(without, 5)).parameters()).containsExactly(1, 2, 3, 0, 4, 5, 0, 0);
  }

  @Test
  void otherNetworksAreRefused() {
    String ih = tensor("rnn.weight_ih_l0", "[1,2]", 0, 2);
    String hh = tensor("rnn.weight_hh_l0", "[1,1]", 2, 3);
    assertRefused("{%s,%s,%s}".formatted(ih, hh, tensor("x", "[1]", 3, 4)), 4, "found x");
    assertRefused("{" + ih + "}", 2, "expected a tensor weight_hh_l0, found none");
    assertRefused(
        "{%s,%s}".formatted(ih, tensor("gru.weight_hh_l0", "[1,1]", 2, 3)),
        3,
        "found gru.weight_hh_l0 beside another of rnn.");
    for (int rows = 2; rows <= 4; rows++) {
      String wide = tensor("rnn.weight_ih_l0", "[%d,2]".formatted(rows), 0, 2 * rows);
      String tall = tensor("rnn.weight_hh_l0", "[%d,1]".formatted(rows), 2 * rows, 3 * rows);
      String found =
          switch (rows) {
            case 3 -> "found an nn.GRU: weight_hh_l0 is [3, 1]";
            case 4 -> "found an nn.LSTM: weight_hh_l0 is [4, 1]";
            default -> "expected the tensor weight_hh_l0 to be [1, 1], found [2, 1]";
          };
      assertRefused("{%s,%s}".formatted(wide, tall), 3 * rows, found);
    }
    assertRefused(
        "{%s,%s,%s}".formatted(ih, hh, tensor("rnn.weight_ih_l0_reverse", "[1,2]", 3, 5)),
        5,
        "found rnn.weight_ih_l0_reverse");
    assertRefused(
        "{%s,%s,%s,%s}"
            .formatted(
                ih, hh, tensor("a.weight", "[2,1]", 3, 5), tensor("b.weight", "[2,1]", 5, 7)),
        7,
        "found b.weight beside another of a.");
    assertRefused(
        "{%s,%s,%s}".formatted(ih, hh, tensor("fc.weight", "[2,3]", 3, 9)),
        9,
        "expected the tensor weight of the nn.Linear to be [2, 1], found [2, 3]");
    assertRefused(
        "{%s,%s,%s}".formatted(ih, hh, tensor("rnn.weight_ih", "[1,2]", 3, 5)),
        5,
        "expected one tensor weight_ih of layer 0, found rnn.weight_ih, too");
    assertRefused(
        "{%s,%s,%s}".formatted(ih, hh, tensor("x\\n".repeat(200), "[1]", 3, 4)), 4, "x?x?");
    assertRefused("{}", 0, "expected tensors of an nn.RNN, found none");
  }

  @Test
  void networksThatAreNotPlainAreRefused() {
    ModelFile plain = model(2, List.of(1), 0);
    Network network = plain.topology().network();
    Layer layer = new Layer("elman-tanh", 1, Direction.FORWARD, 0.5, Biases.ONE);
    RnnTopology other =
        new RnnTopology("x", new Network(network.input(), List.of(layer), network.head()));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SafetensorsFile.encode(new ModelFile(other, plain.parameters(), Map.of())))
        .withMessage(
            "expected plain Elman layers under a softmax, found 5 x 2 -> 1 tanh dropout 0.5");
    // Written by whom it may.
    String header =
        "{'__metadata__':{'spark-rnn.topology':'%s'},%s,%s}"
            .formatted(
                other.encode().replace("\n", "\\n"),
                tensor("rnn.weight_ih_l0", "[1,2]", 0, 2),
                tensor("rnn.weight_hh_l0", "[1,1]", 2, 3));
    assertRefused(
        header,
        3,
        "expected tensors of 5 x 2 -> 1 tanh dropout 0.5, found those of 3 x 2 -> 1 relu");
  }

  @Test
  void zipFilesAreNamed() {
    byte[] zip = "PK\u0003\u0004 and more".getBytes(UTF_8);
    assertThatThrownBy(() -> decode(zip))
        .hasMessageContaining("expected safetensors, found a zip file, as torch.save (.pt)");
  }

  @Test
  void damagedHeadersAreRefused() {
    String tensor = "'weight_ih_l0':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}";
    assertRefused("[]", 0, "a JSON object, found ARRAY");
    assertRefused("{" + tensor + "," + tensor + "}", 1, "Duplicate field");
    assertRefused("{" + tensor + "}]", 1, "in JSON");
    assertRefused("{" + tensor.replace("F32", "F16") + "}", 1, "F16", ".float()");
    assertRefused("{" + tensor.replace("[1]", "[]") + "}", 1, "a shape", "found []");
    assertRefused("{" + tensor.replace("[1]", "[-1]") + "}", 1, "sizes of at least 1");
    assertRefused("{" + tensor.replace("[1]", "[65536,65537]") + "}", 1, "[65536, 65537], found 4");
    assertRefused("{" + tensor.replace("[1]", "[2]") + "}", 1, "expected 8 bytes", "[2], found 4");
    assertRefused("{" + tensor.replace("[0,4]", "[4,8]") + "}", 2, "from byte 0 of the data on");
    assertRefused("{" + tensor.replace("[0,4]", "[0,-4]") + "}", 1, "data_offsets");
    assertRefused("{" + tensor.replace("[0,4]", "[0,4.5]") + "}", 1, "data_offsets");
    assertRefused("{" + tensor + "}", 2, "expected 4 bytes of tensors, found 8");
    assertRefused("{" + tensor + "}", 0, "expected at least");
    assertThatThrownBy(() -> decode(new byte[7])).isInstanceOf(TruncatedFileException.class);
    assertThatThrownBy(() -> decode(new byte[] {9, 0, 0, 0, 0, 0, 0, 0, '{'}))
        .isInstanceOf(TruncatedFileException.class);
    byte[] endless = new byte[16];
    Arrays.fill(endless, (byte) -1);
    assertThatThrownBy(() -> decode(endless)).hasMessageContaining("found a length of -1");
  }

  private static void assertRefused(String header, int floats, String... words) {
    assertThatThrownBy(() -> decode(file(header, floats)))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith("Cannot read x.safetensors: expected ")
        .satisfies(e -> assertThat(e.getMessage()).contains(words).hasSizeLessThan(400));
  }

  /** There are no checksums, so damage may pass; it never does anything but that. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whateverTheDamageItIsAModelOrRefused(long seed) {
    Mutations mutations = new Mutations(seed);
    byte[] original = SafetensorsFile.encode(model(2, List.of(3, 2), 2));
    byte[] other = SafetensorsFile.encode(model(4, List.of(5), 0));
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] damaged = mutations.damage(original, other);
      try {
        assertThat(decode(damaged).parameters()).isNotEmpty();
      } catch (FormatException e) {
        assertThat(e).hasMessageStartingWith("Cannot read x.safetensors: ");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1_000);
  }
}
