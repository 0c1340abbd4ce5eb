package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Build;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.spark.version.SparkVersion;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code submit/local} as a user calls it: a process of its own, from another directory. */
class SubmitLocalIT {
  private static final Path HOME = LauncherRun.HOME;
  private static final String SUBMIT = "spark-submit";

  @TempDir(factory = OddTempDirectory.class)
  Path temporary;

  private Path directory;

  @BeforeEach
  void nameADirectoryThatNeedsQuotes() throws IOException {
    directory = Files.createDirectory(temporary.resolve("my runs"));
  }

  private LauncherRun submitLocal(String... arguments) throws Exception {
    return submitLocal(Map.of(), arguments);
  }

  private LauncherRun submitLocal(Map<String, String> environment, String... arguments)
      throws Exception {
    return LauncherRun.of(directory, environment, "local", List.of(arguments));
  }

  private static List<String> words(LauncherRun printed) throws IOException {
    return printed.words();
  }

  @Test
  void classesAreSharedBetweenStarts() throws Exception {
    Path archive = Build.resolve("spark-rnn.jsa");

    assertThat(archive).exists();
    assertThat(words(submitLocal("--print"))).contains("-XX:SharedArchiveFile=" + archive);
  }

  @Test
  void inspectPrintsItsTablesAndNothingElse() throws Exception {
    LauncherRun output = submitLocal("inspect", "row-rnn-150");

    assertThat(output.err()).isEmpty();
    assertThat(output.status()).isZero();
    assertThat(output.out())
        .startsWith("row-rnn-150: 28 x 28 -> 150 tanh -> 10")
        .endsWith("Batch-first and time-major input give the same numbers.");
    try (Stream<Path> logs = Files.list(directory.resolve("runs/logs"))) {
      assertThat(logs).singleElement().asString().matches(".*/\\d{8}T\\d{6}Z-\\d+\\.log");
    }
  }

  @Test
  void trainingShowsNothingOfSpark() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--hidden", "4", "--epochs", "1"));
    arguments.addAll(List.of("--workers", "1", "--threads-per-worker", "2"));
    arguments.addAll(List.of("--data", FirstImages.in(temporary, 400).toString()));
    arguments.addAll(List.of("--run-dir", "run", "--master", "local[2]"));
    // In which a JVM could not so much as start in this directory.
    Map<String, String> locale = Map.of("LC_ALL", "C");
    LauncherRun output = submitLocal(locale, arguments.toArray(String[]::new));

