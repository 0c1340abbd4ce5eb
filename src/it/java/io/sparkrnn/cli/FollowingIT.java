package io.sparkrnn.cli;

import static io.sparkrnn.cli.RunState.json;
import static io.sparkrnn.cli.RunState.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.Floats;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.FirstImages;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Early stopping, plateaus, a moving average and a warm start in one run, and what it leaves. */
class FollowingIT {
  private static final String TRAINING =
      "train --hidden 6 --epochs 30 --minibatch-size 16 --averaging-frequency 2 --validation 40"
          + " --learning-rate 0.02 --early-stopping-epochs 4 --plateau-epochs 2 --ema-decay 0.7"
          + " --checkpoint-every 50 --checkpoint-every-rounds 1 --keep 99";

  @TempDir private static Path temp;
  private static Path initial;
  private static Path whole;
  private static long lastRound;

  @BeforeAll
  static void trainWithoutDisturbance() throws IOException {
    Path before = temp.resolve("before");
    CommandRun.succeed(
        "train --engine local --hidden 6 --epochs 1 --seed 5 --data %s --run-dir %s",
        FirstImages.in(temp, 200), before);
    initial = before.resolve("model.srnn");
    whole = temp.resolve("whole");
    CommandRun run = train(whole);
    assertThat(run.errors()).isEmpty();
    assertThat(run.output())
        .contains(
            "stopped early after epoch %d; the model is that of epoch %d, validation accuracy "
                .formatted(
                    result(whole).path("stoppedEarly").asInt(),
                    result(whole).path("bestEpoch").asInt()));
    lastRound = new RunState(whole).newestCheckpoint().orElseThrow();
  }

  @Test
  void theBestEpochsAverageIsTheModel() throws IOException {
    JsonNode result = result(whole);
    int stopped = result.path("stoppedEarly").asInt();
    int best = result.path("bestEpoch").asInt();
    assertThat(stopped).isEqualTo(best + 4).isLessThan(30);
    TrainingState end = state(whole, lastRound);
    assertThat(end.epoch()).isEqualTo(stopped);
    assertThat(end.merits()).hasSize(stopped);
    long bestRound = lastRound / stopped * best;
    TrainingState state = state(whole, bestRound);
    assertThat(state.epoch()).isEqualTo(best);

    String sha256 = Floats.sha256(state.movingAverage());
    assertThat(sha256).isNotEqualTo(state.parametersSha256());
    assertThat(result.path("parametersSha256").asText()).isEqualTo(sha256);
    assertThat(Floats.sha256(model(whole.resolve("model.srnn")))).isEqualTo(sha256);
    assertThat(result.at("/validation/accuracy").asDouble())
        .isEqualTo(end.merits().get(best - 1))
        .isEqualTo(end.merits().stream().mapToDouble(accuracy -> accuracy).max().orElseThrow());
    assertThat(result.path("bestCheckpoint").asText())
        .isEqualTo(new RunState(whole).checkpoint(bestRound).toString());
  }

