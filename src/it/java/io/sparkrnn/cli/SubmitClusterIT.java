package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Build;
import io.sparkrnn.run.ExitCode;
import java.io.IOException;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launchers for clusters, as far as they get without one. */
class SubmitClusterIT {
  private static final String STANDALONE = "spark://host:7077";
  private static final String KUBERNETES = "k8s://https://host:6443";
  private static final String RUN = "hdfs://namenode/runs/1";
  private static final String JAR = Build.resolve("spark-rnn.jar").toString();

  @TempDir private Path temporary;
  private Path directory;

  @BeforeEach
  void elsewhere() throws IOException {
    directory = Files.createDirectory(temporary.resolve("elsewhere"));
  }

  private LauncherRun submit(String launcher, String... arguments) throws Exception {
    return LauncherRun.of(directory, Map.of(), launcher, List.of(arguments));
  }

  private List<String> printed(String launcher, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(0, "--print");
    LauncherRun run = submit(launcher, all.toArray(String[]::new));
    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    assertThat(directory).isEmptyDirectory();
    return run.words();
  }

  /** From spark-submit's own options to the end, without the name of the submission. */
  private static List<String> submission(List<String> words) {
    return words.subList(words.indexOf("--class"), words.size()).stream()
        .map(word -> word.replaceFirst("=\\d{8}T\\d{6}Z-\\d+$", "=NAME"))
        .toList();
  }

  private static List<String> expected(String master, String mode, Stream<String> rest) {
    return Stream.concat(
            Stream.of(
                "--class",
                "io.sparkrnn.cli.Main",
                "--master",
                master,
                "--properties-file",
                LauncherRun.HOME.resolve("conf/spark-defaults.conf").toString(),
                "--deploy-mode",
                mode),
            rest)
        .toList();
  }

  private static Stream<String> confs(String... properties) {
    return Stream.of(properties).flatMap(property -> Stream.of("--conf", property));
  }

  @Test
  void standaloneClient() throws Exception {
    List<String> words =
        printed("standalone", "--master", STANDALONE, "--executors", "3", "--epochs", "1");

    assertThat(words).contains("-Xmx4g", "--add-modules=jdk.incubator.vector");
    assertThat(submission(words))
        .isEqualTo(
            expected(
                STANDALONE,
                "client",
                Stream.concat(
                    confs(
                        "spark.executor.memory=1664m",
                        "spark.executor.memoryOverhead=384m",
                        "spark.executor.cores=1",
                        "spark.cores.max=3"),
                    Stream.of(JAR, "train", "--epochs", "1", "--master=" + STANDALONE))));
  }

  @Test
  void standaloneCluster() throws Exception {
    List<String> words =
        printed(
            "standalone",
            "--master=" + STANDALONE,
            "--deploy-mode=cluster",
            "--jar=hdfs://namenode/spark-rnn.jar",
            "--threads-per-worker",
            "2",
            "--run-dir",
            RUN);

    assertThat(words).noneMatch(word -> word.startsWith("-Xmx"));
    List<String> submission = submission(words);
    assertThat(submission)
        .containsSubsequence(
            expected(
                STANDALONE,
                "cluster",
                Stream.concat(
                    confs(
                        "spark.standalone.submit.waitAppCompletion=true",
                        "spark.executor.memory=1664m",
                        "spark.executor.memoryOverhead=384m",
                        "spark.driver.memory=4096m",
                        "spark.driver.memoryOverhead=410m",
                        "spark.executor.cores=2",
                        "spark.cores.max=4",
                        "spark.rnn.submission=NAME"),
                    Stream.of("hdfs://namenode/spark-rnn.jar", "train"))))
        .endsWith("--threads-per-worker", "2", "--run-dir", RUN, "--master=" + STANDALONE);
    // A Spark worker does not add what Spark's own classes need of the JVM.
    assertThat(submission)
        .filteredOn(word -> word.startsWith("spark.driver.extraJavaOptions="))
        .singleElement()
        .asString()
        .contains("--add-opens=java.base/java.nio=ALL-UNNAMED")
        .endsWith(" --add-modules=jdk.incubator.vector");
  }

