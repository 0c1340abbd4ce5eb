package io.sparkrnn.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.kernel.GeneralMinibatch;
import io.sparkrnn.kernel.GeneralNetworks;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against onnx's checker, ONNX Runtime and OpenVINO of a Python that is named: {@code
 * -Donnx.python=PATH}.
 */
@EnabledIfSystemProperty(named = "onnx.python", matches = ".+")
class OnnxLiveIT {
  @TempDir Path directory;

  @Test
  void runtimesAgreeAndNoneWarns() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("onnx.python"));
    command.add(Path.of("src", "bench", "python", "onnx_peer.py").toString());
    command.add("run");
    int number = 0;
    for (Network network : GeneralNetworks.all()) {
      float[] parameters = GeneralMinibatch.random(network, 1, 3).parameters();
      ModelFile model = new ModelFile(new RnnTopology("any", network), parameters, Map.of());
      Path file = directory.resolve("network-" + number++ + ".onnx");
      command.add(Files.write(file, OnnxFile.encode(model, "1")).toString());
    }
    Path errors = directory.resolve("errors.txt");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    assertThat(Files.readString(errors)).isEmpty();
    System.out.printf("%d networks: ONNX Runtime and OpenVINO differ by %s", number, output);
    assertThat(Double.parseDouble(output)).isLessThan(2e-5);
  }
}
