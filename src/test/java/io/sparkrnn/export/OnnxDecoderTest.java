package io.sparkrnn.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import io.sparkrnn.Mutations;
import io.sparkrnn.kernel.GeneralMinibatch;
import io.sparkrnn.kernel.GeneralMinibatch.Sample;
import io.sparkrnn.kernel.GeneralNetworks;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Direction;
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
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxDecoderTest {
  private static final int TIME_STEPS = 6;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = OnnxDecoderTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    }
  }

  private static ModelFile decode(byte[] bytes) {
    return OnnxFile.decode(bytes, "x.onnx", TIME_STEPS);
  }

  static List<Network> networks() {
    return GeneralNetworks.all();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void ourOwnAreReadBack(Network network) {
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, 1, 3);
    Preparation preparation =
        new Preparation(
            List.of("a"),
            ChannelScale.NONE,
            Map.of(),
            Vocabulary.NONE,
            List.of("no", "yes"),
            new TargetScale(List.of(), List.of(), true));
    for (Optional<Preparation> with :
        List.of(Optional.<Preparation>empty(), Optional.of(preparation))) {
      ModelFile model =
          new ModelFile(
              new RnnTopology("any", network), minibatch.parameters(), Map.of("data", "x"), with);
      ModelFile read = decode(OnnxFile.encode(model, "1"));
      assertThat(read.topology()).isEqualTo(model.topology());
      assertThat(read.parameters()).containsExactly(model.parameters());
      assertThat(read.preparation()).isEqualTo(with);
      assertThat(read.provenance()).isEqualTo(model.provenance());
    }
  }

  @ParameterizedTest
  @CsvSource({"model.onnx, some", "model-one-layer.onnx, one"})
  void thoseOfTheFirstVersionAreReadBack(String file, String name) throws IOException {
    ModelFile read = decode(resource(file));
    assertThat(read.topology().name()).isEqualTo(name);
    assertThat(read.topology().network().isPlain()).isTrue();
    assertThat(read.topology().network().timeSteps()).isEqualTo(5);
    assertThat(read.provenance()).isEqualTo(Map.of("data", "mnist"));
    assertThat(OnnxFile.encode(read, "1")).isEqualTo(resource(file));
  }

  private static Network pyTorch(Input input, String cell, int layers, Direction way, Reads reads) {
    Layer layer = new Layer(cell, 4, way, 0, Network.Biases.TWO);
    List<Layer> all = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      all.add(layer);
    }
    return new Network(input, all, new Head(Loss.softmax(), 2, reads));
  }

  /** What {@code src/bench/python/onnx_peer.py golden} exports. */
  static Stream<Arguments> exported() {
    Input numbers = new Input(TIME_STEPS, 3);
    Input ids =
        new Input(TIME_STEPS, 0, List.of(new Embedding(5, 3, Embedding.NONE)), 0, Join.EVERY_STEP);
    Direction on = Direction.FORWARD;
    Direction both = Direction.BOTH;
    List<Arguments> all = new ArrayList<>();
    for (String exporter : List.of("classic", "dynamo")) {
      if (exporter.equals("classic")) {
        all.add(
            Arguments.of(
                "gru-time-first-max", exporter, pyTorch(numbers, "gru", 1, both, Reads.MAX)));
        all.add(
            Arguments.of(
                "rnn-relu-slice", exporter, pyTorch(numbers, "elman-relu", 1, on, Reads.LAST)));
      }
      all.add(Arguments.of("lstm-2-last", exporter, pyTorch(numbers, "lstm", 2, on, Reads.LAST)));
      all.add(Arguments.of("gru-slice", exporter, pyTorch(numbers, "gru", 1, on, Reads.LAST)));
      all.add(
          Arguments.of("lstm-both-last", exporter, pyTorch(numbers, "lstm", 2, both, Reads.LAST)));
      all.add(Arguments.of("gru-both-every", exporter, pyTorch(ids, "gru", 1, both, Reads.EVERY)));
      all.add(Arguments.of("lstm-mean", exporter, pyTorch(ids, "lstm", 1, on, Reads.MEAN)));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("exported")
  void whatPyTorchExportsComesToItsOutputs(String name, String exporter, Network network)
      throws IOException {
    ModelFile read = decode(resource("pytorch-%s-%s.onnx".formatted(name, exporter)));
    assertThat(read.topology()).isEqualTo(new RnnTopology("onnx", network));
    JsonNode recorded = new ObjectMapper().readTree(resource("pytorch-" + name + ".json"));
    assertOutputs(read, recorded, name.endsWith("last"));
  }

  @ParameterizedTest
  @CsvSource({
    "lstm, 6 x 3 -> lstm 4 -> 2",
    "gru-every, 6 x 3 -> gru 4 -> every step -> 2",
    "lstm-both, 6 x 3 -> lstm 4 both -> 2"
  })
  void whatTf2onnxExportsComesToItsOutputs(String name, String summary) throws IOException {
    ModelFile read = decode(resource("tf2onnx-" + name + ".onnx"));
    assertThat(read.topology().summary()).isEqualTo(summary);
    JsonNode recorded = new ObjectMapper().readTree(resource("tf2onnx-" + name + ".json"));
    assertOutputs(read, recorded, name.equals("lstm"));
  }

  private static void assertOutputs(ModelFile read, JsonNode recorded, boolean probabilities) {
    Network network = read.topology().network();
    List<Sample> samples = new ArrayList<>();
    for (JsonNode x : recorded.path("x")) {
      samples.add(sample(network, x));
    }
    float[] ours = OnnxOutputs.ours(new GeneralMinibatch(network, read.parameters(), samples));
    List<Double> theirs = new ArrayList<>();
    flatten(recorded.path("y"), theirs);
    assertThat(ours).hasSize(theirs.size());
    int outputs = network.classes();
    for (int i = 0; i < ours.length; i++) {
      double found = ours[i];
      if (probabilities) {
        double sum = 0;
        for (int c = 0; c < outputs; c++) {
          sum += Math.exp(ours[i / outputs * outputs + c]);
        }
        found = Math.exp(found) / sum;
      }
      assertThat(found).isCloseTo(theirs.get(i), within(1e-6));
    }
  }

  private static void flatten(JsonNode node, List<Double> values) {
    if (node.isArray()) {
      node.forEach(inner -> flatten(inner, values));
    } else {
      values.add(node.asDouble());
    }
  }

  private static Sample sample(Network network, JsonNode x) {
    int steps = x.size();
    float[][] dense = new float[steps][network.input().dense()];
    int[][] ids = new int[network.input().categorical().size()][steps];
    for (int t = 0; t < steps; t++) {
      if (ids.length > 0) {
        ids[0][t] = x.path(t).asInt();
      }
      for (int i = 0; i < dense[t].length; i++) {
        dense[t][i] = (float) x.path(t).path(i).asDouble();
      }
    }
    return new Sample(
        steps, dense, ids, new float[0], new int[steps], new float[steps][], new float[steps], 0);
  }

  @Test
  void whatIsNoChainIsRefusedByNode() throws IOException {
    assertRefused(
        resource("pytorch-rnn-relu-slice-dynamo.onnx"), "(MatMul)", "product of the states");
    assertRefused(
        changed("pytorch-gru-slice-classic.onnx", "linear_before_reset", "linear_before_resex"),
        "no linear_before_resex",
        "/rnn/GRU",
        "(GRU)");
    assertRefused(
        changed("pytorch-rnn-relu-slice-classic.onnx", "Relu", "Abcd"),
        "the usual activations",
        "/rnn/RNN");
    assertRefused(changed("pytorch-gru-both-every-classic.onnx", "Add", "Sub"), "(Sub)");
    assertRefused(changed("pytorch-lstm-both-last-classic.onnx", "Concat", "Concax"), "(Concax)");
    assertRefused(changed("model.onnx", "RNN", "GRU"), "linear_before_reset");
    assertRefused(resource("tf2onnx-rnn.onnx"), "(Loop)");
    // It says that sequences may have any length, and takes those of six time steps alone.
    assertRefused(resource("pytorch-gru-time-first-max-dynamo.onnx"), "(Reshape)");
    assertRefused(new byte[0], "it has no graph");
    assertRefused("{}".getBytes(StandardCharsets.UTF_8), "protocol buffer");
  }

  /** Of a backward layer the output at the last time step is not what it comes to. */
  @Test
  void theLastStepOfBothDirectionsIsNotTheirLastState() throws IOException {
    assertRefused(changed("tf2onnx-lstm.onnx", "forward", "reverse"), "comes to last");
  }

  private static byte[] changed(String file, String from, String to) throws IOException {
    String text = new String(resource(file), StandardCharsets.ISO_8859_1);
    assertThat(text).contains(from);
    return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void assertRefused(byte[] file, String... words) {
    assertThatThrownBy(() -> decode(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith("Cannot read x.onnx: expected ")
        .satisfies(e -> assertThat(e.getMessage()).contains(words).hasSizeLessThan(400));
  }

  @Test
  void aGraphMustBeThatOfItsTopology() {
    Network network =
        new Network(
            new Input(4, 2),
            List.of(new Layer("lstm", 3)),
            new Head(Loss.softmax(), 2, Reads.LAST));
    RnnTopology topology = new RnnTopology("x", network);
    byte[] file =
        OnnxFile.encode(
            new ModelFile(topology, new float[topology.parameterCount()], Map.of()), "1");
    String text = new String(file, StandardCharsets.ISO_8859_1);
    assertThat(decode(file).topology()).isEqualTo(topology);
    for (String[] change :
        new String[][] {{"Transpose", "Transposf"}, {"dense=2", "dense=3"}, {"lstm:3", "lstm:9"}}) {
      assertThat(text).contains(change[0]);
      byte[] other = text.replace(change[0], change[1]).getBytes(StandardCharsets.ISO_8859_1);
      assertRefused(other, "found");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void whateverTheDamageItIsAModelOrRefused(long seed) throws IOException {
    Mutations mutations = new Mutations(seed);
    Network network = GeneralNetworks.all().get(20);
    ModelFile own =
        new ModelFile(
            new RnnTopology("any", network),
            GeneralMinibatch.random(network, 1, 3).parameters(),
            Map.of());
    List<byte[]> originals =
        List.of(
            resource("model.onnx"),
            OnnxFile.encode(own, "1"),
            resource("pytorch-lstm-both-last-classic.onnx"),
            resource("pytorch-gru-both-every-dynamo.onnx"),
            resource("tf2onnx-lstm-both.onnx"));
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] original = originals.get(i % originals.size());
      byte[] damaged = mutations.damage(original, originals.get(mutations.below(originals.size())));
      long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      try {
        assertThat(decode(damaged).parameters()).isNotEmpty();
      } catch (FormatException e) {
        assertThat(e)
            .hasMessageStartingWith("Cannot read x.onnx: ")
            .satisfies(failure -> assertThat(failure.getMessage()).doesNotEndWith("null"));
        refused++;
      }
      allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocated;
      // Files are a few kilobytes; most of it is the assertions.
      assertThat(allocated).isLessThan(4L * damaged.length + (1 << 22));
    }
    assertThat(refused).isGreaterThan(1_000);
  }

  @Test
  void readingTakesFourTimesTheFileAtMost() {
    Network network =
        new Network(
            new Input(4, 32),
            List.of(new Layer("lstm", 256)),
            new Head(Loss.softmax(), 2, Reads.LAST));
    RnnTopology topology = new RnnTopology("x", network);
    float[] parameters = new float[topology.parameterCount()];
    byte[] file = OnnxFile.encode(new ModelFile(topology, parameters, Map.of()), "1");
    decode(file);
    long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    decode(file);
    long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    assertThat(after - before).isLessThan(4L * file.length);
  }
}
