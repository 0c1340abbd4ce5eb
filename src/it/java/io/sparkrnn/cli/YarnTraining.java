package io.sparkrnn.cli;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.Jdk;
import io.sparkrnn.spark.MiniYarn;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.FirstImages;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/** A short training that is submitted to YARN, with its data and run directories on HDFS. */
final class YarnTraining implements AutoCloseable {
  // The vector kernels by name: without C2 none would choose them, and without the module no JVM
  // has them.
  private static final String SETTINGS =
      "train --hidden 8 --workers 2 --averaging-frequency 1 --epochs 10 --minibatch-size 8"
          + " --validation 40 --keep 999 --kernels vector";

  private static final Pattern SUBMITTED =
      Pattern.compile("Submitted application (application_\\d+_\\d+)");

  private final Path directory;
  private final SlimJar jar;
  private final Path sparkHome;
  private final MiniHdfs hdfs = MiniHdfs.shared();
  private final MiniYarn yarn;
  private final URI data;
  private final TreeMap<Long, String> checkpoints;

  /**
   * Starts YARN and HDFS, and lets the local engine say what the training comes to.
   *
   * @param directory for everything
   */
  YarnTraining(Path directory) throws Exception {
    this.directory = directory;
    this.jar = SlimJar.in(directory);
    this.sparkHome = sparkHome(directory);
    Path images = FirstImages.in(directory, 400);
    URI whole = directory.resolve("whole").toUri();
    CommandRun local =
        CommandRun.of(
            arguments(
                "--engine",
                "local",
                // A resumed run has its checkpoints after other rounds than one that was left
                // alone.
                "--checkpoint-every-rounds",
                "1",
                // Nor are there any while an evaluation is under way.
                "--evaluation-overlap-rounds",
                "0",
                "--data",
                images.toString(),
                "--run-dir",
                directory.resolve("whole").toString()));
    assertThat(local.exitCode()).as(local.errors()).isZero();
    this.checkpoints = new RunAudit(Storage.of(Map.of()), whole, Map.of()).checkpoints();
    this.data = hdfs.directory();
    upload(images, data);
    this.yarn =
        MiniYarn.start(directory.resolve("hadoop-conf"), data.resolve("/"), hdfs.properties());
    writeProperties();
  }

  private static String[] arguments(String... more) {
    return Stream.concat(Arrays.stream(SETTINGS.split(" ")), Arrays.stream(more))
        .toArray(String[]::new);
  }

