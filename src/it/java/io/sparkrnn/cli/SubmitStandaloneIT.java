package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.FullProof;
import io.sparkrnn.Proof;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.spark.StandaloneCluster;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code submit/standalone} on a cluster of processes, whose exit code is the program's own, and
 * {@code submit/local} with such a cluster's master.
 */
class SubmitStandaloneIT {
  private static final List<String> TRAINING =
      List.of("--hidden", "4", "--epochs", "1", "--workers", "3", "--validation", "100");

  /** In the JVM's log of the shared objects it loads. */
  private static final Pattern LIBRARY = Pattern.compile("Loaded library (.+), handle 0x");

  /** In its log of the classes it loads. */
  private static final Pattern NATIVE_CODE = Pattern.compile("org[./](nd4j|bytedeco)[./]\\S*");

  @TempDir private static Path temp;
  private static StandaloneCluster cluster;
  private static String parametersSha256;

  private final List<String> options = new ArrayList<>();
  private Path data = FirstImages.in(temp, 2_000);

  /** A cluster's processes are on this machine, too. */
  private List<String> training() {
    List<String> arguments = new ArrayList<>(TRAINING);
    arguments.addAll(List.of("--data", data.toString(), "--shared-paths"));
    return arguments;
  }

  @BeforeAll
  static void start() throws Exception {
    cluster = StandaloneCluster.start(Files.createDirectory(temp.resolve("cluster")), 2, Map.of());
    List<String> local = new ArrayList<>(List.of("train", "--engine", "local", "--run-dir"));
    local.add(temp.resolve("local").toString());
    local.addAll(TRAINING);
    local.addAll(List.of("--data", FirstImages.in(temp, 2_000).toString()));
    assertThat(CommandRun.of(local.toArray(String[]::new)).exitCode()).isZero();
    parametersSha256 = result("local").path("parametersSha256").asText();
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static JsonNode result(String run) throws IOException {
    return RunState.result(temp.resolve(run));
  }

  private LauncherRun submit(String run, String mode, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--deploy-mode", mode));
    arguments.addAll(List.of("--memory", "1g", "--driver-memory", "512m"));
    arguments.addAll(List.of("--spark-conf", "spark.ui.enabled=false"));
    arguments.addAll(options);
    arguments.addAll(training());
    arguments.addAll(List.of("--run-dir", temp.resolve(run).toString()));
    arguments.addAll(List.of(more));
    Path directory = Files.createDirectories(temp.resolve("of-" + run).resolve("user"));
    return LauncherRun.of(
        directory,
        Map.of("SPARK_MASTER_URL", cluster.master(), "SPARK_LOCAL_IP", "127.0.0.1"),
        "standalone",
        arguments);
  }

  private static String all(LauncherRun run) {
    return String.join("\n", run.out()) + "\n" + String.join("\n", run.err());
  }

  @Test
  @FullProof
  void theDriverHereTrainsWithEqualBits() throws Exception {
    Set<String> loaded = libraries("client", "");

    assertThat(result("client").path("parametersSha256").asText()).isEqualTo(parametersSha256);
    // Which found DL4J's jar beside its own, without shipping it.
    assertThat(temp.resolve("client/model-dl4j.zip")).exists();
    assertThat(executorFiles("spark-rnn.jar")).isNotEmpty();
    assertThat(executorFiles("spark-rnn-dl4j.jar")).isEmpty();
    // What the next test demands can fail: Spark unpacks those of its own codecs.
    assertThat(loaded)
        .anyMatch(library -> !isOfTheJdk(library) && library.contains("lz4"))
        .noneMatch(library -> library.contains("nd4j") || library.contains("openblas"));
  }

  private static List<Path> executorFiles(String name) throws IOException {
    try (Stream<Path> files = Files.walk(temp.resolve("cluster"))) {
      return files.filter(file -> file.endsWith(name)).toList();
    }
  }

  static List<String> ways() {
    return Proof.of(List.of("job", "resident"), List.of("job"));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void theLauncherOfThisMachineTrainsOnItWithEqualBits(String rounds) throws Exception {
    JsonNode result = submitLocal(rounds, cluster, Map.of());

    assertThat(result.path("test")).isEqualTo(result("local").path("test"));
  }

  // Not with spark.network.crypto.cipher AES/GCM/NoPadding: before Spark 3.5.9 not even its own
  // daemons can talk to each other with it (SPARK-56227, src/docs/security.md). The newer key
  // exchange is set in conf/spark-defaults.conf, for the daemons and the driver. A driver of its
  // own, since Spark keeps the secret of a local master for the life of its JVM.
  @Test
  @FullProof
  void worksWithAuthenticationAndEncryption() throws Exception {
    Map<String, String> settings =
        Map.of(
            "spark.authenticate", "true",
            "spark.authenticate.secret", "a-secret-of-this-test",
            "spark.network.crypto.enabled", "true",
            "spark.io.encryption.enabled", "true");
    Path secured = Files.createDirectory(temp.resolve("secured"));
    try (StandaloneCluster closed = StandaloneCluster.start(secured, 2, settings)) {
      submitLocal("resident", closed, settings);
    }
  }

  private JsonNode submitLocal(String rounds, StandaloneCluster on, Map<String, String> settings)
      throws Exception {
    options.addAll(List.of("--master", on.master(), "--rounds", rounds, "--driver-memory", "1g"));
    settings.forEach((key, value) -> options.addAll(List.of("--spark-conf", key + "=" + value)));
    options.addAll(List.of("--spark-conf", "spark.ui.enabled=false"));
    options.addAll(List.of("--spark-conf", "spark.executor.memory=512m"));
    options.addAll(training());
    Path run = Files.createDirectories(temp.resolve("of-" + rounds + settings.size() + "/user"));
    options.addAll(List.of("--run-dir", run.resolve("run").toString()));
    LauncherRun submitted =
        LauncherRun.of(run, Map.of("SPARK_LOCAL_IP", "127.0.0.1"), "local", options);
    assertThat(submitted.status()).as(all(submitted)).isZero();
    assertThat(all(submitted)).contains("on " + on.master() + ", 2 slots");
    JsonNode result = result(run.resolve("run").toString());
    assertThat(result.path("parametersSha256").asText()).isEqualTo(parametersSha256);
    return result;
  }

  @Test
  void theDriverInTheClusterTrainsWithEqualBits() throws Exception {
    LauncherRun run = submit("cluster-mode", "cluster");

    assertThat(run.status()).as(all(run)).isZero();
    assertThat(run.out())
        .anyMatch(line -> line.matches("status +attempt 1 succeeded"))
        .anyMatch(line -> line.matches("parameters +" + parametersSha256));
    assertThat(result("cluster-mode").path("parametersSha256").asText())
        .isEqualTo(parametersSha256);
  }

  @Test
  void aConfigurationThatIsWrongIsRefusedBeforeAnythingIsSubmitted() throws Exception {
    LauncherRun run = submit("wrong", "cluster", "--minibatch-size", "0");

    assertThat(run.status()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err().get(run.err().size() - 1)).contains("--minibatch-size");
    assertThat(temp.resolve("wrong")).doesNotExist();
  }

  @Test
  void theCodeOfADriverInTheClusterIsTheLaunchers() throws Exception {
    data = Files.createDirectory(temp.resolve("no data"));

    LauncherRun run = submit("refused", "cluster");

    assertThat(run.status()).as(all(run)).isEqualTo(ExitCode.DATA);
    assertThat(run.out())
        .anyMatch(line -> line.matches("status +the driver ended with exit code 65"))
        .anyMatch(line -> line.startsWith("error ") && line.contains("train-images-idx3-ubyte"));
  }

  /** With nowhere to unpack native libraries to, nowhere to find any, and a codec in plain Java. */
  @Test
  @FullProof
  void executorsNeedNoNativeLibrary() throws Exception {
    options.addAll(List.of("--spark-conf", "spark.io.compression.codec=lzf"));
    Set<String> loaded =
        libraries(
            "bare",
            " -Djava.library.path=/dev/null/none -Djava.io.tmpdir=/dev/null/none"
                + " -Dorg.bytedeco.javacpp.cachedir=/dev/null/none");

    assertThat(loaded).isNotEmpty().allMatch(SubmitStandaloneIT::isOfTheJdk);
    assertThat(result("bare").path("parametersSha256").asText()).isEqualTo(parametersSha256);
  }

  private static boolean isOfTheJdk(String library) {
    Path home = Path.of(System.getProperty("java.home"));
    // The JVM loads some of its own by name alone.
    return Files.exists(home.resolve("lib").resolve(library));
  }

  /** The shared objects that executors have loaded in a run; no class of theirs is ND4J's. */
  private Set<String> libraries(String run, String javaOptions) throws Exception {
    Path logs = Files.createDirectory(temp.resolve("logs-" + run));
    options.addAll(
        List.of(
            "--spark-conf",
            "spark.executor.extraJavaOptions=--add-modules=jdk.incubator.vector"
                + javaOptions
                + " -Xlog:class+load=info,library=info:file="
                + logs
                + "/%p.log"));
    LauncherRun submitted = submit(run, "client");
    assertThat(submitted.status()).as(all(submitted)).isZero();
    // Others may say that executors are slow to come.
    assertThat(submitted.err())
        .filteredOn(line -> !line.startsWith("WARN Waiting up to "))
        .containsExactly(
            "memory    1024 MiB an executor: 640 MiB heap, 384 MiB overhead; no native libraries");
    assertThat(submitted.out())
        .anyMatch(line -> line.contains("on " + cluster.master() + ", 2 slots"));

    Set<String> libraries = new TreeSet<>();
    List<Path> files;
    try (Stream<Path> listed = Files.list(logs)) {
      files = listed.toList();
    }
    assertThat(files).hasSize(2);
    for (Path file : files) {
      String log = Files.readString(file);
      assertThat(log).contains("io.sparkrnn.spark.");
      assertThat(NATIVE_CODE.matcher(log).results().map(found -> found.group()).distinct())
          .isEmpty();
      LIBRARY.matcher(log).results().forEach(found -> libraries.add(found.group(1)));
    }
    System.out.printf(
        "%d shared objects in executors (%s): %s%n", libraries.size(), run, libraries);
    return libraries;
  }
}