  @Test
  void yarnClient() throws Exception {
    assertThat(submission(printed("yarn", "--memory", "4g", "--executor-cores", "4")))
        .isEqualTo(
            expected(
                "yarn",
                "client",
                Stream.concat(
                    confs(
                        "spark.executor.memory=3686m",
                        "spark.executor.memoryOverhead=410m",
                        "spark.executor.cores=4",
                        "spark.executor.instances=2"),
                    Stream.of(JAR, "train", "--master=yarn"))));
  }

  @Test
  void yarnCluster() throws Exception {
    assertThat(
            submission(
                printed(
                    "yarn",
                    "--deploy-mode",
                    "cluster",
                    "--config",
                    "some/my.conf",
                    "--principal",
                    "me@REALM",
                    "--keytab",
                    "me.keytab",
                    "--spark-conf",
                    "spark.a=b c",
                    "--run-dir",
                    RUN,
                    "--",
                    "--queue",
                    "ml")))
        .isEqualTo(
            expected(
                "yarn",
                "cluster",
                Stream.of(
                        confs(
                            "spark.executor.memory=1664m",
                            "spark.executor.memoryOverhead=384m",
                            "spark.driver.memory=4096m",
                            "spark.driver.memoryOverhead=410m",
                            "spark.executor.cores=1",
                            "spark.executor.instances=2",
                            "spark.rnn.submission=NAME",
                            "spark.driver.extraJavaOptions=--add-modules=jdk.incubator.vector"),
                        // The file travels, and lies in the driver's working directory.
                        Stream.of("--files", "some/my.conf"),
                        Stream.of("--principal", "me@REALM", "--keytab", "me.keytab"),
                        Stream.of("--conf", "spark.a=b c", "--queue", "ml"),
                        Stream.of(JAR, "train", "--config", "my.conf", "--run-dir", RUN),
                        Stream.of("--master=yarn"))
                    .flatMap(words -> words)));
  }

  @Test
  void kubernetesInBothModes() throws Exception {
    for (String mode : List.of("client", "cluster")) {
      List<String> submission =
          submission(
              printed(
                  "kubernetes",
                  "--master",
                  KUBERNETES,
                  "--image",
                  "image:1",
                  "--deploy-mode",
                  mode,
                  "--run-dir",
                  RUN));
      Path manifests = LauncherRun.HOME.resolve("conf/kubernetes");

      assertThat(submission)
          .containsSubsequence(
              expected(
                  KUBERNETES,
                  mode,
                  confs(
                      "spark.executor.instances=2",
                      "spark.kubernetes.container.image=image:1",
                      "spark.kubernetes.driver.podTemplateFile="
                          + manifests.resolve("driver-pod.yaml"),
                      "spark.kubernetes.executor.podTemplateFile="
                          + manifests.resolve("executor-pod.yaml"),
                      "spark.kubernetes.authenticate.driver.serviceAccountName=spark-rnn")))
          .containsSequence(
              mode.equals("client") ? JAR : "local:///opt/spark-rnn/spark-rnn.jar", "train");
      assertThat(manifests.resolve("driver-pod.yaml")).exists();
      assertThat(manifests.resolve("executor-pod.yaml")).exists();
    }
  }

  @Test
  void executorsGetDl4jOnlyForItsOwnEngine() throws Exception {
    String dl4j = Build.resolve("spark-rnn-dl4j.jar").toString();

    assertThat(printed("yarn")).doesNotContain("--jars");
    assertThat(printed("yarn", "--engine", "dl4j")).containsSequence("--jars", dl4j);
    assertThat(printed("yarn", "--engine=dl4j")).containsSequence("--jars", dl4j);
  }

  @ParameterizedTest
  @CsvSource({
    "896m, 512, 384",
    "1g, 640, 384",
    "2048M, 1664, 384",
    "3840m, 3456, 384",
    "3841m, 3456, 385",
    "4g, 3686, 410",
    "64gb, 58982, 6554"
  })
  void oneFigureIsDividedIntoHeapAndOverhead(String size, long heap, long overhead)
      throws Exception {
    LauncherRun run = submit("standalone", "--print", "--master", STANDALONE, "--memory", size);

    assertThat(run.words())
        .contains("spark.executor.memory=" + heap + "m")
        .contains("spark.executor.memoryOverhead=" + overhead + "m");
    assertThat(run.err())
        .containsExactly(
            "memory    %d MiB an executor: %d MiB heap, %d MiB overhead; no native libraries"
                .formatted(heap + overhead, heap, overhead));
  }