    assertThat(output.err()).isEmpty();
    assertThat(output.status()).isZero();
    assertThat(output.out())
        // Two threads make one slot of two cores.
        .anyMatch(line -> line.matches("engine .* on local\\[2], 1 slots"))
        .anyMatch(line -> line.matches("kernels +vector kernels, \\d+ bits"))
        .noneMatch(line -> line.matches(".*\\b(INFO|WARN|WARNING|ERROR|log4j|SLF4J)\\b.*"));
    assertThat(directory.resolve("run/result.json")).exists();
  }

  @Test
  void theStatusOfTheProgramIsTheLaunchers() throws Exception {
    LauncherRun output = submitLocal("inspect", "no-such-model");

    assertThat(output.status()).isEqualTo(ExitCode.USAGE);
    assertThat(output.out()).isEmpty();
    assertThat(output.err()).singleElement().asString().contains("no-such-model", "row-rnn-150");
  }

  @Test
  void printShowsTheCommandAndRunsNothing() throws Exception {
    LauncherRun output = submitLocal("--print", "--epochs", "1");

    assertThat(output.status()).isZero();
    assertThat(output.err()).isEmpty();
    assertThat(words(output))
        .startsWith(
            "env",
            "SPARK_LOCAL_IP=127.0.0.1",
            "SPARK_HOME=" + Build.resolve("spark"),
            "SPARK_SCALA_VERSION=" + SparkVersion.SCALA)
        .contains("-Xmx4g")
        .containsSequence(
            "-cp",
            Build.resolve("spark/jars") + "/*",
            "org.apache.spark.deploy.SparkSubmit",
            "--class",
            "io.sparkrnn.cli.Main",
            "--master",
            "local[*]",
            "--properties-file",
            HOME.resolve("conf/spark-defaults.conf").toString())
        .endsWith(Build.resolve("spark-rnn.jar").toString(), "train", "--epochs", "1");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aTaskCountsTheThreadsOfItsWorker() throws Exception {
    for (List<String> arguments :
        List.of(
            List.of("--threads-per-worker", "2"),
            List.of("train", "--workers=1", "--threads-per-worker=2"))) {
      List<String> command = new ArrayList<>(List.of("--print", "--master", "local[2]"));
      command.addAll(arguments);

      List<String> words = words(submitLocal(command.toArray(String[]::new)));

      assertThat(words).containsSequence("--conf", "spark.task.cpus=2");
      assertThat(String.join(" ", words)).contains(" " + String.join(" ", arguments));
    }
    assertThat(words(submitLocal("--print"))).noneMatch(word -> word.contains("spark.task.cpus"));
    // What is no number is for the program to refuse.
    assertThat(words(submitLocal("--print", "--threads-per-worker")))
        .noneMatch(word -> word.contains("spark.task.cpus"));
    // What the user says comes later, and wins.
    assertThat(
            words(
                submitLocal(
                    "--print", "--threads-per-worker", "2", "--spark-conf", "spark.task.cpus=1")))
        .containsSequence("--conf", "spark.task.cpus=2", "--conf", "spark.task.cpus=1");
  }

  @Test
  void driverAndExecutorsGetTheVectorModule() throws Exception {
    assertThat(words(submitLocal("--print"))).contains("--add-modules=jdk.incubator.vector");
    assertThat(Files.readAllLines(HOME.resolve("conf/spark-defaults.conf")))
        .filteredOn(line -> line.startsWith("spark.executor.extraJavaOptions"))
        .singleElement()
        .asString()
        .endsWith(" --add-modules=jdk.incubator.vector");
  }

  @Test
  void theLaunchersOptionsStandAnywhereAndOnlyTheMasterReachesTheProgram() throws Exception {
    LauncherRun output =
        submitLocal(
            Map.of("SPARK_LOCAL_IP", "127.0.0.2"),
            "evaluate",
            "--model",
            "a model",
            "--master=local[2]",
            "--driver-memory",
            "2g",
            "--spark-conf",
            "spark.a=b c",
            "--print",
            "--",
            "--verbose");

    assertThat(words(output))
        .contains("-Xmx2g")
        .containsOnlyOnce("--master")
        .containsSequence("--master", "local[2]")
        .containsSequence("--conf", "spark.a=b c", "--verbose")
        .endsWith("evaluate", "--model", "a model", "--master=local[2]")
        .doesNotContain("SPARK_LOCAL_IP=127.0.0.1", "--print", "--");
  }

  @Test
  void anotherSparkIsUsedWhenThereIsOne() throws Exception {
    Path bin = Files.createDirectories(temporary.resolve("a spark/bin"));
    Path submit =
        Files.writeString(bin.resolve(SUBMIT), "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n");
    assertThat(submit.toFile().setExecutable(true)).isTrue();

    LauncherRun output =
        submitLocal(Map.of("SPARK_HOME", bin.getParent().toString()), "inspect", "a model");

    assertThat(output.status()).isEqualTo(7);
    assertThat(output.err()).isEmpty();
    assertThat(output.out())
        .startsWith("--driver-memory", "4g", "--driver-java-options")
        .anyMatch(
            line ->
                line.matches(
                    "--add-modules=jdk.incubator.vector \"-Dlog4j2.*\" \"-Dspark-rnn.log=.*/my runs/.*\\.log\""))
        .endsWith(Build.resolve("spark-rnn.jar").toString(), "inspect", "a model");
  }

  @Test
  void whatIsMissingIsSaid() throws Exception {
    String nowhere = temporary.resolve("nowhere").toString();

    assertRefused(
        submitLocal(Map.of("JAVA_HOME", nowhere)),
        ExitCode.UNAVAILABLE,
        "Cannot start: expected Java 17 (JAVA_HOME or java on the PATH), found none at "
            + nowhere
            + "/bin/java");
    assertRefused(
        submitLocal(Map.of("SPARK_HOME", nowhere)),
        ExitCode.USAGE,
        "Cannot start Spark: expected "
            + nowhere
            + "/bin/spark-submit, as SPARK_HOME says, found none");
    assertRefused(
        submitLocal("--epochs", "1", "--master"),
        ExitCode.USAGE,
        "Cannot read the command line: expected a value after --master, found none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark-core_2.13-4.0.5.jar",
        "spark-core_2.13-4.4.0.jar",
        "spark-core_2.12-3.4.4.jar"
      })
  void anotherSparkThanOursIsRefusedBeforeAnythingIsRead(String core) throws Exception {
    Path spark = temporary.resolve("spark");
    Path submit = Files.createFile(Files.createDirectories(spark.resolve("bin")).resolve(SUBMIT));
    assertThat(submit.toFile().setExecutable(true)).isTrue();
    Path jar = Files.createFile(Files.createDirectory(spark.resolve("jars")).resolve(core));

    assertRefused(
        submitLocal(Map.of("SPARK_HOME", spark.toString()), "--run-dir", "run"),
        ExitCode.UNAVAILABLE,
        "Cannot start Spark: expected Spark 3.5.x for Scala 2.12 or 4.2.x or 4.3.x for Scala 2.13 (SPARK_HOME), found %s; pip install 'pyspark==3.5.*' gives one"
            .formatted(jar));
    assertThat(directory).isEmptyDirectory();
  }

  /** As it is for everybody but the user who has built it. */
  @Test
  void aBuildThatCannotBeRenewedIsSaid() throws Exception {
    Path copy = Files.createDirectory(temporary.resolve("copy"));
    for (String needed : List.of("submit/local", "submit/launcher.sh")) {
      Path file = copy.resolve(needed);
      Files.createDirectories(file.getParent());
      Files.copy(HOME.resolve(needed), file, StandardCopyOption.COPY_ATTRIBUTES);
    }
    Path target = copy.resolve(HOME.relativize(Build.DIRECTORY));
    Files.createDirectories(target.resolve("spark-rnn.built/in the way"));

    assertRefused(
        LauncherRun.of(
            directory,
            Map.of(),
            HOME.resolve("submit").relativize(copy.resolve("submit/local")).toString(),
            List.of()),
        ExitCode.UNAVAILABLE,
        "Cannot build %s, which is missing or older than its sources: expected a directory that %s may change, found %s"
            .formatted(target.resolve("spark-rnn.jar"), System.getProperty("user.name"), target));
  }

  @Test
  void anotherJavaIsRefused() throws Exception {
    Path bin = Files.createDirectories(temporary.resolve("jdk/bin"));
    Path java =
        Files.writeString(
            bin.resolve("java"), "#!/bin/sh\necho '    java.specification.version = 21' >&2\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();

    assertRefused(
        submitLocal(Map.of("JAVA_HOME", bin.getParent().toString())),
        ExitCode.UNAVAILABLE,
        "Cannot start: expected Java 17 (JAVA_HOME or java on the PATH), found Java 21 at " + java);
  }

  private static void assertRefused(LauncherRun output, int status, String message) {
    assertThat(output.status()).isEqualTo(status);
    assertThat(output.out()).isEmpty();
    assertThat(output.err()).containsExactly("submit/local: " + message);
  }

  @Test
  void helpSaysWhatGoesWhere() throws Exception {
    assertThat(String.join("\n", submitLocal("--help").out()))
        .contains("Usage: submit/local", "--spark-conf K=V", "--master URL", "local[*]", "inspect");
    assertThat(String.join("\n", submitLocal("inspect", "--help").out()))
        .contains("Usage: spark-rnn inspect");
  }
}