  @Test
  void theRunSaysWithWhatItBegan() throws IOException {
    String sha256 = Floats.sha256(model(initial));
    assertThat(json(whole.resolve("run.json")).path("initialParametersSha256").asText())
        .isEqualTo(sha256);
    assertThat(result(whole).path("initialParametersSha256").asText()).isEqualTo(sha256);
    assertThat(sections(whole, 1).get("initialParametersSha256")).asString().isEqualTo(sha256);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resident", "job"})
  void sparkHasTheSameBits(String rounds) throws IOException {
    Path run = temp.resolve("spark-" + rounds);
    CommandRun trained =
        CommandRun.of(
            arguments(run, "--engine", "spark", "--master", "local[2]", "--rounds", rounds));
    assertThat(trained.errors()).isEmpty();
    assertSame(run);
  }

  @Test
  void aRunThatWasKilledAnywhereEndsTheSame() throws IOException {
    Path run = temp.resolve("killed");
    FileUtils.copyDirectory(whole.toFile(), run.toFile());
    for (long newest = lastRound; newest > 0; newest -= 3) {
      forget(run, newest);
      CommandRun resumed = resume(run);
      assertThat(resumed.errors()).isEmpty();
      assertThat(resumed.output()).contains(", round " + newest);
      assertSame(run);
    }
  }

  @Test
  void afterItsFirstCheckpointTheInitialModelIsNotNeeded() throws IOException {
    Path run = temp.resolve("without-model");
    // A run directory stands for its model.
    Path copy = temp.resolve("copy");
    FileUtils.copyDirectory(initial.getParent().toFile(), copy.toFile());
    assertThat(train(run, "--initial-model", copy.toString()).errors()).isEmpty();
    assertSame(run);
    forget(run, 4);
    FileUtils.deleteDirectory(copy.toFile());
    assertThat(resume(run).errors()).isEmpty();
    assertSame(run);
  }

  @Test
  void beforeItsFirstCheckpointARunBeginsAlikeOrNotAtAll() throws IOException {
    Path run = temp.resolve("changed-model");
    Path copy = Files.copy(initial, temp.resolve("changing.srnn"));
    assertThat(train(run, "--initial-model", copy.toString()).errors()).isEmpty();
    forget(run, 0);
    Path other = temp.resolve("other");
    CommandRun trained =
        CommandRun.line(
            "train --engine local --hidden 6 --epochs 1 --seed 6 --data %s --run-dir %s",
            FirstImages.in(temp, 200), other);
    assertThat(trained.errors()).isEmpty();
    Files.delete(copy);
    Files.copy(other.resolve("model.srnn"), copy);
    CommandRun refused = resume(run);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(refused.errors())
        .isEqualTo(
            "spark-rnn: Cannot resume in %s, where there is no checkpoint yet: expected the run's initial parameters, of SHA-256 %s, found %s; give another --run-dir%n"
                .formatted(
                    run,
                    Floats.sha256(model(initial)),
                    Floats.sha256(model(other.resolve("model.srnn")))));

    Files.delete(copy);
    Files.copy(initial, copy);
    assertThat(resume(run).errors()).isEmpty();
    assertSame(run);
  }

  @Test
  void aModelOfAnotherNetworkIsRefused() throws IOException {
    Path run = temp.resolve("other-network");
    CommandRun refused = train(run, "--hidden", "7");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errors())
        .isEqualTo(
            "spark-rnn: Cannot start from %s: expected a model of 28 x 28 -> 7 tanh -> 10 as is to be trained, found one of 28 x 28 -> 6 tanh -> 10%n"
                .formatted(initial));
    assertThat(run).doesNotExist();
  }

  @Test
  void anotherEpochIsNotTakenForTheBest() throws IOException {
    Path run = temp.resolve("lost-best");
    FileUtils.copyDirectory(whole.toFile(), run.toFile());
    Path best = Path.of(result(run).path("bestCheckpoint").asText()).getFileName();
    forget(run, lastRound);
    Files.delete(run.resolve("checkpoints").resolve(best));
    CommandRun resumed = resume(run);
    assertThat(resumed.exitCode()).isEqualTo(ExitCode.STORAGE);
    assertThat(resumed.errors())
        .startsWith(
            "spark-rnn: Cannot restore the best epoch: expected the checkpoint of epoch %d, with validation accuracy "
                .formatted(result(whole).path("bestEpoch").asInt()));
  }

  @Test
  void aRunThatComesToItsLastEpochHasTheBestOneToo() throws IOException {
    Path run = temp.resolve("last-epoch");
    int epochs = result(whole).path("bestEpoch").asInt() + 2;
    CommandRun trained =
        train(
            run,
            "--schedule",
            "constant",
            "--epochs",
            String.valueOf(epochs),
            "--early-stopping-epochs",
            "99");
    assertThat(trained.errors()).isEmpty();
    assertThat(trained.output()).contains("not stopped early; the model is that of epoch ");
    assertThat(result(run).has("stoppedEarly")).isFalse();
    int best = result(run).path("bestEpoch").asInt();
    long round = new RunState(run).newestCheckpoint().orElseThrow() / epochs * best;
    assertThat(result(run).path("parametersSha256").asText())
        .isEqualTo(Floats.sha256(state(run, round).movingAverage()));
  }

