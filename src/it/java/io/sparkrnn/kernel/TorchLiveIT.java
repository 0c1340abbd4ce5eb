package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.train.updater.Updater;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Against the PyTorch of a Python that is named: {@code -Dtorch.python=PATH}. Networks of a size
 * that is too large to record.
 */
@EnabledIfSystemProperty(named = "torch.python", matches = ".+")
class TorchLiveIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 32;

  /** What {@link Activation#tanh} states. */
  private static final double TANH_ERROR = 3.2e-7;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"elman-tanh", "lstm", "gru"})
  void comesToPyTorchsOutputsAndLosses(String cell) throws Exception {
    Layer layer = new Layer(cell, 64, Direction.FORWARD, 0, Biases.TWO);
    Network network =
        new Network(new Input(28, 28), List.of(layer), new Head(Loss.softmax(), 10, Reads.LAST));
    GeneralMinibatch minibatch =
        GeneralMinibatch.random(network, SAMPLES, 5, GeneralMinibatch.Varied.LENGTHS);
    JsonNode torch = torch(minibatch);
    double[][][] exact =
        new DoubleNetwork(network, minibatch.parameters())
            .run(minibatch, minibatch.all())
            .outputs();
    InferencePass inference =
        new InferencePass(network, new VectorOps(), minibatch.parameters(), SAMPLES);
    inference.run(minibatch, SAMPLES);
    double ours = 0;
    double theirs = 0;
    for (int s = 0; s < SAMPLES; s++) {
      for (int c = 0; c < 10; c++) {
        double expected = torch.at("/outputs/" + s + "/" + c).asDouble();
        double found = inference.logit(s, c);
        assertThat(found).isCloseTo(expected, within(2e-6 + 1e-5 * Math.abs(expected)));
        ours = Math.max(ours, Math.abs(found - exact[s][0][c]));
        theirs = Math.max(theirs, Math.abs(expected - exact[s][0][c]));
      }
    }
    System.out.printf("%s: ours %.3g, PyTorch's %.3g from the oracle%n", cell, ours, theirs);
    assertThat(ours).isLessThan(2 * theirs + TANH_ERROR);
    assertLosses(minibatch, torch);
  }

  private static void assertLosses(GeneralMinibatch minibatch, JsonNode torch) {
    float[] parameters = minibatch.parameters().clone();
    float[] gradient = new float[parameters.length];
    float[][] moments = new float[2][parameters.length];
    Updater.Elementwise adam = new Updater.Adam(0.9, 0.999, 1e-8);
    TrainingPass pass = new TrainingPass(minibatch.network(), new VectorOps(), SAMPLES, 1);
    for (int i = 0; i < 50; i++) {
      IntStream.range(0, pass.begin(parameters, minibatch, SAMPLES)).forEach(pass::run);
      pass.gradient(gradient);
      assertThat(pass.lossSum() / pass.weight())
          .as("iteration %d", i)
          .isCloseTo(torch.at("/losses/" + i).asDouble(), within(1e-4));
      adam.step(parameters, gradient, moments, 1e-3, 0.9, i);
    }
  }

  private JsonNode torch(GeneralMinibatch minibatch) throws Exception {
    float[][][] dense = new float[SAMPLES][][];
    int[] labels = new int[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
      GeneralMinibatch.Sample sample = minibatch.samples().get(s);
      dense[s] = Arrays.copyOf(sample.dense(), sample.length());
      labels[s] = sample.labels()[0];
    }
    Layer layer = minibatch.network().layers().get(0);
    Path file = directory.resolve("network.json");
    JSON.writeValue(
        file.toFile(),
        Map.of(
            "cell",
            layer.cell(),
            "units",
            layer.units(),
            "inputs",
            minibatch.network().inputSize(),
            "outputs",
            minibatch.network().classes(),
            "parameters",
            minibatch.parameters(),
            "dense",
            dense,
            "labels",
            labels));
    Path script = Path.of("src", "bench", "python", "kernel_live.py");
    Process process =
        new ProcessBuilder(System.getProperty("torch.python"), script.toString(), file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return JSON.readTree(Files.writeString(directory.resolve("result.json"), output).toFile());
  }
}
