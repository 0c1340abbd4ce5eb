package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.Proof;
import io.sparkrnn.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each set of sequences is read and trained on to the same bits and scores by any number of threads
 * and executors, and by a driver that goes on where another was killed.
 */
class SequenceSetsIT {
  private static final Path SETS = Path.of("src", "data", "sequences").toAbsolutePath();

  /** A budget of seconds, with rounds enough to be killed among them. */
  private static final String COMMON =
      """
      training {
        workers = 6, averaging = parameters, averaging-frequency = 1
        epochs = 4, seed = 7, minibatch-size = 8
      }
      updater.learning-rate = 0.01
      model.hidden = [10]
      """;

  private static final List<Sequences> ALL =
      List.of(
          new Sequences(
              "japanese-vowels",
              """
              model.cell = lstm
              data.validation = 30
              table {
                train = "${sets}/japanese-vowels/train.jsonl.gz"
                test = "${sets}/japanese-vowels/test.jsonl.gz"
                features = [x]
                label = label
              }
              """),
          new Sequences(
              "kjv",
              """
              model { cell = gru, task = language-model }
              table {
                train = "${sets}/kjv/kjv.txt.gz"
                format = text
                query = "SELECT value FROM input WHERE value LIKE '%begat%'"
                text = value
                window-steps = 16
                validation-from = 0.8
                test-from = 0.9
              }
              """),
          new Sequences(
              "ecg5000",
              """
              model.cell = gru
              data.validation = 20
              table {
                train = "${sets}/ecg5000/train.csv.gz"
                test = "${sets}/ecg5000/test.csv.gz"
                query = "SELECT * FROM input WHERE t0 > 0"
                features = ["t*"]
                label = label
              }
              """),
          new Sequences(
              "udhr-languages",
              """
              model { cell = elman, reads = mean }
              data.validation = 20
              table {
                train = "${sets}/udhr-languages/train.jsonl.gz"
                test = "${sets}/udhr-languages/test.jsonl.gz"
                query = "SELECT * FROM input WHERE label < 6"
                text = text
                label = label
              }
              """),
          new Sequences(
              "turkish-pos",
              """
              model { cell = lstm, bidirectional = true, task = label-steps, dropout = 0.2 }
              table {
                train = "${sets}/turkish-pos/train.jsonl.gz"
                validation = "${sets}/turkish-pos/valid.jsonl.gz"
                test = "${sets}/turkish-pos/test.jsonl.gz"
                query = "SELECT * FROM input WHERE size(words) < 6"
                text = words
                tokens = words
                vocabulary-min-count = 2
                label = tags
              }
              """),
          new Sequences(
              "vic-electricity",
              """
              model { cell = elman, task = forecast }
              table {
                train = "${sets}/vic-electricity/demand.csv.gz"
                query = "SELECT *, half_hour_local / 48 AS day FROM input WHERE time_utc < '2012-02-01'"
                features = [demand_mwh, holiday, day]
                known-ahead = [holiday, day]
                targets = [demand_mwh]
                time = time_utc
                window-steps = 24
                stride-steps = 6
                horizon-steps = 1
                validation-from = "2012-01-20T00:00:00Z"
                test-from = "2012-01-25T00:00:00Z"
              }
              """),
          new Sequences(
              "bike-share",
              """
              model { cell = lstm, task = regress, loss = poisson }
              table {
                train = "${sets}/bike-share/hourly.csv.gz"
                query = "SELECT *, day_of_year * 24 + hour AS time FROM input WHERE day_of_year < 60"
                features = [temp, humidity, windspeed, hour, workingday]
                targets = [bikers]
                time = time
                window-steps = 24
                stride-steps = 6
                validation-from = "1000"
                test-from = "1200"
              }
              """));

  /** With state that goes on from one minibatch to the next. */
  private static final List<Sequences> REPRESENTATIVES = ALL.subList(1, 2);

  private static final Map<Sequences, Outcome> OUTCOMES = new HashMap<>();

  @TempDir private static Path temp;
  private static SlimJar jar;

  /** A set, and what is to be done with it. */
  private record Sequences(String name, String configuration) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** All that a run can be told by. */
  private record Outcome(
      String parametersSha256,
      JsonNode fingerprints,
      JsonNode loss,
      JsonNode validation,
      JsonNode test,
      JsonNode baseline) {
    static Outcome of(Path run) throws IOException {
      JsonNode result = RunState.result(run);
      assertThat(result.path("status").asText()).isEqualTo("succeeded");
      assertThat(result.at("/validation/scores")).isNotEmpty();
      assertThat(result.at("/test/scores")).isNotEmpty();
      return new Outcome(
          result.path("parametersSha256").asText(),
          result.at("/data/fingerprints"),
          result.at("/training/loss"),
          result.path("validation"),
          result.path("test"),
          result.path("baseline"));
    }
  }

  @BeforeAll
  static void copyTheJar() throws IOException {
    jar = SlimJar.in(temp);
  }

  static List<Sequences> sets() {
    return Proof.of(ALL, REPRESENTATIVES);
  }

