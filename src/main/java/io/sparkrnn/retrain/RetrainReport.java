package io.sparkrnn.retrain;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.registry.DataSummary;
import io.sparkrnn.registry.Evidence;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.Version;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.util.List;

/**
 * What {@code retrain} tells machines: one line of JSON, of the same fields always, null where
 * there is nothing to say. Gathers what becomes known.
 */
public final class RetrainReport {
  private static final int FORMAT = 1;
  private static final String DECISION = "decision";
  private static final String EXIT_CODE = "exitCode";

  private final ObjectNode root = JsonNodeFactory.instance.objectNode();

  /**
   * Of a run of which nothing is known yet.
   *
   * @param runId null where the command line was not understood
   */
  public RetrainReport(String runId) {
    root.put("format", FORMAT).put("runId", runId);
    for (String name :
        List.of(
            DECISION,
            "version",
            "current",
            "previous",
            "reason",
            "samples",
            "accuracy",
            "currentAccuracy",
            "mcnemar",
            EXIT_CODE,
            "error",
            "permanent",
            "runDirectory",
            "seconds",
            "data")) {
      root.putNull(name);
    }
  }

  /** Which versions are current and previous, as an entry has it. */
  void standing(LogEntry entry) {
    entry.current().map(Version::number).ifPresent(number -> root.put("current", number));
    entry.previous().map(Version::number).ifPresent(number -> root.put("previous", number));
  }

  void data(DataSummary data) {
    root.set("data", data.json());
  }

  void runDirectory(URI location) {
    root.put("runDirectory", Storage.describe(location));
  }

  /** What was decided, now or by an earlier process. */
  public void decided(LogEntry entry) {
    root.put(DECISION, entry.action().toString());
    root.put("version", entry.number());
    standing(entry);
    root.put("reason", entry.reason());
    entry.data().ifPresent(this::data);
    Evidence evidence = entry.evidence().orElseThrow();
    root.put("samples", evidence.samples());
    evidence.accuracy().ifPresent(accuracy -> root.put("accuracy", accuracy));
    evidence.score().ifPresent(this::score);
    evidence
        .comparison()
        .ifPresent(
            comparison -> {
              root.put("currentAccuracy", comparison.currentAccuracy());
              root.putObject("mcnemar")
                  .put("b", comparison.onlyCurrentRight())
                  .put("c", comparison.onlyCandidateRight())
                  .put("pValue", comparison.pValue());
            });
  }

  /** Of another score than the accuracy of whole samples, which has fields of its own. */
  private void score(Evidence.DecidingScore score) {
    ObjectNode fields =
        root.putObject("score")
            .put("name", score.name())
            .put("better", score.better())
            .put("value", score.value());
    score
        .bootstrap()
        .ifPresent(
            bootstrap ->
                fields
                    .put("currentValue", bootstrap.currentValue())
                    .put("errors", bootstrap.errors())
                    .put("sequences", bootstrap.sequences())
                    .put("blockLength", bootstrap.blockLength())
                    .put("pValue", bootstrap.pValue()));
  }

  /** Ends well, whatever was decided. */
  public void ended(int exitCode, double seconds) {
    root.put(EXIT_CODE, exitCode).put("permanent", false).put("seconds", seconds);
  }

  /** Ends otherwise, whatever was decided. */
  public void failed(Throwable failure, double seconds) {
    failed(
        ExitCode.of(failure),
        failure.getMessage() == null ? failure.toString() : failure.getMessage(),
        ExitCode.isPermanent(failure),
        seconds);
  }

  /** Ends with a command line that is not understood. */
  public void refused(String message) {
    failed(ExitCode.USAGE, message, true, 0);
  }

  private void failed(int exitCode, String message, boolean permanent, double seconds) {
    root.put(DECISION, "failed")
        .put(EXIT_CODE, exitCode)
        .put("error", message)
        .put("permanent", permanent)
        .put("seconds", seconds);
  }

  /** The line, without its end. */
  @Override
  public String toString() {
    return root.toString();
  }
}
