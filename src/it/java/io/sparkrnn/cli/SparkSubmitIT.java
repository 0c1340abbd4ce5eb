package io.sparkrnn.cli;

import static io.sparkrnn.cli.RunState.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Jdk;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The slim jar alone under the real spark-submit, with executors in processes of their own. */
class SparkSubmitIT {
  private static final List<String> TRAINING =
      List.of("train", "--hidden", "4", "--epochs", "1", "--workers", "3", "--validation", "100");

  @TempDir private Path temp;

  private List<String> training() {
    List<String> arguments = new ArrayList<>(TRAINING);
    arguments.addAll(List.of("--data", FirstImages.in(temp, 2_000).toString()));
    return arguments;
  }

  @Test
  void theSlimJarTrainsAndGivesTheLocalEnginesBits() throws Exception {
    Path submitted = temp.resolve("submitted");
    Path local = temp.resolve("local");
    List<String> arguments = training();
    arguments.addAll(List.of("--engine", "local", "--run-dir", local.toString()));
    assertThat(CommandRun.of(arguments.toArray(String[]::new)).exitCode()).isZero();

    // A home of its own, where executors write.
    Path home = Files.createDirectory(temp.resolve("spark"));
    Files.createSymbolicLink(home.resolve("jars"), SlimJar.TARGET.resolve("spark/jars"));
    arguments = training();
    arguments.addAll(List.of("--run-dir", submitted.toString()));
    try (Driver driver =
        SlimJar.in(temp)
            .submit(
                Jdk.withVectorModule(),
                Map.of("SPARK_HOME", home.toString()),
                List.of("--master", "local-cluster[2,1,1024]"),
                arguments,
                temp.resolve("out"))) {
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
      assertThat(driver.output()).contains("on local-cluster[2,1,1024]");
    }

    assertThat(result(submitted).path("status").asText()).isEqualTo("succeeded");
    assertThat(result(submitted).path("parametersSha256"))
        .isEqualTo(result(local).path("parametersSha256"));
    assertThat(result(submitted).path("test")).isEqualTo(result(local).path("test"));
    assertThat(submitted.resolve("model.srnn")).exists();
    assertThat(submitted.resolve("model-dl4j.zip")).doesNotExist();
    assertThat(result(submitted).path("kernels").asText()).isEqualTo("vector");
    assertThat(executorMessages())
        .hasSize(2)
        .allMatch(text -> text.contains("Using incubator modules: jdk.incubator.vector"));
  }

  /** What each executor's JVM wrote to its standard error, where it names its modules. */
  private List<String> executorMessages() throws IOException {
    List<String> messages = new ArrayList<>();
    try (Stream<Path> files = Files.walk(temp.resolve("spark/work"))) {
      for (Path file : files.filter(path -> path.endsWith("stderr")).toList()) {
        messages.add(Files.readString(file));
      }
    }
    return messages;
  }
}
