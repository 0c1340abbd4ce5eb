package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may differ when a run is resumed, and what may not. */
class ResumeIT {
  private static final String TRAINING =
      "train --engine local --hidden 3 --epochs 2 --updater adam --minibatch-size 8"
          + " --averaging-frequency 1 --first-epoch-averaging-frequency 0 --keep 99 --checkpoint-every-rounds 1";

  @TempDir private static Path temp;
  private static Path whole;
  private static int runs;
  private Path run;

  @BeforeAll
  static void trainOnce() throws IOException {
    whole = temp.resolve("whole");
    assertThat(train(whole, 41).errors()).isEmpty();
  }

  /** A run whose newest checkpoint lies within its second epoch. */
  @BeforeEach
  void beginARun() throws IOException {
    run = temp.resolve("run-" + ++runs);
    FileUtils.copyDirectory(whole.toFile(), run.toFile());
    Files.delete(checkpoint(6));
    Files.delete(run.resolve("results/1.json"));
    Files.delete(run.resolve("model.srnn"));
    Files.delete(run.resolve("model-dl4j.zip"));
    assertThat(sections(5)).containsKeys("parameters", "counters");
  }

  @Test
  void whatCannotBeSeenInTheResultMayDiffer() throws IOException {
    String sha256 = result().path("parametersSha256").asText();
    CommandRun resumed =
        resume(
            "--threads-per-worker",
            "2",
            "--kernels",
            "portable",
            "--keep",
            "2",
            "--evaluation-overlap-rounds",
            "1000");

    assertThat(resumed.errors()).isEmpty();
    assertThat(resumed.output()).contains("after epoch 1, round 5");
    assertThat(result().path("parametersSha256").asText()).isEqualTo(sha256);
    assertThat(result().path("drift")).isEmpty();
    assertThat(result().path("attempt").asInt()).isEqualTo(2);
  }

