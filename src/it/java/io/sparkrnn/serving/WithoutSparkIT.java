package io.sparkrnn.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Jdk;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models work where there is no jar but ours, with and without the Vector API. */
class WithoutSparkIT {
  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"", "--add-modules=jdk.incubator.vector"})
  void aModelIsAskedInABareJvm(String option) throws Exception {
    RnnTopology topology =
        new RnnTopology(
            "stream",
            new Network(
                new Input(3, 1),
                List.of(new Layer("lstm", 5)),
                new Head(Loss.softmax(), 2, Reads.LAST)));
    ModelFile file =
        new ModelFile(topology, ParameterInitializer.ORTHOGONAL.initialise(topology, 1), Map.of());
    Path model = Files.write(temp.resolve("model.srnn"), file.encode("run"));
    String classPath = location(RnnModel.class) + File.pathSeparator + location(OnlyOurJar.class);
    String printed =
        Jdk.running()
            .start(
                option.isEmpty() ? List.of() : List.of(option),
                classPath,
                OnlyOurJar.class.getName(),
                List.of(model.toString(), "0.5", "-1.25", "3"),
                temp.resolve("printed"))
            .awaitOutput();
    double[][] expected = RnnModel.of(file).predict(new double[][] {{0.5}, {-1.25}, {3}});
    assertThat(printed.lines()).contains(Arrays.toString(expected[0]));
  }

  private static Path location(Class<?> of) throws URISyntaxException {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
