package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.images.DataSource;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.export.SafetensorsFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A trained model as others read it: over all test images they predict what we do. */
class ExportIT {
  private static final int BATCH = 500;

  // Of logits: sums of 150 products in another order, 28 times over.
  private static final float TOLERANCE = 2e-4f;

  private static final String[] MODELS = {"tanh", "relu"};

  @TempDir private static Path temp;

  private static SequenceDataset images;

  private static Path run(String model) {
    return temp.resolve(model);
  }

  @BeforeAll
  static void train() {
    images =
        DataSource.loadTest(ConfigurationLoader.defaults().data(), Storage.of(Map.of())).dataset();
    for (String activation : MODELS) {
      CommandRun.succeed(
          "train --engine local --epochs 1 --hidden 40,30 --activation %s --run-dir %s",
          activation, run(activation));
    }
  }

  private static ModelFile model(Path file) {
    return ModelFile.read(Storage.of(Map.of()), file.toUri());
  }

  /** What another program makes of a batch, {@code [sample][timeStep][input]}. */
  private interface Logits {
    float[] of(float[] batch, int samples) throws Exception;
  }

  private static void assertSamePredictions(ModelFile model, Logits theirs, float tolerance)
      throws Exception {
    Network shape = model.topology().network();
    int right = 0;
    for (int first = 0; first < images.size(); first += BATCH) {
      float[] batch =
          images.batch(IntStream.range(first, first + BATCH).toArray(), Axes.BATCH_FIRST);
      float[] ours =
          ForwardPass.run(
                  Ops.named("portable"),
                  model.topology(),
                  model.parameters(),
                  batch,
                  Axes.BATCH_FIRST,
                  BATCH)
              .logits();
      float[] others = theirs.of(batch, BATCH);
      assertThat(others).hasSameSizeAs(ours);
      for (int s = 0; s < BATCH; s++) {
        int best = best(ours, s, shape.classes());
        assertThat(best(others, s, shape.classes())).as("image %d", first + s).isEqualTo(best);
        right += best == images.label(first + s) ? 1 : 0;
      }
      for (int i = 0; i < ours.length; i++) {
        assertThat(Math.abs(ours[i] - others[i])).isLessThan(tolerance);
      }
    }
    assertThat(right).as("a network that has learned").isGreaterThan(images.size() / 2);
  }

