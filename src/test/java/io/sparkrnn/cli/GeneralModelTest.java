package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that know plain networks alone refuse others before they do anything. */
class GeneralModelTest {
  @TempDir private Path temp;

  private Path model;
  private String summary;

  @BeforeEach
  void writeModel() throws IOException {
    Network network =
        new Network(
            new Input(28, 28),
            List.of(new Layer("lstm", 5)),
            new Head(Loss.softmax(), 10, Reads.EVERY));
    RnnTopology topology = new RnnTopology("general", network);
    summary = topology.summary();
    model = temp.resolve("model.srnn");
    float[] parameters = new float[network.parameterCount()];
    Files.write(model, new ModelFile(topology, parameters, Map.of()).encode("run"));
  }

  @Test
  void aClassForEachRowOfAnImageIsNotPredicted() {
    Path target = temp.resolve("predicted");
    CommandRun run =
        CommandRun.line(
            "predict --model %s --input %s --input-format idx --output %s", model, temp, target);

    assertThat(run.errors())
        .isEqualTo(
            "spark-rnn: Cannot predict with %s: expected a model that gives each image one class, found %s%n"
                .formatted(model, summary));
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(target).doesNotExist();
  }
}
