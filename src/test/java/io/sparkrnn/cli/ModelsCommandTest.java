package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.evaluation.PairedPredictions;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.registry.Candidate;
import io.sparkrnn.registry.DataSummary;
import io.sparkrnn.registry.Gate;
import io.sparkrnn.registry.ModelRegistry;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code models} says and does, for people and machines. */
class ModelsCommandTest {
  private static final Gate GATE = new Gate(0.9, 0.01, 0.05, Gate.Requirement.BETTER);

  @TempDir private Path temp;

  private Path directory() {
    return temp.resolve("registry");
  }

  private CommandRun models(String command, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("models", command, "--registry", directory().toString()));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private CommandRun done(String command, String... more) {
    CommandRun run = models(command, more);
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return run;
  }

  private void assertRefused(String message, int exitCode, String command, String... more) {
    CommandRun run = models(command, more);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.output()).isEmpty();
    assertThat(run.errors()).contains(message).doesNotContain("\tat ");
    assertThat(run.errors().lines().limit(2)).first().asString().startsWith("spark-rnn: ");
  }

  private static JsonNode json(CommandRun run) throws IOException {
    assertThat(run.output().lines()).hasSize(1);
    return new ObjectMapper().readTree(run.output());
  }

  /** Version 1 is first, 2 is better, 3 is not. */
  private void train() {
    submit(1, null);
    submit(2, new PairedPredictions(10_000, 9_500, 20, 60));
    submit(3, new PairedPredictions(10_000, 9_500, 30, 31));
  }

  private void submit(int run, PairedPredictions pair) {
    RnnTopology topology =
        new RnnTopology("small", Network.elman(3, 2, List.of(2), Activation.RELU, 2));
    new ModelRegistry(
            Storage.of(Map.of()),
            Locations.uri(directory().toString()),
            Retry.NEVER,
            Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC))
        .submit(
            new Candidate(
                "run-" + run,
                new ModelFile(topology, new float[topology.parameterCount()], Map.of()),
                new DataSummary(
                    List.of(new DataSummary.File("train-images", "00ff", 16)),
                    List.of(5923L, 6742L),
                    0.1307,
                    0.3081),
                Map.of("training.epochs", "5")),
            current -> pair == null ? GATE.decideFirst(0.95, 10_000) : GATE.decide(pair));
  }

  @Test
  void listsVersionsAndWhichOneIsCurrent() throws IOException {
    train();

    assertThat(done("list").output().lines())
        .containsExactly(
            "  version  run    accuracy  decision  time",
            "        1  run-1    95.00%  promoted  2026-01-02T03:04:05Z  before it",
            "        2  run-2    95.60%  promoted  2026-01-02T03:04:05Z  current",
            "        3  run-3    95.31%  kept      2026-01-02T03:04:05Z");

    JsonNode json = json(done("list", "--json"));
    assertThat(json.path("registry").asText()).isEqualTo(directory().toString());
    assertThat(json.path("current").asInt()).isEqualTo(2);
    assertThat(json.path("previous").asInt()).isEqualTo(1);
    assertThat(json.path("entries").asInt()).isEqualTo(3);
    assertThat(json.path("versions")).hasSize(3);
    assertThat(json.at("/versions/2/action").asText()).isEqualTo("kept");
  }

  @Test
  void aRegistryThatIsNotThereHasNoVersions() throws IOException {
    assertThat(done("list").output()).contains(directory() + " has no versions yet");
    assertThat(json(done("list", "--json")).path("versions").isArray()).isTrue();
    assertThat(done("prune").output()).contains("nothing to delete");
    assertThat(json(done("prune", "--json"))).isEmpty();
    assertRefused("expected one, found none", ExitCode.USAGE, "show");
    assertRefused("a registry that has versions", ExitCode.USAGE, "show", "1");
    assertRefused("expected a version that was current before", ExitCode.USAGE, "rollback");
    assertThat(directory()).doesNotExist();
  }

  @Test
  void showsWhatAVersionIsAndWhy() throws IOException {
    train();

    assertThat(done("show").output())
        .contains("version   2, current")
        .contains("run       run-2")
        .contains("decision  promoted: accuracy 0.9560, the current version's 0.9520: signif")
        .contains("accuracy  95.60% of 10,000 samples")
        .contains("only it was right on 20, only this one on 60; p 4")
        .contains("network   3 x 2 -> 2 relu -> 2")
        .contains("labels    5,923 6,742")
        .contains("pixels    mean 0.1307, standard deviation 0.3081")
        .contains("  registry.parent=000000001-run-1")
        .contains("  configuration.training.epochs=5");
    assertThat(done("show", "3").output()).contains("version   3\n", "kept: accuracy 0.9531");
    assertThat(done("show", "1").output()).contains("version   1, before it");

    JsonNode json = json(done("show", "3", "--json"));
    assertThat(json.at("/entry/version").asText()).isEqualTo("000000003-run-3");
    assertThat(json.at("/provenance/registry.parent").asText()).isEqualTo("000000002-run-2");
  }

  @Test
  void promotesAndRollsBack() throws IOException {
    train();

    assertThat(done("promote", "3", "--reason", "it feels better").output())
        .contains("version 3 is current");
    assertThat(done("promote", "3").output()).contains("version 3 was current already");
    assertThat(done("rollback").output())
        .contains("version 2 is current again, no longer version 3");
    JsonNode entry = json(done("rollback", "--json", "--reason", "it was not"));
    assertThat(entry.path("action").asText()).isEqualTo("rolled-back");
    assertThat(entry.path("reason").asText()).isEqualTo("it was not");
    assertThat(entry.path("current").asText()).isEqualTo("000000003-run-3");
    assertThat(Files.readString(directory().resolve("log/000000004.json")))
        .contains("\"reason\" : \"it feels better\"");
  }

  @Test
  void prunesAndRefusesWhatIsGone() throws IOException {
    train();
    for (int run = 4; run <= 5; run++) {
      submit(run, new PairedPredictions(10_000, 9_500, 30, 31));
    }

    assertThat(done("prune").output()).contains("nothing to delete");
    assertThat(done("prune", "--keep", "1").output()).contains("deleted: versions 3, 4");
    JsonNode newest = json(done("prune", "--keep", "1", "--json"));
    assertThat(newest.path("action").asText()).isEqualTo("pruned");
    assertRefused(
        "Cannot promote version 3 of %s: expected one of 1, 2, 5, found that entry 6 pruned it"
            .formatted(directory()),
        ExitCode.USAGE,
        "promote",
        "3");
  }

  @Test
  void mistakesAreToldInASentence() throws IOException {
    train();
    assertRefused("expected --keep of at least 1, found 0", ExitCode.USAGE, "prune", "--keep", "0");
    assertRefused("'first'", ExitCode.USAGE, "promote", "first");
    assertRefused("VERSION", ExitCode.USAGE, "promote");
    assertRefused("no.conf", ExitCode.USAGE, "list", "--config", "no.conf");
    assertThat(CommandRun.of("models").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(CommandRun.of("models", "list").errors()).contains("--registry");
    assertThat(CommandRun.of("models", "list").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(CommandRun.of("models", "--help").output())
        .contains("list", "show", "promote", "rollback", "prune");

    Path model = directory().resolve("versions/000000002-run-2.srnn");
    byte[] damaged = Files.readAllBytes(model);
    damaged[damaged.length / 2] ^= 1;
    Files.write(model, damaged);
    assertRefused(model.toString(), ExitCode.STORAGE, "show");
    Files.writeString(directory().resolve("log/000000003.json"), "{");
    assertRefused("log/000000003.json: expected JSON", ExitCode.STORAGE, "list");
  }
}
