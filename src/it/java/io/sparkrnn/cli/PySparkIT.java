package io.sparkrnn.cli;

import static io.sparkrnn.cli.RunState.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.FullProof;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.spark.version.SparkVersion;
import io.sparkrnn.train.FirstImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Spark that {@code pip install pyspark} lays down, as the Spark of the launchers and alone.
 */
@FullProof
class PySparkIT {
  private static final String OURS = SparkVersion.SPARK.get(0) + ".*";

  private static final String OTHER = SparkVersion.SCALA.equals("2.12") ? "4.2.*" : "3.5.*";

  @TempDir private Path temp;
  private Path directory;
  private List<String> training;
  private String expected;

  @BeforeEach
  void trainWithoutSpark() throws Exception {
    directory = Files.createDirectory(temp.resolve("here"));
    String data = FirstImages.in(temp, 400).toString();
    training =
        List.of(
            "train",
            "--hidden",
            "4",
            "--epochs",
            "1",
            "--validation",
            "100",
            "--workers",
            "2",
            "--data",
            data);
    expected = trained("alone", CommandRun.of(arguments("alone", "--engine", "local")).exitCode());
  }

  private String[] arguments(String run, String... more) {
    List<String> all = new ArrayList<>(training);
    all.addAll(List.of(more));
    all.addAll(List.of("--run-dir", temp.resolve(run).toString()));
    return all.toArray(String[]::new);
  }

  private String trained(String run, int exitCode) throws Exception {
    assertThat(exitCode).isZero();
    return result(temp.resolve(run)).path("parametersSha256").asText();
  }

  static Stream<String> all() {
    return SparkVersion.SPARK.stream().map(line -> line + ".*");
  }

  @ParameterizedTest
  @MethodSource("all")
  void launchersRunIt(String version) throws Exception {
    Path home = PySpark.home(version);
    LauncherRun run =
        LauncherRun.of(
            directory,
            Map.of("SPARK_HOME", home.toString()),
            "local",
            List.of(arguments("launched", "--master", "local[2]")));
    assertThat(run.err()).isEmpty();
    assertThat(trained("launched", run.status())).isEqualTo(expected);
  }

  @Test
  void itsSparkSubmitRunsTheJarAlone() throws Exception {
    Path home = PySpark.home(OURS);
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("bin/spark-submit").toString(),
                "--master",
                "local[2]",
                SlimJar.in(temp).file().toString()));
    command.addAll(List.of(arguments("submitted")));
    assertThat(trained("submitted", run(home, command))).isEqualTo(expected);
  }

  @Test
  void itsStandaloneClusterRunsTheJar() throws Exception {
    Path home = PySpark.home(OURS);
    Path log = temp.resolve("master.log");
    Process master =
        process(
            home,
            log,
            "org.apache.spark.deploy.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--webui-port",
            "0");
    try {
      String address = await(log, ".*Starting Spark master at (spark:\\S+).*");
      Process worker =
          process(
              home,
              temp.resolve("worker.log"),
              "org.apache.spark.deploy.worker.Worker",
              "--webui-port",
              "0",
              "--cores",
              "2",
              "--work-dir",
              temp.resolve("work").toString(),
              address);
      try {
        LauncherRun run =
            LauncherRun.of(
                directory,
                Map.of("SPARK_HOME", home.toString(), "SPARK_LOCAL_IP", "127.0.0.1"),
                "standalone",
                List.of(
                    arguments(
                        "clustered",
                        "--master",
                        address,
                        "--executors",
                        "2",
                        "--memory",
                        "1g",
                        "--shared-paths")));
        assertThat(trained("clustered", run.status())).as("%s", run).isEqualTo(expected);
      } finally {
        worker.destroyForcibly();
      }
    } finally {
      master.destroyForcibly();
    }
  }

  /** By the program, where no launcher has looked. */
  @Test
  void anotherIsRefusedWithThePin() throws Exception {
    Path home = PySpark.home(OTHER);
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("bin/spark-submit").toString(), SlimJar.in(temp).file().toString()));
    command.addAll(List.of(arguments("refused")));
    assertThat(run(home, command)).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(Files.readString(temp.resolve("out")))
        .contains("pip install 'pyspark==" + OURS + "' gives one");
    assertThat(temp.resolve("refused")).doesNotExist();
  }

  private int run(Path home, List<String> command) throws Exception {
    return start(home, temp.resolve("out"), command).waitFor();
  }

  private static Process process(Path home, Path log, String... what) throws Exception {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/spark-class").toString()));
    command.addAll(List.of(what));
    return start(home, log, command);
  }

  private static Process start(Path home, Path log, List<String> command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    LauncherRun.asOfAUser(builder.environment());
    builder
        .environment()
        .putAll(Map.of("SPARK_HOME", home.toString(), "SPARK_LOCAL_IP", "127.0.0.1"));
    return builder.start();
  }

  private static String await(Path log, String pattern) throws Exception {
    for (int i = 0; i < 600; i++) {
      String text = Files.exists(log) ? Files.readString(log) : "";
      for (String line : text.lines().toList()) {
        if (line.matches(pattern)) {
          return line.replaceAll(pattern, "$1");
        }
      }
      Thread.sleep(100);
    }
    throw new AssertionError("expected " + pattern + " in " + log);
  }
}