  private static List<String> training(Sequences set, Path run, String... more) throws IOException {
    Path file = temp.resolve(set.name() + ".conf");
    Files.writeString(file, COMMON + set.configuration().replace("${sets}", SETS.toString()));
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("train", "--config", file.toString(), "--run-dir", run.toString()));
    arguments.addAll(List.of(more));
    return arguments;
  }

  /** In this JVM. */
  private static Outcome trained(Sequences set, String name, String... more) throws IOException {
    Path run = temp.resolve(set.name() + "-" + name);
    CommandRun command = CommandRun.of(training(set, run, more).toArray(String[]::new));
    assertThat(command.exitCode()).as(command.errors()).isZero();
    return Outcome.of(run);
  }

  /** As the local engine has it, with one thread. */
  private static Outcome expected(Sequences set) throws IOException {
    if (!OUTCOMES.containsKey(set)) {
      OUTCOMES.put(set, trained(set, "expected", "--engine", "local"));
    }
    return OUTCOMES.get(set);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void threadsMakeNoDifference(Sequences set) throws Exception {
    assertThat(trained(set, "threads", "--engine", "local", "--threads-per-worker", "3"))
        .isEqualTo(expected(set));
  }

  @ParameterizedTest
  @MethodSource("sets")
  void executorsMakeNoDifference(Sequences set) throws Exception {
    List<String> masters =
        Proof.of(
            List.of(
                "local[2]",
                "local-cluster[1,1,1024]",
                "local-cluster[2,1,1024]",
                "local-cluster[3,1,1024]"),
            List.of("local-cluster[2,1,1024]"));
    for (String master : masters) {
      assertThat(submitted(set, master)).as(master).isEqualTo(expected(set));
    }
  }

  private static Outcome submitted(Sequences set, String master) throws Exception {
    Path run = temp.resolve(set.name() + "-" + master);
    List<String> options =
        List.of(
            "--master",
            master,
            "--conf",
            "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    try (Driver driver = submit(set, run, options)) {
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
      assertThat(driver.output()).contains("on " + master);
    }
    return Outcome.of(run);
  }

  /** The slim jar alone under the real spark-submit, which reads the tables, too. */
  private static Driver submit(Sequences set, Path run, List<String> options) throws IOException {
    // A home of its own, where executors write.
    Path home = Files.createDirectory(temp.resolve(run.getFileName() + "-home"));
    Files.createSymbolicLink(home.resolve("jars"), SlimJar.TARGET.resolve("spark/jars"));
    return jar.submit(
        Jdk.shortLived("--add-modules=jdk.incubator.vector"),
        Map.of("SPARK_HOME", home.toString()),
        options,
        training(set, run, "--engine", "spark", "--shared-paths"),
        temp.resolve(run.getFileName() + ".out"));
  }

  @ParameterizedTest
  @MethodSource("sets")
  void aKilledDriverMakesNoDifference(Sequences set) throws Exception {
    RunState state = new RunState(temp.resolve(set.name() + "-killed"));
    List<String> arguments =
        training(set, state.directory(), "--engine", "local", "--checkpoint-every-rounds", "1");
    arguments.addAll(ShortTraining.LITTLE_PATIENCE);
    try (Driver driver =
        jar.start(
            Jdk.shortLived("--add-modules=jdk.incubator.vector"),
            arguments,
            temp.resolve(set.name() + "-killed.out"))) {
      driver.await("a checkpoint", () -> state.newestCheckpoint().orElse(0) >= 4);
      driver.kill();
    }
    assertThat(state.complete()).isFalse();
    OptionalLong newest = state.newestCheckpoint();

    CommandRun resumed =
        CommandRun.of("train", "--resume", "--run-dir", state.directory().toString());

    assertThat(resumed.exitCode()).as(resumed.errors()).isZero();
    assertThat(RunState.resumed(resumed.output())).isEqualTo(newest);
    assertThat(Outcome.of(state.directory())).isEqualTo(expected(set));
  }

  /** Spark's own jobs would wait for ever. */
  @Test
  @FullProof
  void tablesDoNotWaitForExecutorsWithoutEnd() throws Exception {
    Path run = temp.resolve("waiting");
    try (Driver driver =
        submit(
            ALL.get(0),
            run,
            List.of(
                "--master", "local-cluster[0,1,1024]", "--conf", "spark.rnn.slots.timeout=8s"))) {
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(ExitCode.UNAVAILABLE);
      assertThat(driver.output())
          .contains(
              "\nspark-rnn: Cannot run tasks on local-cluster[0,1,1024]: expected an executor for tasks of 1 core(s) (spark.task.cpus) within 8 s (spark.rnn.slots.timeout), found none;")
          .contains("WARN ExecutorSlots: Waiting up to 8 s");
    }
    assertThat(run).doesNotExist();
  }

  /** What is not here is not proven. */
  @Test
  void allSetsAreHere() throws IOException {
    try (Stream<Path> directories = Files.list(SETS)) {
      assertThat(directories.filter(Files::isDirectory).map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(ALL.stream().map(Sequences::name).toList());
    }
  }
}
