package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Build;
import io.sparkrnn.Jdk;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two jars and Spark's are enough for everything that we do with DL4J. */
class Dl4jJarIT {
  private static final Path TARGET = Build.DIRECTORY;
  private static final Path DL4J_JAR = TARGET.resolve("spark-rnn-dl4j.jar");
  private static final long MAX_JAR_BYTES = 150_000_000;

  // The second is what DL4J asks its users to set.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.serializer=org.apache.spark.serializer.JavaSerializer",
        "spark.serializer=org.apache.spark.serializer.KryoSerializer;spark.kryo.registrator=org.nd4j.kryo.Nd4jRegistrator"
      })
  void thePackagedJarsSuffice(String settings, @TempDir Path directory)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().trim().split("\\s+")));
    command.addAll(List.of("-Xmx1g", "-Dspark.ui.enabled=false", "-Dspark.driver.host=127.0.0.1"));
    command.addAll(Jdk.SHORT_LIVED);
    for (String setting : settings.split(";")) {
      command.add("-D" + setting);
    }
    String classPath =
        String.join(
            File.pathSeparator,
            TARGET.resolve("spark-rnn.jar").toString(),
            DL4J_JAR.toString(),
            TARGET.resolve("spark").resolve("jars") + "/*",
            TARGET.resolve("test-classes").toString());
    command.addAll(List.of("-cp", classPath, Dl4jJarSmoke.class.getName()));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();

    int status = process.waitFor();
    String errors = Files.readString(err, StandardCharsets.UTF_8);
    assertThat(status).as(errors).isZero();
    assertThat(errors).doesNotContain("NoClassDefFoundError", "ClassNotFoundException");
    List<String> lines = Files.readAllLines(out, StandardCharsets.UTF_8);
    assertThat(lines).contains("stock engine 13", "zip true");
    assertThat(lines)
        .filteredOn(line -> line.startsWith("training master "))
        .singleElement()
        .satisfies(
            line ->
                assertThat(Double.parseDouble(line.substring("training master ".length())))
                    .isGreaterThan(0.9));
  }

  @Test
  void theDl4jJarIsNotTooLarge() throws IOException {
    assertThat(Files.size(DL4J_JAR)).isLessThanOrEqualTo(MAX_JAR_BYTES);
  }
}