  /** Its budget is too small for it. */
  @Test
  void aRunGoesOnInCyclesWhileItGetsBetter() throws IOException {
    Path run = temp.resolve("cycles");
    String cycles =
        "--epochs 2 --most-epochs 6 --early-stopping-epochs 0 --plateau-epochs 0"
            + " --score log-loss";
    CommandRun trained = train(run, cycles.split(" "));
    assertThat(trained.errors()).isEmpty();
    assertThat(trained.output())
        .contains("training  2 epochs, up to 6 while validation gets better, adam with");
    JsonNode expected = result(run);
    int epochs = expected.path("epochs").asInt();
    assertThat(epochs).isBetween(3, 6);
    long end = new RunState(run).newestCheckpoint().orElseThrow();
    assertThat(state(run, end).merits()).hasSize(epochs);

    Path spark = temp.resolve("cycles-on-spark");
    String onSpark = cycles + " --engine spark --master local[2]";
    assertThat(train(spark, onSpark.split(" ")).errors()).isEmpty();
    assertThat(result(spark).path("parametersSha256")).isEqualTo(expected.path("parametersSha256"));
    assertThat(result(spark).path("epochs")).isEqualTo(expected.path("epochs"));

    // As if its driver had been killed in the last cycle, and before the first.
    for (long newest : List.of(end - 1, end / epochs)) {
      forget(run, newest);
      assertThat(resume(run).errors()).isEmpty();
      for (String field : List.of("parametersSha256", "epochs", "test")) {
        assertThat(result(run).path(field)).as(field).isEqualTo(expected.path(field));
      }
    }
  }

  @Test
  void dl4jStopsEarlyToo() throws IOException {
    Path run = temp.resolve("dl4j");
    CommandRun trained =
        CommandRun.of(
            arguments(
                run,
                "--engine",
                "dl4j",
                "--master",
                "local[2]",
                "--plateau-epochs",
                "0",
                "--epochs",
                "3",
                "--clip-norm",
                "0"));
    assertThat(trained.errors()).isEmpty();
    int best = result(run).path("bestEpoch").asInt();
    assertThat(result(run).path("parametersSha256").asText())
        .isEqualTo(Floats.sha256(state(run, best).movingAverage()));
  }

  private static void assertSame(Path run) throws IOException {
    for (String field :
        List.of(
            "parametersSha256",
            "stoppedEarly",
            "bestEpoch",
            "validation",
            "test",
            "initialParametersSha256")) {
      assertThat(result(run).path(field)).as(field).isEqualTo(result(whole).path(field));
    }
    for (long round : List.of(1L, lastRound / 2, lastRound)) {
      for (String section :
          List.of(
              "parameters",
              "updaterState",
              "counters",
              "movingAverage",
              "accuracies",
              "schedule")) {
        assertThat(sections(run, round).get(section))
            .as("%s of round %d", section, round)
            .isEqualTo(sections(whole, round).get(section));
      }
    }
  }

  /** As if the run's driver had been killed after this round's checkpoint. */
  private static void forget(Path run, long newest) throws IOException {
    RunState state = new RunState(run);
    for (long round : state.checkpointRounds()) {
      if (round > newest) {
        Files.delete(state.checkpoint(round));
      }
    }
    for (String file : new String[] {"model.srnn", "model-dl4j.zip", "result.json"}) {
      Files.delete(run.resolve(file));
    }
    for (String result : run.resolve("results").toFile().list()) {
      Files.delete(run.resolve("results").resolve(result));
    }
  }

  private static CommandRun train(Path run, String... more) {
    return CommandRun.of(arguments(run, more));
  }

  /** Later options count. */
  private static String[] arguments(Path run, String... more) {
    List<String> arguments = new ArrayList<>(Arrays.asList(TRAINING.split(" ")));
    if (!List.of(more).contains("--engine")) {
      arguments.addAll(List.of("--engine", "local"));
    }
    arguments.addAll(List.of("--data", FirstImages.in(temp, 200).toString()));
    arguments.addAll(List.of("--run-dir", run.toString()));
    arguments.addAll(List.of("--initial-model", initial.toString()));
    for (int i = 0; i < more.length; i += 2) {
      int given = arguments.indexOf(more[i]);
      if (given < 0) {
        arguments.addAll(List.of(more[i], more[i + 1]));
      } else {
        arguments.set(given + 1, more[i + 1]);
      }
    }
    return arguments.toArray(String[]::new);
  }

  private static CommandRun resume(Path run) {
    return CommandRun.line("train --resume --run-dir %s", run);
  }

  private static float[] model(Path file) {
    return ModelFile.read(Storage.of(Map.of()), file.toUri()).parameters();
  }

  private static Map<String, byte[]> sections(Path run, long round) throws IOException {
    Path file = new RunState(run).checkpoint(round);
    return SectionFile.decode(Files.readAllBytes(file), file.toString()).sections();
  }

  private static TrainingState state(Path run, long round) throws IOException {
    return StateSections.read(sections(run, round), "it");
  }
}
