package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A short training that is submitted to YARN, with its data and run directories on HDFS. */
final class YarnTraining implements AutoCloseable {
  private static final String SETTINGS =
      "train --hidden 8 --workers 2 --averaging-frequency 1 --epochs 20 --minibatch-size 8"
          + " --validation 40 --checkpoint-every-rounds 10 --keep 999";

  private static final Pattern SUBMITTED =
      Pattern.compile("Submitted application (application_\\d+_\\d+)");

  private final Path directory;
  private final SlimJar jar;
  private final MiniHdfs hdfs;
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
    Path images = FirstImages.in(directory, 400);
    URI whole = directory.resolve("whole").toUri();
    CommandRun local =
        CommandRun.of(
            arguments(
                "--engine",
                "local",
                "--data",
                images.toString(),
                "--run-dir",
                directory.resolve("whole").toString()));
    assertThat(local.exitCode()).as(local.errors()).isZero();
    this.checkpoints = new RunAudit(Storage.of(Map.of()), whole, Map.of()).checkpoints();
    this.hdfs = MiniHdfs.start(Files.createDirectory(directory.resolve("hdfs")));
    this.data = hdfs.directory();
    upload(images, data);
    this.yarn =
        MiniYarn.start(directory.resolve("hadoop-conf"), data.resolve("/"), hdfs.properties());
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

  /** What is wrong with a run that has ended well. */
  List<String> defects(URI run) {
    return audit(run).defectsAtTheEnd(List.copyOf(checkpoints.keySet()));
  }

  JsonNode result(URI run) throws IOException {
    return new ObjectMapper()
        .readTree(storage().read(Storage.resolve(run, "result.json"), 1 << 20));
  }

  /** Submits it by the real spark-submit. */
  Driver submit(String mode, URI run, String... more) throws IOException {
    List<String> options =
        new ArrayList<>(
            Jdk.withVectorModule(
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + directory));
    List<String> words = new ArrayList<>(List.of("--master", "yarn", "--deploy-mode", mode));
    words.addAll(
        List.of("--num-executors", "2", "--driver-memory", "512m", "--executor-memory", "512m"));
    words.addAll(
        List.of(
            "--driver-java-options", "--add-modules=jdk.incubator.vector -XX:TieredStopAtLevel=1"));
    words.addAll(
        List.of(
            "--properties-file",
            Path.of("conf", "spark-defaults.conf").toAbsolutePath().toString()));
    Map<String, String> settings =
        Map.of(
            // Every node of this cluster has Spark at the same place.
            "spark.yarn.jars",
            "local:" + SlimJar.TARGET.resolve("spark/jars/*"),
            "spark.yarn.appMasterEnv.JAVA_HOME",
            Jdk.running().home().toString(),
            "spark.executorEnv.JAVA_HOME",
            Jdk.running().home().toString(),
            "spark.yarn.maxAppAttempts",
            "2",
            "spark.yarn.report.interval",
            "200ms",
            "spark.ui.enabled",
            "false");
    settings.forEach((key, value) -> words.addAll(List.of("--conf", key + "=" + value)));
    words.add(jar.file().toString());
    words.addAll(
        Arrays.asList(
            arguments(
                "--engine", "spark", "--data", data.toString(), "--run-dir", run.toString())));
    // The last value of a flag counts.
    words.addAll(Arrays.asList(more));
    String configuration = yarn.configurationDirectory().toString();
    return new Driver(
        Jdk.running()
            .start(
                options,
                configuration + File.pathSeparator + SlimJar.SPARK,
                "org.apache.spark.deploy.SparkSubmit",
                words,
                Map.of("HADOOP_CONF_DIR", configuration),
                Files.createTempFile(directory, mode, ".out")));
  }

  /** Waits until YARN has accepted an application; its id. */
  static String application(Driver submission) throws Exception {
    submission.await("an application", () -> SUBMITTED.matcher(submission.output()).find());
    Matcher submitted = SUBMITTED.matcher(submission.output());
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
    hdfs.close();
  }
}