  private static int best(float[] logits, int sample, int classes) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (logits[sample * classes + c] > logits[sample * classes + best]) {
        best = c;
      }
    }
    return best;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "relu"})
  void onnxRuntimePredictsTheSame(String activation) throws Exception {
    Path file = temp.resolve(activation + ".onnx");
    assertThat(
            CommandRun.succeed("export --model %s --format onnx --to %s", run(activation), file)
                .output())
        .startsWith("wrote     " + file);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString())) {
      assertThat(session.getInputNames()).containsExactly("input");
      assertThat(session.getOutputNames()).containsExactly("logits", "probabilities");
      assertSamePredictions(
          model(run(activation).resolve("model.srnn")),
          (batch, samples) -> {
            long[] axes = {samples, 28, 28};
            try (OnnxTensor input =
                    OnnxTensor.createTensor(environment, FloatBuffer.wrap(batch), axes);
                OrtSession.Result result = session.run(Map.of("input", input))) {
              float[] logits = floats(result, "logits");
              assertProbabilities(logits, floats(result, "probabilities"));
              return logits;
            }
          },
          TOLERANCE);
    }
  }

  private static float[] floats(OrtSession.Result result, String name) {
    FloatBuffer values = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
    float[] array = new float[values.remaining()];
    values.get(array);
    return array;
  }

  /** Softmax of the first sample. */
  private static void assertProbabilities(float[] logits, float[] probabilities) {
    double sum = IntStream.range(0, 10).mapToDouble(c -> Math.exp(logits[c])).sum();
    for (int c = 0; c < 10; c++) {
      assertThat(Math.abs(probabilities[c] - Math.exp(logits[c]) / sum)).isLessThan(1e-5);
    }
  }

  @Test
  void dl4jPredictsTheSame() throws Exception {
    Path file = temp.resolve("model.zip");
    CommandRun.succeed("export --model %s --format dl4j --to %s", run("tanh"), file);
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
    // Its outputs are probabilities, which only have the order of logits.
    assertSamePredictions(
        model(run("tanh").resolve("model.srnn")),
        (batch, samples) -> {
          INDArray features =
              Nd4j.create(batch, new long[] {samples, 28, 28}, 'c').permute(0, 2, 1);
          return network.output(features.dup()).dup('c').data().asFloat();
        },
        Float.MAX_VALUE);

    Path back = temp.resolve("from-dl4j.srnn");
    CommandRun.succeed("import --from dl4j --model %s --to %s", file, back);
    ModelFile original = model(run("tanh").resolve("model.srnn"));
    assertThat(model(back).parameters()).containsExactly(original.parameters());
    assertThat(model(back).topology().network()).isEqualTo(original.topology().network());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "relu"})
  void safetensorsAreReadBackAndEvaluated(String activation) {
    Path file = temp.resolve(activation + ".safetensors");
    Path back = temp.resolve(activation + "-back.srnn");
    CommandRun.succeed("export --model %s --format safetensors --to %s", run(activation), file);
    CommandRun.succeed("import --from safetensors --model %s --to %s", file, back);

    ModelFile original = model(run(activation).resolve("model.srnn"));
    assertThat(model(back).computesAs(original)).isTrue();
    assertThat(model(back).provenance())
        .containsEntry("importedFrom", file.toString())
        .containsAllEntriesOf(original.provenance());
    assertThat(CommandRun.succeed("evaluate --engine local --model %s", back).output())
        .isEqualTo(
            CommandRun.succeed("evaluate --engine local --model %s", run(activation)).output());
    CommandRun started =
        CommandRun.of(
            ("train --engine local --epochs 1 --hidden 40,30 --activation %s --initial-model %s"
                    + " --validation 59000 --run-dir %s")
                .formatted(activation, back, temp.resolve(activation + "-on"))
                .split(" "));
    assertThat(started.exitCode()).as(started.errors()).isZero();
  }

  @Test
  void onnxOfAnyCellIsReadBack() throws Exception {
    Network images = model(run("tanh").resolve("model.srnn")).topology().network();
    RnnTopology lstm =
        new RnnTopology(
            "x", new Network(images.input(), List.of(new Layer("lstm", 3)), images.head()));
    float[] parameters = new float[lstm.parameterCount()];
    Arrays.fill(parameters, 0.25f);
    ModelFile original = new ModelFile(lstm, parameters, Map.of("data", "mnist"));
    Path file = Files.write(temp.resolve("lstm-out.srnn"), original.encode("test"));
    Path onnx = temp.resolve("lstm-out.onnx");
    Path back = temp.resolve("lstm-back.srnn");
    CommandRun.succeed("export --model %s --format onnx --to %s", file, onnx);
    CommandRun.succeed("import --from onnx --model %s --to %s", onnx, back);
    assertThat(model(back).computesAs(original)).isTrue();
    assertThat(model(back).provenance())
        .containsEntry("importedFrom", onnx.toString())
        .containsEntry("data", "mnist");
    assertRefused(
        ExitCode.USAGE,
        "import --from onnx --model %s --to %s --activation relu"
            .formatted(onnx, temp.resolve("no")),
        "as the file has it, that of the cell lstm, or without the flag, found RELU");
  }

  @Test
  void whatAForeignFileDoesNotSayIsSaid() throws Exception {
    Path foreign = Path.of(SafetensorsFile.class.getResource("pytorch.safetensors").toURI());
    Path target = temp.resolve("foreign.srnn");
    String line = "import --from safetensors --model %s --to %s".formatted(foreign, target);
    assertThat(CommandRun.succeed(line).output())
        .contains("tanh and 28 time steps, which the file does not say");
    Path ours = temp.resolve("ours.safetensors");
    CommandRun.succeed("export --model %s --format safetensors --to %s", target, ours);
    String again =
        "import --from safetensors --model %s --to %s".formatted(ours, temp.resolve("again.srnn"));
    assertRefused(
        ExitCode.USAGE,
        again + " --time-steps 14",
        "expected --time-steps as the file has it, 28, or without the flag, found 14");
    assertRefused(ExitCode.USAGE, again + " --activation relu", "as the file has it, TANH");
    assertThat(CommandRun.succeed(again).output()).doesNotContain("does not say");
  }

  @Test
  void whatCannotBeIsSaid() throws Exception {
    Path file = Files.writeString(temp.resolve("no.safetensors"), "{\"this\": \"is JSON\"}");
    Path target = temp.resolve("new.srnn");
    assertRefused(
        ExitCode.STORAGE,
        "import --from safetensors --model %s --to %s".formatted(file, target),
        "safetensors header");
    assertRefused(
        ExitCode.USAGE,
        "import --from safetensors --model %s --to %s --time-steps 0".formatted(file, target),
        "--time-steps of at least 1");
    assertRefused(
        ExitCode.USAGE, "export --model %s --format pickle --to x".formatted(file), "pickle");
    assertRefused(
        ExitCode.USAGE,
        "export --model %s --format onnx --to %s".formatted(run("tanh"), file),
        "expected no such file, found one");
    assertThat(target).doesNotExist();
    assertThat(Files.readString(file)).startsWith("{");
  }

  @Test
  void dl4jHasNoGru() throws IOException {
    Network plain = model(run("tanh").resolve("model.srnn")).topology().network();
    RnnTopology topology =
        new RnnTopology(
            "x", new Network(plain.input(), List.of(new Layer("gru", 3)), plain.head()));
    Path file = temp.resolve("gru.srnn");
    float[] parameters = new float[topology.parameterCount()];
    Files.write(file, new ModelFile(topology, parameters, Map.of()).encode("test"));
    assertRefused(
        ExitCode.USAGE,
        "export --model %s --format dl4j --to %s".formatted(file, temp.resolve("gru")),
        "found GRU layers");
    assertThat(temp.resolve("gru")).doesNotExist();
  }

  private static void assertRefused(int exitCode, String line, String words) {
    CommandRun run = CommandRun.of(line.split(" "));
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.errors()).contains(words).doesNotContain("\tat ");
  }
}
