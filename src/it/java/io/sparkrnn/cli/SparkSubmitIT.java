package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The slim jar alone under the real spark-submit, with executors in processes of their own. */
class SparkSubmitIT {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final List<String> TRAINING =
      List.of("train", "--hidden", "4", "--epochs", "1", "--workers", "3");

  @TempDir private Path temp;

  @Test
  void theSlimJarTrainsAndGivesTheLocalEnginesBits() throws Exception {
    Path submitted = temp.resolve("submitted");
    Path local = temp.resolve("local");
    List<String> arguments = new ArrayList<>(TRAINING);
    arguments.addAll(List.of("--engine", "local", "--run-dir", local.toString()));
    assertThat(CommandRun.of(arguments.toArray(String[]::new)).exitCode()).isZero();

    Process process = submit(submitted);
    try {
      assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }

    assertThat(process.exitValue()).as(Files.readString(temp.resolve("err"))).isZero();
    assertThat(Files.readString(temp.resolve("out"))).contains("on local-cluster[2,1,1024]");
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

  private Process submit(Path run) throws IOException {
    // A home of its own, where executors write.
    Path home = Files.createDirectory(temp.resolve("spark"));
    Files.createSymbolicLink(home.resolve("jars"), TARGET.resolve("spark/jars"));
    // Elsewhere than DL4J's jar.
    Path jar = Files.copy(TARGET.resolve("spark-rnn.jar"), temp.resolve("spark-rnn.jar"));
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptions().strip().split("\\s+")));
    command.addAll(
        Stream.concat(
                Stream.of(
                    "--add-modules=jdk.incubator.vector",
                    "-Xmx1g",
                    "-cp",
                    TARGET.resolve("spark/jars") + File.separator + "*",
                    "org.apache.spark.deploy.SparkSubmit",
                    "--master",
                    "local-cluster[2,1,1024]",
                    "--properties-file",
                    Path.of("conf", "spark-defaults.conf").toAbsolutePath().toString(),
                    "--conf",
                    "spark.ui.enabled=false",
                    jar.toString()),
                Stream.concat(TRAINING.stream(), Stream.of("--run-dir", run.toString())))
            .toList());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectOutput(temp.resolve("out").toFile())
            .redirectError(temp.resolve("err").toFile());
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    return builder.start();
  }

  private static JsonNode result(Path run) throws IOException {
    return new ObjectMapper().readTree(run.resolve("result.json").toFile());
  }
}
