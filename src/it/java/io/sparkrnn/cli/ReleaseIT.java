package io.sparkrnn.cli;

import static io.sparkrnn.cli.RunState.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Build;
import io.sparkrnn.FullProof;
import io.sparkrnn.train.FirstImages;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is released works where there is neither Maven nor this source tree. */
class ReleaseIT {
  private static final Path RELEASE = LauncherRun.HOME.resolve(".ci/release");

  @TempDir private Path temp;

  @Test
  void whatAnArchiveHoldsTrainsByItself() throws Exception {
    Path installed = temp.resolve("spark rnn");
    run(
        LauncherRun.HOME,
        RELEASE.toString(),
        "--lay-out",
        Build.DIRECTORY.toString(),
        installed.toString());
    assertTrains(installed);
  }

  /** Without its classes' archive, which is made at the first start. */
  private void assertTrains(Path installed) throws Exception {
    Path directory = Files.createDirectories(temp.resolve("user"));
    Path data = FirstImages.in(temp, 400);
    List<String> arguments =
        List.of(
            "train",
            "--hidden",
            "4",
            "--epochs",
            "1",
            "--validation",
            "100",
            "--data",
            data.toString());
    List<String> command = new ArrayList<>(List.of(installed.resolve("submit/local").toString()));
    command.addAll(arguments);
    command.addAll(List.of("--run-dir", directory.resolve("run").toString()));
    run(directory, command.toArray(String[]::new));

    List<String> alone = new ArrayList<>(arguments);
    Path expected = temp.resolve("expected-" + installed.getFileName());
    alone.addAll(List.of("--engine", "local", "--run-dir", expected.toString()));
    assertThat(CommandRun.of(alone.toArray(String[]::new)).exitCode()).isZero();
    assertThat(result(directory.resolve("run")).path("parametersSha256"))
        .isEqualTo(result(expected).path("parametersSha256"));
    assertThat(directory.resolve("run/model-dl4j.zip")).exists();
    run(temp, "rm", "-r", directory.toString(), data.toString(), expected.toString());
  }

  /** From two clones, for both Sparks. */
  @Test
  @FullProof
  void releasesAreTheSameFromAnyDirectoryAndTrain() throws Exception {
    Path first = released("first");
    Path second = released("the second");
    assertThat(Files.readString(first.resolve("SHA256SUMS")))
        .isEqualTo(Files.readString(second.resolve("SHA256SUMS")));
    List<Path> archives;
    try (Stream<Path> files = Files.list(first)) {
      archives = files.filter(file -> file.toString().endsWith(".tar.gz")).sorted().toList();
    }
    assertThat(archives).hasSize(2);
    for (Path archive : archives) {
      Path empty = Files.createDirectory(temp.resolve("of-" + archive.getFileName()));
      run(empty, "tar", "xzf", archive.toString());
      assertTrains(empty.resolve(archive.getFileName().toString().replace(".tar.gz", "")));
    }
    assertThat(first.resolve("spark_rnn-0.1.0-py3-none-any.whl")).exists();
    for (String scala : List.of("2.12", "2.13")) {
      Path artifact = first.resolve("maven/io/sparkrnn/spark-rnn_" + scala + "/0.1.0");
      String stem = "spark-rnn_" + scala + "-0.1.0";
      assertThat(artifact.resolve(stem + ".jar")).exists();
      assertThat(artifact.resolve(stem + "-sources.jar")).exists();
      assertThat(artifact.resolve(stem + "-javadoc.jar")).exists();
      assertThat(Files.readString(artifact.resolve(stem + ".pom")))
          .containsOnlyOnce("<dependency>")
          .contains("<scope>provided</scope>");
    }
  }

  private Path released(String name) throws Exception {
    Path clone = temp.resolve(name);
    run(temp, "git", "clone", "--quiet", LauncherRun.HOME.toString(), clone.toString());
    run(clone, ".ci/release");
    return clone.resolve("dist");
  }

  /** Fails unless it succeeds. Nothing that it starts finds Maven, except a release. */
  private void run(Path directory, String... command) throws Exception {
    Path output = temp.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    LauncherRun.asOfAUser(builder.environment());
    builder.environment().remove("SPARK_RNN_SPARK");
    if (!command[0].equals(".ci/release")) {
      builder.environment().put("PATH", withoutMaven());
    }
    assertThat(builder.start().waitFor()).as(Files.readString(output)).isZero();
  }

  /** With a Maven before any other that does nothing but fail. */
  private String withoutMaven() throws IOException {
    Path tools = Files.createDirectories(temp.resolve("tools"));
    Path maven = tools.resolve("mvn");
    if (!Files.exists(maven)) {
      Files.writeString(maven, "#!/bin/sh\necho there is no Maven here >&2\nexit 1\n");
      assertThat(maven.toFile().setExecutable(true)).isTrue();
    }
    return tools + File.pathSeparator + System.getenv("PATH");
  }
}
