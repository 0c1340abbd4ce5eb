package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.sparkrnn.Mutations;
import io.sparkrnn.Proof;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.GeneralNetworks;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Embedding;
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
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.TruncatedFileException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  private static final SafetensorsFile.Missing MISSING =
      new SafetensorsFile.Missing(3, Activation.RELU);

  private static ModelFile model(int inputs, List<Integer> hidden, int classes) {
    RnnTopology topology =
        new RnnTopology("some", Network.elman(5, inputs, hidden, Activation.TANH, classes));
    return new ModelFile(topology, counted(topology.parameterCount()), Map.of("data", "mnist"));
  }

  private static float[] counted(int count) {
    float[] parameters = new float[count];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = i * 0.5f - 3;
    }
    return parameters;
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
    assertRefused(
        "{%s,%s}"
            .formatted(
                tensor("rnn.weight_ih_l0", "[2,2]", 0, 4),
                tensor("rnn.weight_hh_l0", "[2,1]", 4, 6)),
        6,
        "expected the tensor weight_hh_l0 to be [1, 1], found [2, 1]");
    assertRefused(
        "{%s,%s,%s}".formatted(ih, hh, tensor("rnn.weight_ih_l0_reverse", "[1,2]", 3, 5)),
        5,
        "expected a tensor weight_hh_l0_reverse, found none");
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
    assertRefused("{}", 0, "expected tensors of an nn.RNN, nn.LSTM or nn.GRU, found none");
  }

  @Test
  void whatNoNetworkOfOursIsIsRefusedByName() {
    String ih = tensor("rnn.weight_ih_l0", "[4,2]", 0, 8);
    String hh = tensor("rnn.weight_hh_l0", "[4,1]", 8, 12);
    String lstm = "{" + ih + "," + hh + ",";
    assertRefused(
        lstm + tensor("rnn.weight_hr_l0", "[1,1]", 12, 13) + "}",
        13,
        "expected an nn.LSTM without proj_size, found its tensor rnn.weight_hr_l0");
    assertRefused(
        lstm
            + tensor("rnn.weight_ih_l1", "[3,1]", 12, 15)
            + ","
            + tensor("rnn.weight_hh_l1", "[3,1]", 15, 18)
            + "}",
        18,
        "expected layers of one kind, found weight_hh_l1 [3, 1] of gru above one of lstm");
    assertRefused(
        lstm + tensor("gru.weight_ih_l0", "[3,2]", 12, 18) + "}",
        18,
        "found gru.weight_ih_l0 beside another of rnn.");
    assertRefused(
        lstm + tensor("norm.running_mean", "[1]", 12, 13) + "}", 13, "found norm.running_mean");
    assertRefused(
        lstm + tensor("emb.weight", "[2,3]", 12, 18) + "}",
        18,
        "expected an nn.Embedding of at most 2 values, which weight_ih_l0 reads, found one of [2, 3]");
    assertRefused(
        lstm
            + tensor("embedding1.weight", "[2,1]", 12, 14)
            + ","
            + tensor("embedding2.weight", "[2,1]", 14, 16)
            + "}",
        16,
        "at most one nn.Linear and one nn.Embedding, found embedding1.weight and embedding2.weight");
    assertRefused(
        lstm + tensor("rnn.weight_ih_l2", "[4,1]", 12, 16) + "}",
        16,
        "expected a tensor weight_hh_l1, found none");
    assertRefused(
        lstm + tensor("rnn.bias_ih_l0_reverse", "[4]", 12, 16) + "}",
        16,
        "expected a tensor weight_ih_l0_reverse, found none");
    assertRefused(
        lstm + tensor("fc.bias", "[2]", 12, 14) + "}",
        14,
        "expected a tensor weight of the nn.Linear, found none");
    assertRefused(
        "{"
            + tensor("rnn.weight_ih_l0", "[4]", 0, 4)
            + ","
            + tensor("rnn.weight_hh_l0", "[4,1]", 4, 8)
            + "}",
        8,
        "expected the tensor weight_ih_l0 to be a matrix, found [4]");
  }

  /** Of all cells, ways, heads and inputs, with dropout: equal bits. */
  @Test
  void everyNetworkIsReadBack() {
    for (Network network : GeneralNetworks.all(0.25)) {
      RnnTopology topology = new RnnTopology("some", network);
      float[] parameters = new float[network.parameterCount()];
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] = i % 5 == 0 ? -0f : (float) random.nextGaussian();
      }
      ModelFile model = new ModelFile(topology, parameters, Map.of("data", "some"));
      ModelFile read = decode(SafetensorsFile.encode(model));
      assertThat(read.computesAs(model)).as(topology.summary()).isTrue();
      assertThat(SafetensorsFile.encode(read)).isEqualTo(SafetensorsFile.encode(model));
    }
  }

  private static ModelFile prepared() {
    Network network =
        new Network(
            new Input(9, 2, List.of(new Embedding(5, 3, -1)), 1, Join.EVERY_STEP),
            List.of(new Layer("gru", 3)),
            new Head(new Loss.Quantile(List.of(0.1, 0.5)), 4, Reads.MEAN));
    Preparation preparation =
        new Preparation(
            List.of("x", "\u00fc"),
            ChannelScale.NONE,
            Map.of(
                "a \"b\"", new ChannelScale(List.of(0.1, -3e-300), List.of(1.0, 2.5)),
                "\ud83d\ude00", new ChannelScale(List.of(1.0, 2.0), List.of(3.0, 4.0))),
            new Vocabulary(Vocabulary.Unit.WORDS, List.of("\n", "\ud83d", "=")),
            List.of(),
            new TargetScale(List.of(1.5, 1.0 / 3), List.of(2.0, 4.0), true));
    return new ModelFile(
        new RnnTopology("gru", network),
        counted(network.parameterCount()),
        Map.of("data", "some"),
        Optional.of(preparation));
  }

  @Test
  void aPreparationIsReadBack() {
    byte[] file = SafetensorsFile.encode(prepared());
    assertThat(decode(file).computesAs(prepared())).isTrue();
    assertThat(decode(file).provenance()).containsOnlyKeys("data", "format");
    assertThat(new String(file, ISO_8859_1))
        .contains("\\\"log1p\\\":true", "\\\"tokens\\\":[\\\"\\\\n\\\"");
  }

  @Test
  void bytesOfAGeneralNetworkAreThoseOfTheGoldenFile() throws IOException {
    byte[] golden;
    try (InputStream in = getClass().getResourceAsStream("general.safetensors")) {
      golden = in.readAllBytes();
    }
    assertThat(SafetensorsFile.encode(prepared())).isEqualTo(golden);
    assertThat(decode(golden).computesAs(prepared())).isTrue();
  }

  @Test
  void preparationsOfOtherNetworksAreRefused() {
    String text = new String(SafetensorsFile.encode(prepared()), ISO_8859_1);
    for (String[] change :
        List.of(
            new String[] {
              "[\\\"\\\\n\\\",", "[" + " ".repeat(8), "found one of 4 ids and 0 classes"
            },
            new String[] {"\\\"version\\\":1", "\\\"version\\\":2", "version 1"},
            new String[] {"\\\"log1p\\\"", "\\\"log2p\\\"", "as it is written"},
            new String[] {"\\\"words\\\"", "\\\"birds\\\"", "characters or words, found birds"})) {
      assertThat(text).contains(change[0]);
      assertThatThrownBy(() -> decode(text.replace(change[0], change[1]).getBytes(ISO_8859_1)))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining(change[2]);
    }
  }

  @Test
  void halvesAndDoublesAreReadExactly() {
    String header =
        "{%s,%s}"
            .formatted(
                tensor("weight_ih_l0", "[1,2]", 0, 1).replace("F32", "F16"),
                tensor("weight_hh_l0", "[1,1]", 1, 2));
    short[][] halves = {
      {0x3C00, 0x0001}, {(short) 0x8000, 0x03FF}, {0x7BFF, (short) 0xC248}, {0x7C00, 0x0400}
    };
    float[][] floats = {
      {1, 0x1p-24f}, {-0f, 1023 * 0x1p-24f}, {65504, -3.140625f}, {1f / 0, 0x1p-14f}
    };
    for (int i = 0; i < halves.length; i++) {
      byte[] file = file(header, 2);
      ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putShort(file.length - 8, halves[i][0]).putShort(file.length - 6, halves[i][1]);
      assertThat(Arrays.copyOf(decode(file).parameters(), 2)).containsExactly(floats[i]);
    }
    byte[] brain = file(header.replace("F16", "BF16"), 2);
    ByteBuffer.wrap(brain)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(brain.length - 8, (short) 0x3F81)
        .putShort(brain.length - 6, (short) 0x8000);
    assertThat(Arrays.copyOf(decode(brain).parameters(), 2)).containsExactly(1.0078125f, -0f);

    String wide =
        "{%s,%s}"
            .formatted(
                tensor("weight_ih_l0", "[1,2]", 0, 4).replace("F32", "F64"),
                tensor("weight_hh_l0", "[1,1]", 4, 5));
    byte[] file = file(wide, 5);
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putDouble(file.length - 20, 0.1f).putDouble(file.length - 12, Double.NEGATIVE_INFINITY);
    assertThat(Arrays.copyOf(decode(file).parameters(), 2)).containsExactly(0.1f, -1f / 0);
    bytes.putDouble(file.length - 20, 0.1);
    assertThatThrownBy(() -> decode(file))
        .hasMessage(
            "Cannot read x.safetensors: expected values of the tensor weight_ih_l0, of dtype F64, that a float holds exactly, found 0.1; PyTorch's .float() rounds");
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
    assertRefused("{" + tensor.replace("F32", "I32") + "}", 1, "I32", ".float()");
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

  /** A file of our own, one of PyTorch's, or one in half precision. */
  private static byte[] original(int kind) throws IOException {
    return switch (kind % 4) {
      case 0 -> SafetensorsFile.encode(model(2, List.of(3, 2), 2));
      case 1 -> SafetensorsFile.encode(prepared());
      case 2 -> recorded("lstm-both");
      default -> recorded("gru-half");
    };
  }

  private static byte[] recorded(String name) throws IOException {
    try (InputStream in =
        SafetensorsFileTest.class.getResourceAsStream("torch-" + name + ".safetensors")) {
      return in.readAllBytes();
    }
  }

  /**
   * There are no checksums, so damage may pass; it never does anything but that, and a file takes
   * no more memory than it has room for. What the JDK and Jackson take for the smallest file is
   * beside that.
   */
  @Test
  void whateverTheDamageItIsAModelOrRefused() throws IOException {
    Mutations mutations = new Mutations(1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int files = Proof.times(10_000, 2_000);
    int refused = 0;
    long most = 0;
    for (int i = 0; i < files; i++) {
      byte[] damaged = mutations.damage(original(i), original(i + 1 + i / 4 % 3));
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        assertThat(decode(damaged).parameters()).isNotEmpty();
      } catch (FormatException e) {
        assertThat(e).hasMessageStartingWith("Cannot read x.safetensors: ");
        refused++;
      }
      long taken = threads.getCurrentThreadAllocatedBytes() - before;
      most = Math.max(most, taken - 4L * damaged.length);
    }
    System.out.printf(
        "%d damaged safetensors files: %d refused, at most %d KiB beside four times a file%n",
        files, refused, most / 1024);
    assertThat(refused).isGreaterThan(files / 4);
    assertThat(most).isLessThan(1 << 20);
  }

  /** Of a large file what counts is its size: parameters once, and no copy of a tensor. */
  @Test
  void aLargeFileTakesItsSizeTwiceAtMost() {
    ModelFile model = model(512, List.of(1024), 10);
    byte[] file = SafetensorsFile.encode(model);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(decode(file).parameters()).hasSameSizeAs(model.parameters());
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(2L * file.length);
  }
}