  @ParameterizedTest
  @ValueSource(strings = {"standalone", "yarn", "kubernetes"})
  void helpSaysWhatGoesWhere(String launcher) throws Exception {
    LauncherRun run = submit(launcher, "--help");

    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(String.join("\n", run.out()))
        .contains("Usage: submit/" + launcher, "--deploy-mode MODE", "--executors N", "status")
        .contains("--memory SIZE", "--principal P", "--jar URI", "--spark-conf K=V", "--print");
    assertThat(String.join("\n", submit(launcher, "train", "--help").out()))
        .contains("Usage: spark-rnn train");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "standalone||expected --master spark://HOST:7077, found none",
        "standalone|--master yarn|expected --master spark://HOST:7077, found yarn",
        "yarn|--master spark://h:1|expected --master yarn, found spark://h:1",
        "kubernetes|--master https://h|expected --master k8s://https://HOST:6443, found https://h",
        "kubernetes|--master k8s://https://h|expected --image NAME",
        "yarn|--deploy-mode both|expected client or cluster for --deploy-mode, found both",
        "yarn|--executors 0|expected a whole number of at least 1 for --executors, found 0",
        "yarn|--executor-cores x|expected a whole number of at least 1 for --executor-cores, found x",
        "yarn|--memory 895m|expected --memory of at least 896m",
        "yarn|--memory 4|expected --memory of at least 896m, such as 4096m or 4g, found 4",
        "yarn|--driver-memory 1x|expected --driver-memory of at least 512m",
        "yarn|--deploy-mode cluster evaluate --model m|Cannot run evaluate in deploy mode cluster",
        "yarn|--memory|expected a value after --memory, found none",
        "standalone|--master spark://h:1 --deploy-mode cluster|expected --jar URI",
        "standalone|--master spark://h:1 --deploy-mode cluster --jar hdfs:///j --config c|"
            + "Cannot give c to a driver on another machine: expected its keys as flags"
      })
  void whatCannotBeIsRefused(String launcher, String arguments, String message) throws Exception {
    LauncherRun run = submit(launcher, arguments == null ? new String[0] : arguments.split(" "));

    assertThat(run.status()).isEqualTo(ExitCode.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().get(run.err().size() - 1))
        .startsWith("submit/" + launcher + ": Cannot ")
        .contains(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yarn", "kubernetes"})
  void theBundledSparkCannotReachThem(String launcher) throws Exception {
    String[] arguments =
        launcher.equals("yarn")
            ? new String[0]
            : new String[] {"--master", KUBERNETES, "--image", "i", "--run-dir", RUN};
    LauncherRun run = submit(launcher, arguments);

    assertThat(run.status()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.err().get(run.err().size() - 1))
        .isEqualTo(
            "submit/%s: Cannot reach a cluster: expected a SPARK_HOME whose jars/ has spark-%s, found none in %s"
                .formatted(launcher, launcher, Build.resolve("spark/jars")));
  }

  @Test
  void yarnsConfigurationIsNeeded() throws Exception {
    Path spark = Files.createDirectories(temporary.resolve("spark"));
    Files.createFile(Files.createDirectory(spark.resolve("jars")).resolve("spark-yarn_2.12-3.jar"));
    Path submit = Files.createDirectory(spark.resolve("bin")).resolve("spark-submit");
    assertThat(Files.writeString(submit, "").toFile().setExecutable(true)).isTrue();

    LauncherRun run =
        LauncherRun.of(directory, Map.of("SPARK_HOME", spark.toString()), "yarn", List.of());

    assertThat(run.status()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err().get(run.err().size() - 1))
        .contains("expected HADOOP_CONF_DIR or YARN_CONF_DIR to name the directory");
  }

  @Test
  void whatIsWrongWithTheConfigurationIsSaidBeforeAnythingIsSubmitted() throws Exception {
    LauncherRun local = submit("standalone", "--master", "spark://127.0.0.1:1", "--data", "/data");
    assertThat(local.status()).isEqualTo(ExitCode.USAGE);
    assertThat(local.err().get(local.err().size() - 1))
        .isEqualTo(
            "spark-rnn: Cannot use the configuration: data.uri (--data): expected hdfs: or another location every machine can read, found /data; --shared-paths says that a mounted share is the same everywhere");

    LauncherRun unknown =
        submit(
            "standalone",
            "--master",
            "spark://127.0.0.1:1",
            "--deploy-mode",
            "cluster",
            "--jar",
            "hdfs://namenode/spark-rnn.jar",
            "--epoch",
            "3");
    assertThat(unknown.status()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).anyMatch(line -> line.contains("--epoch"));
    assertThat(unknown.err()).noneMatch(line -> line.contains("submitted"));
  }

  @Test
  void aClusterThatIsNotThereIsSaidInASentence() throws Exception {
    LauncherRun run =
        submit(
            "standalone",
            "--master",
            "spark://127.0.0.1:1",
            "--deploy-mode",
            "cluster",
            "--shared-paths",
            "--run-dir",
            temporary.resolve("run").toString());

    assertThat(run.status()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.out()).anyMatch(line -> line.contains("no end was reported"));
    assertThat(run.err().get(run.err().size() - 1))
        .startsWith("submit    spark-submit ended with 1: ")
        .contains("127.0.0.1:1");
    assertThat(run.err()).noneMatch(line -> line.startsWith("\tat "));
  }

  /**
   * A driver ends that has left no report, as one that may not write its run directory, or one that
   * this user may not read. The launcher believes what Spark tells of it, but only of its own end:
   * a driver that was killed leaves what {@code --resume} goes on with.
   */
  @ParameterizedTest
  @CsvSource({
    "kubernetes, exit code: 74, 74",
    "kubernetes, exit code: 0, 0",
    "kubernetes, exit code: 137, 69",
    "standalone, FINISHED, 0",
    "standalone, FAILED, 69"
  })
  void aDriversEndThatOnlyTheClusterKnows(String launcher, String told, int status)
      throws Exception {
    Path jars = Files.createDirectories(temporary.resolve("spark/jars"));
    Files.createFile(jars.resolve("spark-kubernetes_2.12-3.5.7.jar"));
    Path submit = Files.createDirectory(jars.resolveSibling("bin")).resolve("spark-submit");
    String state =
        """
        2026-11-27T10:00:00.000Z INFO LoggingPodStatusWatcherImpl [main] State changed, new state: \\n\
        	 pod name: spark-rnn-1-driver\\n\
        	 namespace: ml\\n	 labels: spark-role -> driver
        2026-11-27T10:00:09.000Z INFO LoggingPodStatusWatcherImpl [main] Container final statuses:\\n\\n\\n\
        	 container name: spark-kubernetes-driver\\n\
        	 container state: terminated\\n	 %s\\n	 termination reason: Error\\n\\n\
        	 container name: proxy\\n	 container state: terminated\\n	 exit code: 3
        """;
    String lines =
        launcher.equals("kubernetes")
            ? state.formatted(told)
            : """
              2026-11-27T10:00:01.000Z INFO ClientEndpoint [a] Driver running on n3:40001 (worker-1)
              2026-11-27T10:00:09.000Z INFO ClientEndpoint [a] State of driver driver-1 is %s, exiting
              """
                .formatted(told);
    Files.writeString(submit, "#!/bin/sh\ncat <<'LOG'\n" + lines + "\nLOG\n");
    assertThat(submit.toFile().setExecutable(true)).isTrue();
    List<String> arguments =
        new ArrayList<>(List.of("--shared-paths", "--deploy-mode", "cluster", "--run-dir"));
    arguments.add(temporary.resolve("run").toString());
    arguments.addAll(
        launcher.equals("kubernetes")
            ? List.of("--master", KUBERNETES, "--image", "i")
            : List.of("--master", STANDALONE));

    Map<String, String> environment =
        Map.of(
            "SPARK_HOME",
            temporary.resolve("spark").toString(),
            "SPARK_DIST_CLASSPATH",
            Build.resolve("spark/jars") + "/*");
    LauncherRun run = LauncherRun.of(directory, environment, launcher, arguments);

    assertThat(run.status()).as(String.join("\n", run.err())).isEqualTo(status);
    assertThat(run.err().get(run.err().size() - 1))
        .isEqualTo(
            "submit    no report %s; its messages: %s"
                .formatted(
                    status == ExitCode.UNAVAILABLE
                        ? "of the driver can be read here"
                        : "can be read here, but the cluster says that the driver ended with "
                            + status,
                    launcher.equals("kubernetes")
                        ? "kubectl logs -n ml spark-rnn-1-driver"
                        : "work/driver-1/stderr on n3:40001"));
  }
}
