package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.RnnTopology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Python's classes have the params of Java's. With {@code -Dpython=write} their file is written.
 */
class PythonClassesTest {
  private static final Path FILE = Path.of("src", "python", "spark_rnn", "_ml.py");

  @Test
  void pythonHasTheParamsOfJava() throws IOException {
    RnnTopology topology = ModelZoo.find("row-rnn-150").orElseThrow();
    int parameters = topology.parameterCount();
    String written =
        PythonClasses.of(
            List.of(
                new PythonClasses.Pair(
                    PythonClasses.Kind.CLASSIFIER,
                    new RnnClassifier(),
                    new RnnClassificationModel(
                        "model", new ModelFile(topology, new float[parameters], Map.of())))));
    if ("write".equals(System.getProperty("python"))) {
      Files.writeString(FILE, written);
    }
    assertThat(Files.readString(FILE))
        .as("%s, which mvn test -Dtest=PythonClassesTest -Dpython=write writes anew", FILE)
        .isEqualTo(written);
  }
}