  @Test
  void otherKeysAreRefusedByName() {
    CommandRun resumed = resume("--epochs", "3", "--learning-rate", "0.5", "--seed", "9");

    assertThat(resumed.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(resumed.errors())
        .startsWith("spark-rnn: Cannot use the configuration, 3 problems:")
        .contains("training.epochs (--epochs): expected \"2\" as in the run of " + run)
        .contains("updater.learning-rate (--learning-rate): expected \"0.002\" as in")
        .contains("training.seed (--seed): expected \"1\" as in")
        .contains("found \"9\"");
  }

  @Test
  void onlyWhatIsAllowedMayDrift() {
    CommandRun resumed = resume("--epochs", "3", "--seed", "9", "--allow-drift", "training.epochs");

    assertThat(resumed.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(resumed.errors())
        .contains("Cannot use the configuration: training.seed")
        .doesNotContain("training.epochs");
  }

  @Test
  void allowedDriftStandsInTheResultAndInAllLaterCheckpoints() throws IOException {
    CommandRun resumed = resume("--epochs", "3", "--allow-drift", "training.epochs");
    assertThat(resumed.errors()).isEmpty();
    String drift =
        "after round 5, training.epochs: expected \"2\" as in %s, found \"3\""
            .formatted(checkpoint(5));

    assertThat(result().at("/drift/0").asText()).isEqualTo(drift);
    assertThat(text(sections(9).get("drift"))).isEqualTo(drift);
    // From now on, these are the run's own settings.
    Files.delete(run.resolve("results/1.json"));
    Files.delete(checkpoint(9));
    CommandRun again = resume();
    assertThat(again.errors()).isEmpty();
    assertThat(again.output()).contains("after epoch 2, round 8");
    assertThat(result().path("drift")).hasSize(1);
    assertThat(text(sections(9).get("drift"))).isEqualTo(drift);
  }

  @Test
  void aCompleteRunIsNotResumedWithOtherSettings() throws IOException {
    assertThat(resume().errors()).isEmpty();
    assertThat(resume().output()).startsWith("This run is complete");
    CommandRun longer = resume("--epochs", "3", "--allow-drift", "training.epochs");

    assertThat(longer.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(longer.errors())
        .contains("expected an unfinished run, found a complete one; give another --run-dir");
  }

  @Test
  void otherDataAreRefusedUnlessAllowed() throws IOException {
    CommandRun refused = resume("--data", FirstImages.in(temp, 42).toString());
    assertThat(refused.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(refused.errors())
        .startsWith("spark-rnn: Cannot resume, because of data: expected ")
        .contains("as in " + checkpoint(5), "; --allow-drift data allows it");
    assertThat(result().path("permanent").asBoolean()).isTrue();
    assertThat(result().path("attempt").asInt()).isEqualTo(2);

    CommandRun allowed =
        resume("--data", FirstImages.in(temp, 42).toString(), "--allow-drift", "data");
    assertThat(allowed.errors()).isEmpty();
    assertThat(result().at("/drift/0").asText()).startsWith("after round 5, data: expected ");
  }

  @Test
  void aPlaceThatAnEpochDoesNotHaveIsRefused() {
    CommandRun resumed =
        resume("--minibatch-size", "64", "--allow-drift", "training.minibatch-size");

    assertThat(resumed.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(resumed.errors())
        .isEqualTo(
            "spark-rnn: Cannot resume from %s: expected a place before minibatch 1 of its epoch, found minibatch 2%n"
                .formatted(checkpoint(5)));
  }

  @Test
  void anotherUpdatersStateIsRefused() {
    CommandRun resumed = resume("--updater", "sgd", "--allow-drift", "updater.name");

    assertThat(resumed.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(resumed.errors()).contains("expected 0 numbers of updater state, found ");
  }

  @Test
  void anotherArithmeticIsRefusedUnlessAllowed() throws IOException {
    rewrite(5, "arithmetic", "1");
    CommandRun refused = resume();
    assertThat(refused.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(refused.errors())
        .startsWith("spark-rnn: Cannot resume, because of arithmetic: expected 1 as in ")
        .contains(", found 2; --allow-drift arithmetic allows it");

    assertThat(resume("--allow-drift", "arithmetic").errors()).isEmpty();
    assertThat(result().at("/drift/0").asText()).startsWith("after round 5, arithmetic: ");
  }

  @Test
  void anotherTopologyIsRefused() throws IOException {
    rewrite(5, "topology", "other");
    CommandRun refused = resume("--allow-drift", "data");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(refused.errors())
        .startsWith("spark-rnn: Cannot resume, because of topology: expected other as in ")
        .doesNotContain("--allow-drift");
  }

  @Test
  void aStateOfAnotherSizeIsRefused() throws IOException {
    rewrite(5, "counters", "other");
    CommandRun refused = resume();

    assertThat(refused.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(refused.errors()).contains("bytes of counters, found 5").doesNotContain("\tat ");
  }

  @Test
  void checkpointsSayWhereTheyComeFrom() throws IOException {
    Map<String, byte[]> sections = sections(5);

    assertThat(sections)
        .containsOnlyKeys(
            "checkpoint.round",
            "parameters",
            "updaterState",
            "counters",
            "schedule",
            "topology",
            "configuration",
            "data",
            "arithmetic",
            "provenance",
            "drift",
            "history");
    assertThat(text(sections.get("provenance")))
        .contains("sparkRnn=", "arithmetic=2", "gitCommit=", "spark=", "java=", "kernels=", "cpu=");
    assertThat(text(sections.get("schedule")))
        .contains("name=cosine", "nextRate=", "totalIterations=6");
  }

  @Test
  void theArchitectureListsTheSections() throws IOException {
    Path evaluated = temp.resolve("evaluated");
    assertThat(
            train(
                    evaluated,
                    41,
                    "--validation",
                    "9",
                    "--early-stopping-epochs",
                    "9",
                    "--ema-decay",
                    "0.9",
                    "--initial-model",
                    whole.toString())
                .errors())
        .isEmpty();
    Path newest = evaluated.resolve("checkpoints").resolve(checkpoint(4).getFileName());
    String architecture = Files.readString(Path.of("src/docs/architecture.md"));
    int table = architecture.indexOf("| `checkpoint.round` |");
    List<String> documented =
        Pattern.compile("`([\\w.]+)`")
            .matcher(
                architecture
                    .substring(table, architecture.indexOf("\n\n", table))
                    .lines()
                    .map(row -> row.split("\\|")[1])
                    .collect(Collectors.joining(" ")))
            .results()
            .map(name -> name.group(1))
            .toList();

    assertThat(SectionFile.decode(Files.readAllBytes(newest), "it").sections().keySet())
        .containsExactlyElementsOf(documented);
  }

  /** Without the keys that came later, of which one says what is averaged. */
  @Test
  void aRunOfAnEarlierVersionGoesOnAveragingParameters() throws IOException {
    String sha256 = result().path("parametersSha256").asText();
    String later = " +(averaging|iterations|shift-pixels|adam-learning-rate|most-epochs) = .*\n";
    String configuration = text(sections(5).get("configuration"));
    rewrite(5, "configuration", configuration.replaceAll(later, ""));
    CommandRun resumed = resume();

    assertThat(resumed.errors()).isEmpty();
    assertThat(result().path("parametersSha256").asText()).isEqualTo(sha256);
    assertThat(result().path("averaging").asText()).isEqualTo("parameters");
    assertThat(result().path("drift")).isEmpty();
  }

  @Test
  void aRunOfManyWorkersGoesOnWithWhatFollowedFromThem() throws IOException {
    run = temp.resolve("run-" + ++runs);
    String training =
        "train --engine local --hidden 3 --minibatch-size 4 --workers 6 --iterations 3"
            + " --keep 99 --checkpoint-every-rounds 1";
    CommandRun trained = CommandRun.of(arguments(training, run, 41));
    assertThat(trained.errors()).isEmpty();
    assertThat(trained.output())
        .contains("training  2 epochs, muon with learning rate 0.003279 (cosine)")
        .contains("averaging gradients (auto: more than 4 workers), a step for 24;")
        .contains("budget    4 iterations: 82 images, each 2.0 times");
    String sha256 = result().path("parametersSha256").asText();
    Files.delete(checkpoint(4));
    Files.delete(run.resolve("results/1.json"));
    Files.delete(run.resolve("model.srnn"));
    Files.delete(run.resolve("model-dl4j.zip"));
    CommandRun resumed = resume("--workers", "6", "--kernels", "portable");

    assertThat(resumed.errors()).isEmpty();
    assertThat(resumed.output()).contains("after epoch 1, round 3");
    assertThat(result().path("parametersSha256").asText()).isEqualTo(sha256);
    assertThat(result().path("averaging").asText()).isEqualTo("gradients");
    assertThat(result().path("averagingFrequency").asInt()).isEqualTo(1);
    assertThat(text(sections(3).get("configuration")))
        .contains("averaging = gradients", "name = muon", "epochs = 2", "beta2 = 0.9996");
  }

  @Test
  void aDamagedNewestCheckpointCostsItsRoundsAndIsReported() throws IOException {
    byte[] bytes = Files.readAllBytes(checkpoint(5));
    bytes[bytes.length / 2] ^= 1;
    Files.write(checkpoint(5), bytes);
    String sha256 = result().path("parametersSha256").asText();
    CommandRun resumed = resume();

    assertThat(resumed.output())
        .contains("it was set aside as " + run.resolve("damaged/1-checkpoint-000000005.srnn"))
        .contains("Rounds lost: 1; the newest checkpoint had 5, the newest good one has 4")
        .contains("after epoch 1, round 4");
    assertThat(result().path("parametersSha256").asText()).isEqualTo(sha256);
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "spark --master local[2]"})
  void aRunThatIsStoppedInItsFinalTestIsOnlyTestedAgain(String engine) throws IOException {
    String sha256 = result().path("parametersSha256").asText();
    run = temp.resolve("run-" + ++runs);
    String training = TRAINING.replace("local", engine);
    CommandRun stopped = CommandRun.stoppedAt("  2/2 ", arguments(training, run, 41));

    assertThat(stopped.exitCode()).as(stopped.errors()).isEqualTo(143);
    assertThat(stopped.errors())
        .startsWith(
            "spark-rnn: Stopped as asked after round 5; continue from %s".formatted(checkpoint(6)));
    assertThat(result().path("status").asText()).isEqualTo("stopped");
    assertThat(run.resolve("model.srnn")).doesNotExist();
    CommandRun resumed = resume();
    assertThat(resumed.errors()).isEmpty();
    assertThat(resumed.output()).contains("after epoch 2, round 6");
    assertThat(result().path("parametersSha256").asText()).isEqualTo(sha256);
  }

  @Test
  void withoutResumeTheUnfinishedRunIsLeftAlone() {
    CommandRun again = train(run, 41);

    assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(again.errors()).contains("found the unfinished run", "continue it with --resume");
  }

  private static CommandRun train(Path directory, int images, String... more) {
    return CommandRun.of(arguments(TRAINING, directory, images, more));
  }

  private static String[] arguments(String training, Path directory, int images, String... more) {
    List<String> arguments = new ArrayList<>(Arrays.asList(training.split(" ")));
    arguments.addAll(List.of("--data", FirstImages.in(temp, images).toString()));
    arguments.addAll(List.of("--run-dir", directory.toString()));
    arguments.addAll(Arrays.asList(more));
    return arguments.toArray(String[]::new);
  }

  private CommandRun resume(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--resume", "--run-dir", run.toString()));
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private Path checkpoint(long round) {
    return run.resolve("checkpoints/checkpoint-%09d.srnn".formatted(round));
  }

  private Map<String, byte[]> sections(long round) throws IOException {
    return SectionFile.decode(Files.readAllBytes(checkpoint(round)), "it").sections();
  }

  private void rewrite(long round, String section, String text) throws IOException {
    Map<String, byte[]> sections = new LinkedHashMap<>(sections(round));
    sections.put(section, text.getBytes(StandardCharsets.UTF_8));
    String runId = RunState.json(run.resolve("run.json")).path("runId").asText();
    Storage.of(Map.of())
        .overwrite(checkpoint(round).toUri(), SectionFile.encode("checkpoint", runId, sections));
  }

  private JsonNode result() throws IOException {
    return RunState.result(run);
  }

  private static String text(byte[] section) {
    return new String(section, StandardCharsets.UTF_8);
  }
}
