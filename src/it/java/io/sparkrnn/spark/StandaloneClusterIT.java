package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.spark.rounds.JobRoundRunner;
import io.sparkrnn.spark.rounds.ResidentRoundRunner;
import io.sparkrnn.spark.rounds.SmallTraining;
import io.sparkrnn.train.RoundRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A cluster of processes comes to the local engine's bits. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StandaloneClusterIT {
  // Shards of unequal size, with a short last minibatch; an odd number of workers.
  private static final TrainingData DATA = new SyntheticData(5, 1203, 6, 7, 4);

  @TempDir private static Path directory;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster =
        StandaloneCluster.start(Files.createDirectory(directory.resolve("cluster")), 2, Map.of());
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static JavaSparkContext context(Map<String, String> settings) {
    return context(cluster, settings);
  }

  private static JavaSparkContext context(StandaloneCluster on, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Map.of("spark.executor.memory", "512m"));
    all.putAll(settings);
    return SmallTraining.context(on.master(), all);
  }

  private static RoundRunner rounds(RoundsChoice choice, JavaSparkContext context) {
    return choice == RoundsChoice.JOB
        ? new JobRoundRunner(context, SmallTraining.recipe(DATA), "portable", DATA)
        : new ResidentRoundRunner(context, SmallTraining.recipe(DATA), "portable", DATA);
  }

  @ParameterizedTest
  @EnumSource(names = {"JOB", "RESIDENT"})
  void dynamicAllocationAndSpeculationLeaveNoTrace(RoundsChoice choice) {
    Map<String, String> settings =
        Map.of(
            "spark.dynamicAllocation.enabled", "true",
            "spark.dynamicAllocation.shuffleTracking.enabled", "true",
            "spark.dynamicAllocation.maxExecutors", "2",
            "spark.speculation", "true",
            "spark.speculation.interval", "10ms",
            "spark.speculation.multiplier", "1",
            "spark.speculation.quantile", "0.1");
    try (JavaSparkContext context = context(settings);
        RoundRunner runner = rounds(choice, context)) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
  }

  // Not with spark.network.crypto.cipher AES/GCM/NoPadding: before Spark 3.5.9 not even its own
  // daemons can talk to each other with it (SPARK-56227, src/docs/security.md). The newer key
  // exchange is set in conf/spark-defaults.conf, for the daemons and the driver. A driver of its
  // own, since Spark keeps the secret of a local master for the life of its JVM.
  @Test
  void worksWithAuthenticationAndEncryption() throws Exception {
    Map<String, String> settings =
        Map.of(
            "spark.authenticate", "true",
            "spark.authenticate.secret", "a-secret-of-this-test",
            "spark.network.crypto.enabled", "true",
            "spark.io.encryption.enabled", "true");
    List<String> arguments = new ArrayList<>(List.of("--rounds", "resident"));
    settings.forEach((key, value) -> arguments.addAll(List.of("--spark-conf", key + "=" + value)));
    Path local = train("unsecured", "--engine", "local");
    Path secured = Files.createDirectory(directory.resolve("secured"));
    try (StandaloneCluster closed = StandaloneCluster.start(secured, 2, settings)) {
      arguments.addAll(List.of("--master", closed.master()));
      Path run = train("closed", arguments.toArray(String[]::new));

      assertThat(Files.readString(output("closed"))).contains("on " + closed.master());
      assertThat(result(run).path("parametersSha256"))
          .isEqualTo(result(local).path("parametersSha256"));
    }
  }

  @Test
  void theLauncherTrainsOnItWithEqualBits() throws Exception {
    Path local = train("local", "--engine", "local");
    for (String rounds : List.of("job", "resident")) {
      Path run = train(rounds, "--rounds", rounds, "--master", cluster.master());

      assertThat(Files.readString(output(rounds))).contains("on " + cluster.master() + ", 2 slots");
      assertThat(result(run).path("parametersSha256"))
          .isEqualTo(result(local).path("parametersSha256"));
      assertThat(result(run).path("test")).isEqualTo(result(local).path("test"));
    }
  }

  private static Path output(String name) {
    return directory.resolve(name + ".out");
  }

  private static Path train(String name, String... arguments) throws Exception {
    Path run = directory.resolve(name);
    List<String> command = new ArrayList<>();
    command.add(Path.of("submit", "local").toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("--driver-memory", "1g", "--spark-conf", "spark.ui.enabled=false"));
    command.addAll(List.of("--hidden", "4", "--epochs", "1", "--workers", "3"));
    command.addAll(List.of("--run-dir", run.toString(), "--", "--executor-memory", "512m"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output(name).toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(output(name))).isZero();
    return run;
  }

  private static JsonNode result(Path run) throws IOException {
    return new ObjectMapper().readTree(run.resolve("result.json").toFile());
  }
}
