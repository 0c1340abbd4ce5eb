package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.export.SafetensorsFile;
import io.sparkrnn.model.RnnTopology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Safetensors of every cell, direction, head, input and length to and from the PyTorch of a Python
 * that is named: {@code -Dtorch.python=PATH}. The other side computes in double.
 */
@EnabledIfSystemProperty(named = "torch.python", matches = ".+")
class TorchFilesLiveIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 6;

  /** Of 40 time steps in float, with outputs of a few units. */
  private static final double TOLERANCE = 5e-6;

  @TempDir Path directory;

  private void python(String command) throws Exception {
    Path script = Path.of("src", "bench", "python", "safetensors_cases.py");
    Process process =
        new ProcessBuilder(
                System.getProperty("torch.python"),
                script.toString(),
                command,
                directory.toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  @Test
  void whatPyTorchWroteComputesTheSameHere() throws Exception {
    python("written");
    Map<String, Double> furthest = new TreeMap<>();
    List<Path> files = files();
    for (Path file : files) {
      TorchFile torch = TorchFile.read(file);
      double difference = torch.furthest(new VectorOps());
      assertThat(difference).as(torch.model().topology().summary()).isLessThan(TOLERANCE);
      furthest.merge(torch.cell(), difference, Math::max);
    }
    System.out.printf(
        "%d files from PyTorch, the largest differences: %s%n", files.size(), furthest);
    assertThat(files).hasSize(4 * 2 * 4 * 2 * 2 * 3 * 2);
  }

  @Test
  void whatWeWroteComputesTheSameInPyTorch() throws Exception {
    Map<String, GeneralMinibatch> minibatches = new HashMap<>();
    for (Network network : GeneralNetworks.all(0.25)) {
      String name = "network-" + minibatches.size();
      GeneralMinibatch minibatch =
          GeneralMinibatch.random(network, SAMPLES, 5, GeneralMinibatch.Varied.LENGTHS);
      minibatches.put(name, minibatch);
      ModelFile model =
          new ModelFile(new RnnTopology(name, network), minibatch.parameters(), Map.of());
      Files.write(directory.resolve(name + ".safetensors"), SafetensorsFile.encode(model));
      JSON.writeValue(
          directory.resolve(name + ".json").toFile(),
          minibatch.samples().stream().map(TorchFilesLiveIT::json).toList());
    }
    python("read");
    Map<String, Double> furthest = new TreeMap<>();
    for (Map.Entry<String, GeneralMinibatch> entry : minibatches.entrySet()) {
      double[][][] outputs =
          JSON.readValue(
              directory.resolve(entry.getKey() + ".outputs.json").toFile(), double[][][].class);
      GeneralMinibatch minibatch = entry.getValue();
      Network network = minibatch.network();
      double difference =
          TorchFile.furthest(network, minibatch.parameters(), minibatch, outputs, new VectorOps());
      assertThat(difference).as("%s", network).isLessThan(TOLERANCE);
      furthest.merge(network.layers().get(0).cell(), difference, Math::max);
    }
    System.out.printf(
        "%d networks to PyTorch, the largest differences: %s%n", minibatches.size(), furthest);
  }

  private static Map<String, Object> json(GeneralMinibatch.Sample sample) {
    return Map.of(
        "length",
        sample.length(),
        "dense",
        Arrays.copyOf(sample.dense(), sample.length()),
        "ids",
        Arrays.stream(sample.ids()).map(ids -> Arrays.copyOf(ids, sample.length())).toList(),
        "statics",
        sample.statics());
  }
}
