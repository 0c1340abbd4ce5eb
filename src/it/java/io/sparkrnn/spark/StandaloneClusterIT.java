package io.sparkrnn.spark;

import static io.sparkrnn.spark.rounds.SmallTraining.DATA;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Proof;
import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.spark.rounds.SmallTraining;
import io.sparkrnn.train.RoundRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A cluster of processes comes to the local engine's bits. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StandaloneClusterIT {
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

  static List<RoundsChoice> ways() {
    return Proof.of(
        List.of(RoundsChoice.JOB, RoundsChoice.RESIDENT), List.of(RoundsChoice.RESIDENT));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void dynamicAllocationAndSpeculationLeaveNoTrace(RoundsChoice choice) {
    Map<String, String> settings =
        Map.of(
            "spark.executor.memory", "512m",
            "spark.dynamicAllocation.enabled", "true",
            "spark.dynamicAllocation.shuffleTracking.enabled", "true",
            "spark.dynamicAllocation.maxExecutors", "2",
            "spark.speculation", "true",
            "spark.speculation.interval", "10ms",
            "spark.speculation.multiplier", "1",
            "spark.speculation.quantile", "0.1");
    try (JavaSparkContext context = SmallTraining.context(cluster.master(), settings);
        RoundRunner runner = SmallTraining.rounds(choice, context, DATA)) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
  }
}
