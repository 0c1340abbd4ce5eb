package io.sparkrnn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.SubmissionReport;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.io.PrintStream;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code status}: how the run of a run directory stands, wherever its driver is or was. */
@Command(
    name = "status",
    description =
        "Prints the newest result of a run directory and ends with the exit code of its run; with 69 while there is none.")
final class StatusCommand extends ConfiguredCommand {
  /** The keys that have a meaning here. */
  private static final List<Key> KEYS = List.of(Keys.RUN_DIR);

  @Option(
      names = "--submission",
      paramLabel = "NAME",
      description = "Report how this submission of a launcher ended, where its driver has said so.")
  private String submission;

  StatusCommand(PrintStream out) {
    super(out, KEYS);
  }

  @Override
  public Integer call() {
    RunConfiguration configuration = configuration();
    if (configuration.run().dir().isEmpty()) {
      throw new UsageException(
          "Cannot tell the status of a run: expected its directory in --run-dir, found none");
    }
    Storage storage = Storage.of(configuration.hadoop());
    URI location = Locations.uri(configuration.run().dir());
    line("run", "%s", Storage.describe(location));
    CheckpointStore store = CheckpointStore.open(storage, location, "any", 1, Retry.NEVER);
    if (submission != null) {
      Optional<JsonNode> report = new SubmissionReport(storage, location, submission).read();
      if (report.isEmpty()) {
        line("status", "no end was reported: the driver is running, was killed, or never began");
        return advise(store, ExitCode.UNAVAILABLE);
      }
      int code = exitCode(report.get());
      if (code != ExitCode.DONE) {
        ended(report.get(), "the driver");
        return advise(store, code);
      }
    }
    Optional<JsonNode> result = RunDirectory.latestResult(store, location);
    int attempt = store.latestAttempt();
    if (attempt == 0) {
      line("status", "no driver has begun here: none was started, or it was refused before");
      return ExitCode.UNAVAILABLE;
    }
    if (result.isEmpty() || result.get().path("attempt").asInt() < attempt) {
      line("status", "attempt %d has no result: its driver is running, or was killed", attempt);
      return advise(store, ExitCode.UNAVAILABLE);
    }
    ended(result.get(), "attempt " + attempt);
    return advise(store, exitCode(result.get()));
  }

  private static int exitCode(JsonNode ended) {
    return ended.path("exitCode").asInt(ExitCode.FAILURE);
  }

  private void ended(JsonNode ended, String who) {
    int code = exitCode(ended);
    if (code != ExitCode.DONE) {
      line("status", "%s ended with exit code %d", who, code);
      line("error", "%s", ended.path("error").asText());
      return;
    }
    line("status", "%s succeeded", who);
    Score score = RunDirectory.score(ended.path("test"));
    line(
        "test",
        "%s, loss %.4f, %,d %s",
        score.named(),
        ended.at("/test/loss").asDouble(),
        ended.at("/test/samples").asLong(),
        ended.at("/test/accuracy").isMissingNode() ? "readings" : "images");
    line("parameters", "%s", ended.path("parametersSha256").asText());
  }

  /** Says from where to go on, unless there is no need to; the exit code. */
  private int advise(CheckpointStore store, int code) {
    List<CheckpointEntry> checkpoints = store.list();
    if (!checkpoints.isEmpty()) {
      CheckpointEntry newest = checkpoints.stream().reduce((before, next) -> next).orElseThrow();
      line("checkpoint", "%s", Storage.describe(newest.location()));
    }
    if (code != ExitCode.DONE && store.latestAttempt() > 0) {
      line("to go on", "the same command with --resume");
    }
    return code;
  }

  private void line(String name, String format, Object... values) {
    out.printf("%-11s%s%n", name, String.format(Locale.ROOT, format, values));
  }
}