  private void upload(Path from, URI to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        storage()
            .writePrivate(
                Storage.resolve(to, file.getFileName().toString()), Files.readAllBytes(file));
      }
    }
  }

  Storage storage() {
    return hdfs.storage();
  }

  MiniYarn yarn() {
    return yarn;
  }

  /** A copy of the data with a file that ends too early. */
  URI damagedData() throws IOException {
    URI damaged = hdfs.directory();
    upload(directory.resolve("first-400"), damaged);
    storage().overwrite(Storage.resolve(damaged, "train-labels-idx1-ubyte"), new byte[9]);
    return damaged;
  }

  /** A run directory that is not there yet. */
  URI newRun() {
    return Storage.resolve(hdfs.directory(), "run");
  }

  /** What there is of a run, against the local engine's checkpoints. */
  RunAudit audit(URI run) {
    return new RunAudit(storage(), run, checkpoints);
  }

  /** What is wrong with a run that has ended well, and should have kept every checkpoint. */
  List<String> defectsAtTheEnd(URI run) {
    RunAudit audit = audit(run);
    TreeMap<Long, String> kept = audit.checkpoints();
    kept.put(checkpoints.lastKey(), "");
    return audit.defectsAtTheEnd(List.copyOf(kept.keySet()));
  }

  JsonNode result(URI run) throws IOException {
    return RunState.result(storage(), run);
  }

  /** What an operator of this cluster adds to conf/spark-defaults.conf. */
  private void writeProperties() throws IOException {
    String fast = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
    String jvm = "--add-modules=jdk.incubator.vector " + fast;
    Map<String, String> properties =
        Map.ofEntries(
            // Every node has Spark at the same place.
            entry("spark.yarn.jars", "local:" + sparkHome.resolve("jars/*")),
            entry("spark.yarn.appMasterEnv.JAVA_HOME", Jdk.running().home().toString()),
            entry("spark.yarn.appMasterEnv.SPARK_LOCAL_IP", "127.0.0.1"),
            entry("spark.executorEnv.JAVA_HOME", Jdk.running().home().toString()),
            entry("spark.executorEnv.SPARK_LOCAL_IP", "127.0.0.1"),
            entry("spark.driver.extraJavaOptions", jvm),
            entry("spark.executor.extraJavaOptions", jvm),
            entry("spark.yarn.am.extraJavaOptions", fast),
            entry("spark.driver.memory", "512m"),
            entry("spark.executor.memory", "512m"),
            entry("spark.executor.instances", "1"),
            entry("spark.executor.cores", "2"),
            entry("spark.yarn.maxAppAttempts", "2"),
            // Soon another executor for one that was killed, and the end noticed.
            entry("spark.yarn.scheduler.heartbeat.interval-ms", "200"),
            entry("spark.yarn.report.interval", "200ms"),
            entry("spark.ui.enabled", "false"));
    StringBuilder lines =
        new StringBuilder(Files.readString(Path.of("conf", "spark-defaults.conf")));
    properties.forEach((key, value) -> lines.append('\n').append(key).append(' ').append(value));
    Files.writeString(properties(), lines);
  }

  private Path properties() {
    return directory.resolve("spark-defaults.conf");
  }

  /**
   * Submits it by the real spark-submit.
   *
   * @param mode its deploy mode
   * @param more arguments of the program
   */
  Driver submit(String mode, URI run, String... more) throws IOException {
    return submit(List.of("--deploy-mode", mode), run, more);
  }

  /** As the other, with any options of spark-submit. */
  Driver submit(List<String> submitOptions, URI run, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("--master", "yarn"));
    words.addAll(submitOptions);
    words.addAll(List.of("--properties-file", properties().toString(), jar.file().toString()));
    words.addAll(List.of(arguments("--engine", "spark", "--checkpoint-every-rounds", "10")));
    words.addAll(List.of("--run-dir", run.toString()));
    words.addAll(List.of(more));
    if (!words.contains("--data")) {
      words.addAll(List.of("--data", data.toString()));
    }
    List<String> options = Jdk.shortLived("-Djava.io.tmpdir=" + directory);
    String configuration = yarn.configurationDirectory().toString();
    return new Driver(
        Jdk.running()
            .start(
                Jdk.withVectorModule(options.toArray(String[]::new)),
                configuration + File.pathSeparator + sparkHome.resolve("jars/*"),
                "org.apache.spark.deploy.SparkSubmit",
                words,
                Map.of("HADOOP_CONF_DIR", configuration),
                Files.createTempFile(directory, "submission", ".out")));
  }

  /** As a user does in deploy mode cluster, by submit/yarn; waits for its end. */
  LauncherRun launch(URI run, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("--deploy-mode", "cluster"));
    words.addAll(List.of("--memory", "896m", "--driver-memory", "512m"));
    Stream.of(arguments("--run-dir", run.toString())).skip(1).forEach(words::add);
    words.addAll(List.of(more));
    words.addAll(List.of("--", "--properties-file", properties().toString()));
    Map<String, String> environment =
        Map.of(
            "SPARK_HOME",
            sparkHome.toString(),
            "HADOOP_CONF_DIR",
            yarn.configurationDirectory().toString());
    Path user = Files.createDirectories(directory.resolve("launcher").resolve("user"));
    return LauncherRun.of(user, environment, "yarn", words);
  }

  /** Spark's messages of the launched submission. */
  String launcherLog() throws IOException {
    try (Stream<Path> logs = Files.list(directory.resolve("launcher/user/runs/logs"))) {
      StringBuilder text = new StringBuilder();
      for (Path log : logs.sorted().toList()) {
        text.append(Files.readString(log));
      }
      return text.toString();
    }
  }

  /** Of Maven's jars and YARN's, with what Spark's own script comes to. */
  private static Path sparkHome(Path directory) throws Exception {
    Path home = Files.createDirectory(directory.resolve("spark-home"));
    Path jars = Files.createDirectory(home.resolve("jars"));
    try (Stream<Path> maven = Files.list(SlimJar.TARGET.resolve("spark/jars"))) {
      for (Path jar : maven.toList()) {
        Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
      }
    }
    Class<?> client = Class.forName("org.apache.spark.deploy.yarn.Client");
    Path yarn = Path.of(client.getProtectionDomain().getCodeSource().getLocation().toURI());
    Files.createSymbolicLink(jars.resolve(yarn.getFileName()), yarn);
    Path script = Files.createDirectory(home.resolve("bin")).resolve("spark-submit");
    Files.writeString(
        script,
        """
        #!/bin/sh
        exec "$JAVA_HOME/bin/java" %s -cp "$HADOOP_CONF_DIR:$SPARK_HOME/jars/*" org.apache.spark.deploy.SparkSubmit "$@"
        """
            .formatted(JavaModuleOptions.defaultModuleOptions()));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return home;
  }

  /** Waits until YARN has accepted an application; its id. */
  static String application(Driver submission) throws Exception {
    submission.await("an application", () -> SUBMITTED.matcher(submission.output()).find());
    return application(submission.output());
  }

  /** The id of the application that a submission speaks of. */
  static String application(String output) {
    Matcher submitted = SUBMITTED.matcher(output);
    assertThat(submitted.find()).isTrue();
    return submitted.group(1);
  }

  /** Waits until a run that a submission is to begin has so many checkpoints. */
  void awaitCheckpoints(Driver submission, URI run, int count) throws Exception {
    submission.await(count + " checkpoints", () -> committed(run) >= count);
  }

  private int committed(URI run) {
    URI committed = Storage.resolve(run, "checkpoints");
    return storage().exists(committed) ? storage().list(committed).size() : 0;
  }

  @Override
  public void close() {
    yarn.close();
  }
}
