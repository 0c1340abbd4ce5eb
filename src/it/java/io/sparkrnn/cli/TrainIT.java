package io.sparkrnn.cli;

import static io.sparkrnn.cli.RunState.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @TempDir private static Path shared;

  private static CommandRun train(String format, Object... values) {
    String line = "train --hidden 4 --workers 3 --validation 500 --master local[2] " + format;
    return CommandRun.line(
        line.contains("--data") ? line : line + " --data " + FirstImages.in(shared, 2000), values);
  }

  /** A run of the local engine that has ended well. */
  private static void trainHere(Path run) {
    CommandRun trained = train("--engine local --epochs 1 --run-dir %s", run);
    assertThat(trained.exitCode()).as(trained.errors()).isZero();
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
    CommandRun run = train("--epochs 1 --run-dir %s", spark);
    trainHere(local);

    assertThat(result(spark).path("parametersSha256"))
        .isEqualTo(result(local).path("parametersSha256"));
    assertThat(result(spark).path("test")).isEqualTo(result(local).path("test"));
    assertThat(model(spark).parameters()).isEqualTo(model(local).parameters());
    assertThat(model(spark).topology()).isEqualTo(model(local).topology());
    assertThat(run.output())
        .contains("row-rnn-150: 28 x 28 -> 4 tanh -> 10")
        .contains(
            "1,500 images to train on, 500 to validate, %s to test"
                .formatted(FirstImages.TEST_IMAGES))
        .contains("accuracy");
  }

  @Test
  void resultHasEveryPromisedField() throws IOException {
    Path run = temp.resolve("run");
    assertThat(train("--epochs 1 --run-dir %s", run).exitCode()).isZero();
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
    assertThat(result.at("/training/samples").asInt()).isEqualTo(1500);
    assertThat(result.at("/test/samples").asInt()).isEqualTo(FirstImages.TEST_IMAGES);
    double seconds = result.at("/training/epochSeconds/0").asDouble();
    assertThat(
            result.at("/training/computeSeconds").asDouble()
                + result.at("/training/waitSeconds").asDouble()
                + result.at("/training/averagingSeconds").asDouble())
        .isCloseTo(seconds, within(1e-6 * seconds));
    assertThat(run.resolve("results/1.json")).hasSameBinaryContentAs(run.resolve("result.json"));
  }

  @Test
  void aCompleteRunIsReportedAgainAndNotRepeated() throws IOException {
    Path run = temp.resolve("run");
    trainHere(run);
    byte[] before = Files.readAllBytes(run.resolve("result.json"));
    CommandRun again = train("--engine local --epochs 1 --run-dir %s", run);
    assertThat(again.exitCode()).isZero();
    assertThat(again.output()).contains("This run is complete").contains("test accuracy");
    assertThat(run.resolve("result.json")).hasBinaryContent(before);

    CommandRun other = train("--engine local --epochs 1 --seed 2 --run-dir %s", run);
    assertThat(other.exitCode()).isEqualTo(64);
    assertThat(other.errors())
        .contains("training.seed")
        .contains("expected \"1\"")
        .contains("found \"2\"");
    // One image more: another training set of the right form.
    CommandRun otherData =
        train(
            "--engine local --epochs 1 --run-dir %s --data %s", run, FirstImages.in(shared, 2001));
    assertThat(otherData.exitCode()).isEqualTo(64);
    assertThat(otherData.errors()).contains("expected the data of its complete run");
  }

  @Test
  void filesOfOnesOwnAreNamedAsWhatTheyAre() throws IOException {
    Path run = temp.resolve("run");
    Path data = FirstImages.in(temp, 200);
    String training =
        "train --engine local --epochs 1 --hidden 4 --run-dir %1$s --train-images %2$s/train-images-idx3-ubyte"
            + " --train-labels %2$s/train-labels-idx1-ubyte --test-images %2$s/t10k-images-idx3-ubyte"
            + " --test-labels %2$s/t10k-labels-idx1-ubyte";
    CommandRun trained = CommandRun.succeed(training, run, data);
    assertThat(trained.output())
        .contains("data      %s/: 200 images to train on, 40 to test".formatted(data))
        .contains("next      submit/local evaluate --model ")
        .doesNotContain("builtin:");
    // The run directory says which ones they are.
    String accuracy = trained.output().replaceFirst("(?s).*\n(test accuracy [^,]+,).*", "$1");
    assertThat(CommandRun.succeed("evaluate --engine local --model %s", run).output())
        .contains("\n" + accuracy)
        .contains(", 40 images");
    for (String file : List.of("run.json", "spark-rnn.conf", "result.json", "report.html")) {
      assertThat(Files.readString(run.resolve(file)))
          .as(file)
          .contains(data.getFileName() + "/")
          .doesNotContain("builtin:mnist", "data.uri");
    }
    assertThat(InputRange.read(model(run).provenance()).orElseThrow().values())
        .isEqualTo(200 * 784);

    // As a run that said the default, too.
    Path named = run.resolve("run.json");
    Files.writeString(
        named,
        Files.readString(named).replace("data {\\n", "data {\\n  uri = \\\"builtin:mnist\\\"\\n"));
    assertThat(named).content().contains("builtin:mnist");
    assertThat(CommandRun.succeed(training + " --resume", run, data).output())
        .contains("This run is complete");
  }

  @Test
  void thereMustBeARunToResume() {
    CommandRun run = train("--resume --run-dir %s", temp.resolve("mistyped"));
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
    CommandRun again =
        train(
            "--engine local --epochs 1 --run-dir %s %s",
            run, String.join(" ", ShortTraining.LITTLE_PATIENCE));
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
        CommandRun trained = train("--epochs 1 --rounds %s --run-dir %s", rounds, run);
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
    CommandRun failed = CommandRun.line("train --master local[x] --run-dir %s", run);
    assertThat(failed.exitCode()).isEqualTo(64);
    assertThat(failed.errors()).contains("Cannot start Spark on local[x]");
    assertThat(failed.errors().lines()).hasSize(1);
    assertThat(result(run).path("exitCode").asInt()).isEqualTo(64);
  }

  @Test
  void dl4jsOwnEngineLeavesTheSameKindOfRun() throws IOException {
    Path run = temp.resolve("run");
    CommandRun dl4j =
        CommandRun.succeed(
            "train --engine dl4j --hidden 16 --epochs 2 --validation 1000 --clip-norm 0"
                + " --master local[2] --data %s --run-dir %s",
            FirstImages.in(shared, 9000), run);
    assertThat(dl4j.errors()).isEmpty();
    assertThat(result(run).path("engine").asText()).isEqualTo("dl4j");
    assertThat(result(run).path("kernels").asText()).isEqualTo("dl4j");
    assertThat(result(run).at("/validation/samples").asInt()).isEqualTo(1000);
    assertThat(result(run).at("/test/accuracy").asDouble()).isGreaterThan(0.3);
    assertThat(checkpoints(run)).hasSize(2);

    CommandRun refused =
        CommandRun.line("train --engine dl4j --first-epoch-averaging-frequency 2 --dry-run");
    assertThat(refused.exitCode()).isEqualTo(64);
    assertThat(refused.errors()).contains("training.first-epoch-averaging-frequency");
  }

  @Test
  void aNetworkWithoutRoomIsRefusedBeforeItIsTrained() {
    CommandRun run =
        CommandRun.line(
            "train --engine local --hidden 30000 --validation 0 --data %s --run-dir %s",
            FirstImages.in(temp, 41), temp.resolve("run"));

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.errors())
        .startsWith("spark-rnn: Cannot compute the network: expected at most 8,589,934,556 bytes, ")
        .contains(", found 1");
    assertThat(run.errors().lines()).hasSize(1);
    assertThat(temp.resolve("run/checkpoints")).doesNotExist();
  }

  @Test
  void aDirectoryWithOtherThingsIsRefused() throws IOException {
    Files.writeString(temp.resolve("letter.txt"), "hello");
    CommandRun run = train("--run-dir %s", temp);
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
            "--engine local --activation relu --updater sgd --clip-norm 0 --learning-rate 1e9"
                + " --run-dir %s",
            run);
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
    CommandRun run = train("--data %s --run-dir %s", data, temp.resolve("run"));
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
    trainHere(run);
    double accuracy = result(run).at("/test/accuracy").asDouble();
    String line = String.format(java.util.Locale.ROOT, "test accuracy %.2f%%", 100 * accuracy);
    CommandRun local =
        CommandRun.succeed(
            "evaluate --engine local --model %s --data %s", run, FirstImages.in(shared, 2000));
    assertThat(local.output()).contains(line);
    CommandRun spark =
        CommandRun.succeed(
            "evaluate --master local[2] --model %s/model.srnn --data %s",
            run, FirstImages.in(shared, 2000));
    assertThat(spark.output()).isEqualTo(local.output());
  }

  @Test
  void evaluatingSomethingElseThanAModelIsRefused() throws IOException {
    Path file = Files.write(temp.resolve("model.srnn"), new byte[100]);
    CommandRun run = CommandRun.line("evaluate --engine local --model %s", file);
    assertThat(run.exitCode()).isEqualTo(74);
    assertThat(run.errors()).contains(file.toString());
    assertThat(run.errors().lines()).hasSize(1);
  }
}
