package io.sparkrnn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Local paths are refused where other machines would read them, and only there. */
class ClusterPathsTest {
  private static final String CLUSTER = "spark://host:7077";

  /** The problems of a run, as texts. */
  private static List<String> problems(String master, String deployMode, String... keyValues) {
    Map<String, String> flags = new HashMap<>();
    for (int i = 0; i < keyValues.length; i += 2) {
      flags.put(keyValues[i], keyValues[i + 1]);
    }
    ClusterPaths paths =
        ClusterPaths.of(ConfigurationLoader.load(Optional.empty(), flags), master, deployMode);
    ConfigurationException refused =
        catchThrowableOfType(ConfigurationException.class, paths::requireRunnable);
    return refused == null
        ? List.of()
        : refused.problems().stream().map(Problem::toString).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"data", "/data", "file:///data", "file:/data", "FILE:///data"})
  void executorsCannotReadLocalData(String location) {
    assertThat(problems(CLUSTER, "client", "data.uri", location))
        .containsExactly(
            "data.uri (--data): expected hdfs: or another location every machine can read, found "
                + location
                + "; --shared-paths says that a mounted share is the same everywhere");
    assertThat(problems("yarn", "", "data.uri", location)).hasSize(1);
    assertThat(problems("k8s://https://host", "client", "data.uri", location)).hasSize(1);
    assertThat(problems("", "", "data.uri", location, "spark.master", CLUSTER)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"builtin:mnist", "hdfs://namenode/mnist", "s3a://bucket/mnist"})
  void whatEveryMachineCanReadIsFine(String location) {
    assertThat(problems(CLUSTER, "client", "data.uri", location)).isEmpty();
    assertThat(
            problems(CLUSTER, "cluster", "data.uri", location, "run.dir", "hdfs://namenode/runs/1"))
        .isEmpty();
  }

  @Test
  void tablesTakeThePlaceOfOtherData() {
    String[] tables = {"table.train", "train.csv", "table.test", "/test.parquet"};
    assertThat(problems(CLUSTER, "client", tables))
        .hasSize(2)
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .startsWith("table.train (--train-table): expected hdfs: or another location")
                    .contains("found train.csv; --shared-paths"))
        .anySatisfy(problem -> assertThat(problem).startsWith("table.test (--test-table): "));
    assertThat(problems("local[2]", "client", tables)).isEmpty();
    assertThat(
            problems(
                CLUSTER,
                "client",
                "table.train",
                "hdfs://namenode/t.csv",
                "table.test",
                "s3a://b/t"))
        .isEmpty();
  }

  @Test
  void onlyTheDriverReadsTheInitialModel() {
    assertThat(problems(CLUSTER, "client", "training.initial-model", "runs/1")).isEmpty();
    assertThat(
            problems(
                CLUSTER,
                "cluster",
                "run.dir",
                "hdfs://namenode/runs/2",
                "training.initial-model",
                "runs/1"))
        .singleElement()
        .asString()
        .startsWith("training.initial-model (--initial-model): expected hdfs: or another location");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "local", "local[*]", "local-cluster[2,1,1024]"})
  void onOneMachineLocalDataIsFine(String master) {
    assertThat(problems(master, "client", "data.uri", "/data")).isEmpty();
  }

  @Test
  void theConfigurationsMasterCountsMore() {
    assertThat(problems(CLUSTER, "client", "data.uri", "/data", "spark.master", "local[2]"))
        .isEmpty();
  }

  @Test
  void theLocalEngineHasNoExecutors() {
    assertThat(problems(CLUSTER, "client", "data.uri", "/data", "training.engine", "local"))
        .isEmpty();
  }

  @Test
  void everyExplicitFileIsNamed() {
    assertThat(
            problems(
                CLUSTER,
                "client",
                "data.train-images",
                "a",
                "data.train-labels",
                "b",
                "data.test-images",
                "hdfs:///c",
                "data.test-labels",
                "d"))
        .hasSize(3)
        .allMatch(problem -> problem.matches("data\\.(train-(images|labels)|test-labels) .*"));
  }

  @Test
  void aDriverInTheClusterNeedsARunDirectoryThatOthersCanRead() {
    assertThat(problems(CLUSTER, "cluster"))
        .singleElement()
        .asString()
        .startsWith("run.dir (--run-dir): expected hdfs: ")
        .endsWith("found none");
    assertThat(problems(CLUSTER, "cluster", "run.dir", "/runs/1", "data.uri", "/data")).hasSize(2);
    assertThat(problems(CLUSTER, "client", "run.dir", "/runs/1")).isEmpty();
  }

  @Test
  void sharedPathsAreFineButNotRelativeOnes() {
    assertThat(
            problems(
                CLUSTER,
                "cluster",
                "run.dir",
                "/share/runs/1",
                "data.uri",
                "file:///share/mnist",
                "spark.shared-paths",
                "true"))
        .isEmpty();
    assertThat(problems(CLUSTER, "client", "data.uri", "data", "spark.shared-paths", "true"))
        .isEmpty();
    assertThat(problems(CLUSTER, "cluster", "run.dir", "run", "spark.shared-paths", "true"))
        .containsExactly(
            "run.dir (--run-dir): expected an absolute path, since the driver has another working directory, found run");
    assertThat(problems(CLUSTER, "cluster", "spark.shared-paths", "true"))
        .singleElement()
        .asString()
        .endsWith("found none");
  }
}
