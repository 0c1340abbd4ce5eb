package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.export.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.SparkContext$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code train} from the outside: exit codes, output, run directory, resuming. */
class TrainIT {
  @TempDir(factory = OddTempDirectory.class)
  private Path temp;

  private static CommandRun train(String... arguments) {
    return CommandRun.of(
        Stream.concat(
                Stream.of(
                    "train",
                    "--hidden",
                    "4",
                    "--workers",
                    "3",
                    "--validation",
                    "5000",
                    "--master",
                    "local[2]"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static JsonNode result(Path run) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(run.resolve("result.json")));
  }

  private static ModelFile model(Path run) throws IOException {
    return ModelFile.decode(Files.readAllBytes(run.resolve("model.srnn")), run.toString());
  }

  private static List<Path> checkpoints(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void sparkAndLocalEnginesGiveTheSameModel() throws IOException {
    Path local = temp.resolve("local");
    Path spark = temp.resolve("spark");
    Path threads = temp.resolve("threads");
    assertThat(
            train("--epochs", "1", "--engine", "local", "--run-dir", local.toString()).exitCode())
        .isZero();
    CommandRun run = train("--epochs", "1", "--run-dir", spark.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(
            train(
                    "--epochs",
                    "1",
                    "--engine",
                    "local",
                    "--threads-per-worker",
                    "3",
                    "--run-dir",
                    threads.toString())
                .exitCode())
        .isZero();

    assertThat(result(spark).path("parametersSha256"))
        .isEqualTo(result(local).path("parametersSha256"));
    assertThat(result(threads).path("parametersSha256"))
        .isEqualTo(result(local).path("parametersSha256"));
    assertThat(result(spark).path("test")).isEqualTo(result(local).path("test"));
    assertThat(model(spark).parameters()).isEqualTo(model(local).parameters());
    assertThat(model(spark).topology()).isEqualTo(model(local).topology());
    assertThat(run.output())
        .contains("row-rnn-150: 28 x 28 -> 4 tanh -> 10")
        .contains("55,000 images to train on, 5,000 to validate, 10,000 to test")
        .contains("accuracy");
  }

  @Test
  void resultHasEveryPromisedField() throws IOException {
    Path run = temp.resolve("run");
    assertThat(train("--epochs", "1", "--run-dir", run.toString()).exitCode()).isZero();
    JsonNode result = result(run);
    for (String pointer :
        List.of(
            "/status",
            "/exitCode",
            "/model",
            "/engine",
            "/seed",
            "/workers",
            "/threadsPerWorker",
            "/averagingFrequency",
            "/epochs",
            "/kernels",
            "/parametersSha256",
            "/test/accuracy",
            "/test/loss",
            "/test/samples",
            "/validation/accuracy",
            "/validation/loss",
            "/validation/samples",
            "/training/samples",
            "/training/startupSeconds",
            "/training/seconds",
            "/training/epochSeconds/0",
            "/training/computeSeconds",
            "/training/waitSeconds",
            "/training/averagingSeconds",
            "/training/samplesPerSecond",
            "/checkpoints/0",
            "/data/fingerprints/3/sha256",
            "/versions/spark")) {
      assertThat(result.at(pointer).isMissingNode()).as(pointer).isFalse();
    }
    assertThat(result.at("/status").asText()).isEqualTo("succeeded");
    assertThat(result.at("/training/samples").asInt()).isEqualTo(55_000);
    assertThat(result.at("/test/samples").asInt()).isEqualTo(10_000);
    double seconds = result.at("/training/epochSeconds/0").asDouble();
    assertThat(
            result.at("/training/computeSeconds").asDouble()
                + result.at("/training/waitSeconds").asDouble()
                + result.at("/training/averagingSeconds").asDouble())
        .isCloseTo(seconds, within(1e-6 * seconds));
    assertThat(run.resolve("results/1.json")).hasSameBinaryContentAs(run.resolve("result.json"));
  }

  @Test
  void resumingFromAnyCheckpointGivesTheSameBits() throws IOException {
    Path whole = temp.resolve("whole");
    assertThat(
            train("--epochs", "3", "--engine", "local", "--run-dir", whole.toString()).exitCode())
        .isZero();
    assertThat(checkpoints(whole)).hasSize(3);
    for (int kept = 1; kept <= 2; kept++) {
      // What a driver killed after so many checkpoints leaves behind.
      Path cut = temp.resolve("cut-" + kept);
      copy(whole, cut);
      for (Path checkpoint : checkpoints(cut).subList(kept, 3)) {
        Files.delete(checkpoint);
      }
      for (String name : List.of("result.json", "results/1.json", "model.srnn")) {
        Files.delete(cut.resolve(name));
      }
      Files.deleteIfExists(cut.resolve("model-dl4j.zip"));
      // Only the directory is said, and what may differ; the settings are the run's own.
      CommandRun resumed =
          CommandRun.of(
              "train",
              "--resume",
              "--run-dir",
              cut.toString(),
              "--engine",
              "local",
              "--evaluation-overlap-rounds",
              kept == 1 ? "0" : "1000");
      assertThat(resumed.exitCode()).isZero();
      assertThat(resumed.output()).contains("Resuming from").contains("after epoch " + kept);
      assertThat(result(cut).path("parametersSha256"))
          .isEqualTo(result(whole).path("parametersSha256"));
      assertThat(result(cut).path("validation")).isEqualTo(result(whole).path("validation"));
      assertThat(model(cut).parameters()).isEqualTo(model(whole).parameters());
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  @Test
  void aCompleteRunIsReportedAgainAndNotRepeated() throws IOException {
    Path run = temp.resolve("run");
    assertThat(train("--epochs", "1", "--engine", "local", "--run-dir", run.toString()).exitCode())
        .isZero();
    byte[] before = Files.readAllBytes(run.resolve("result.json"));
    CommandRun again = train("--epochs", "1", "--engine", "local", "--run-dir", run.toString());
    assertThat(again.exitCode()).isZero();
    assertThat(again.output()).contains("This run is complete").contains("test accuracy");
    assertThat(run.resolve("result.json")).hasBinaryContent(before);

    CommandRun other =
        train("--epochs", "1", "--engine", "local", "--seed", "2", "--run-dir", run.toString());
    assertThat(other.exitCode()).isEqualTo(64);
    assertThat(other.errors())
        .contains("training.seed")
        .contains("expected \"1\"")
        .contains("found \"2\"");
  }

  @Test
  void aCompleteRunOnOtherDataIsRefused() throws IOException {
    Path run = temp.resolve("run");
    assertThat(train("--epochs", "1", "--engine", "local", "--run-dir", run.toString()).exitCode())
        .isZero();
    // The training images twice: another test set of the right form.
    Path mnist = Path.of("src/main/resources/io/sparkrnn/data/mnist");
    CommandRun other =
        train(
            "--epochs",
            "1",
            "--engine",
            "local",
            "--run-dir",
            run.toString(),
            "--train-images",
            mnist.resolve("train-images-idx3-ubyte.gz").toString(),
            "--train-labels",
            mnist.resolve("train-labels-idx1-ubyte.gz").toString(),
            "--test-images",
            mnist.resolve("train-images-idx3-ubyte.gz").toString(),
            "--test-labels",
            mnist.resolve("train-labels-idx1-ubyte.gz").toString());
    assertThat(other.exitCode()).isEqualTo(64);
    assertThat(other.errors()).contains("expected the data of its complete run");
  }

  @Test
  void thereMustBeARunToResume() {
    CommandRun run = train("--resume", "--run-dir", temp.resolve("mistyped").toString());
    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.errors())
        .contains("mistyped")
        .contains("expected an earlier run, found nothing");
  }

  @Test
  void aDirectoryThatWasOnlyClaimedIsStartedAfresh() throws IOException {
    Path run = temp.resolve("run");
    for (String name : List.of("attempts/1", "checkpoints", "results", "damaged")) {
      Files.createDirectories(run.resolve(name));
    }
    Files.createDirectory(run.resolve("attempts/1.claim"));
    List<String> arguments =
        new ArrayList<>(List.of("--epochs", "1", "--engine", "local", "--run-dir", run.toString()));
    arguments.addAll(ShortTraining.LITTLE_PATIENCE);
    CommandRun again = train(arguments.toArray(String[]::new));
    assertThat(again.errors()).isEmpty();
    assertThat(again.exitCode()).isZero();
    assertThat(result(run).path("status").asText()).isEqualTo("succeeded");
  }

  @Test
  void kryoNeedsNoRegistrationsOfTheUsers() {
    Map<String, String> kryo =
        Map.of(
            "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
            "spark.kryo.registrationRequired", "true");
    kryo.forEach(System::setProperty);
    try {
      for (String rounds : List.of("job", "resident")) {
        String run = temp.resolve(rounds).toString();
        CommandRun trained = train("--epochs", "1", "--rounds", rounds, "--run-dir", run);
        assertThat(trained.errors()).isEmpty();
        assertThat(trained.exitCode()).isZero();
      }
    } finally {
      kryo.keySet().forEach(System::clearProperty);
    }
  }

  @Test
  void aMasterThatIsNoneIsAUsageErrorAndRecorded() throws IOException {
    Path run = temp.resolve("run");
    CommandRun failed = CommandRun.of("train", "--master", "local[x]", "--run-dir", run.toString());
    assertThat(failed.exitCode()).isEqualTo(64);
    assertThat(failed.errors()).contains("Cannot start Spark on local[x]");
    assertThat(failed.errors().lines()).hasSize(1);
    assertThat(result(run).path("exitCode").asInt()).isEqualTo(64);
  }

  @Test
  void dl4jsOwnEngineLeavesTheSameKindOfRun() throws IOException {
    Path run = temp.resolve("run");
    CommandRun dl4j =
        CommandRun.of(
            "train",
            "--engine",
            "dl4j",
            "--hidden",
            "16",
            "--epochs",
            "2",
            "--validation",
            "40000",
            "--clip-norm",
            "0",
            "--master",
            "local[2]",
            "--run-dir",
            run.toString());
    assertThat(dl4j.errors()).isEmpty();
    assertThat(dl4j.exitCode()).isZero();
    assertThat(result(run).path("engine").asText()).isEqualTo("dl4j");
    assertThat(result(run).path("kernels").asText()).isEqualTo("dl4j");
    assertThat(result(run).at("/validation/samples").asInt()).isEqualTo(40_000);
    assertThat(result(run).at("/test/accuracy").asDouble()).isGreaterThan(0.3);
    assertThat(checkpoints(run)).hasSize(2);

    CommandRun refused =
        CommandRun.of(
            "train", "--engine", "dl4j", "--first-epoch-averaging-frequency", "2", "--dry-run");
    assertThat(refused.exitCode()).isEqualTo(64);
    assertThat(refused.errors()).contains("training.first-epoch-averaging-frequency");
  }

  @Test
  void aDirectoryWithOtherThingsIsRefused() throws IOException {
    Files.writeString(temp.resolve("letter.txt"), "hello");
    CommandRun run = train("--run-dir", temp.toString());
    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.errors())
        .contains(temp.toString())
        .contains("expected nothing or an earlier run");
    assertThat(run.errors().lines()).hasSize(1);
  }

  @Test
  void divergenceNamesTheRoundAndIsRecorded() throws IOException {
    Path run = temp.resolve("run");
    CommandRun failed =
        train(
            "--engine",
            "local",
            "--activation",
            "relu",
            "--updater",
            "sgd",
            "--clip-norm",
            "0",
            "--learning-rate",
            "1e9",
            "--run-dir",
            run.toString());
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.errors())
        .contains("Training diverged in epoch 1, round ")
        .contains("no checkpoint had been written");
    assertThat(failed.errors().lines()).hasSize(1);
    assertThat(result(run).path("status").asText()).isEqualTo("failed");
    assertThat(result(run).path("exitCode").asInt()).isEqualTo(1);
  }

  @Test
  void badDataEndsWithItsCodeAndSpark() throws IOException {
    Path data = Files.createDirectory(temp.resolve("data"));
    for (String name :
        List.of(
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte")) {
      Files.write(data.resolve(name), new byte[20]);
    }
    CommandRun run = train("--data", data.toString(), "--run-dir", temp.resolve("run").toString());
    assertThat(run.exitCode()).isEqualTo(65);
    assertThat(run.errors())
        .contains("train-images-idx3-ubyte")
        .contains("expected magic 0x00000803")
        .contains("found 0x00000000");
    assertThat(run.errors().lines()).hasSize(1);
    // Started meanwhile, and stopped.
    assertThat(SparkContext$.MODULE$.getActive().isEmpty()).isTrue();
  }

  @Test
  void evaluatesTheModelOfARun() throws IOException {
    Path run = temp.resolve("run");
    assertThat(train("--epochs", "1", "--engine", "local", "--run-dir", run.toString()).exitCode())
        .isZero();
    double accuracy = result(run).at("/test/accuracy").asDouble();
    String line = String.format(java.util.Locale.ROOT, "test accuracy %.2f%%", 100 * accuracy);
    CommandRun local = CommandRun.of("evaluate", "--model", run.toString(), "--engine", "local");
    assertThat(local.exitCode()).isZero();
    assertThat(local.output()).contains(line);
    CommandRun spark =
        CommandRun.of(
            "evaluate", "--model", run.resolve("model.srnn").toString(), "--master", "local[2]");
    assertThat(spark.exitCode()).isZero();
    assertThat(spark.output()).isEqualTo(local.output());
  }

  @Test
  void evaluatingSomethingElseThanAModelIsRefused() throws IOException {
    Path file = Files.write(temp.resolve("model.srnn"), new byte[100]);
    CommandRun run = CommandRun.of("evaluate", "--model", file.toString(), "--engine", "local");
    assertThat(run.exitCode()).isEqualTo(74);
    assertThat(run.errors()).contains(file.toString());
    assertThat(run.errors().lines()).hasSize(1);
  }
}
