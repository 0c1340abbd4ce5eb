package io.sparkrnn.retrain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.checkpoint.RunBusyException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.registry.Action;
import io.sparkrnn.registry.DataSummary;
import io.sparkrnn.registry.Evidence;
import io.sparkrnn.registry.Gate;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.Version;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.PermanentFailureException;
import io.sparkrnn.storage.Locations;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What machines are told is told as ever, byte for byte. */
class RetrainReportTest {
  private static final DataSummary DATA =
      new DataSummary(
          List.of(new DataSummary.File("train-images-idx3-ubyte", "00ff".repeat(16), 47_040_016)),
          List.of(5923L, 6742L),
          0.1307,
          0.3081);

  private static final LogEntry ENTRY = entry();

  private static LogEntry entry() {
    Version before = new Version(9, "2026-01-01");
    Version version = new Version(12, "2026-01-02");
    Evidence evidence =
        new Evidence(
            new Gate(0.9, 0.005, 0.05, Gate.Requirement.BETTER),
            10_000,
            0.9824,
            Optional.of(new Evidence.Comparison(0.9789, 41, 76, 7.5e-4)));
    return new LogEntry(
        12,
        "9d2f2a5c-0000-4000-8000-000000000001",
        Action.PROMOTED,
        Optional.of(version),
        Optional.of(version),
        Optional.of(before),
        List.of(before, version),
        List.of(),
        "significantly better",
        Optional.of(evidence),
        Optional.of(DATA),
        Instant.parse("2026-01-02T03:04:05Z"));
  }

  @Test
  void whatWasDecidedIsTold() throws IOException {
    RetrainReport report = new RetrainReport("2026-01-02");
    report.runDirectory(Locations.uri("hdfs://namenode/models/runs/2026-01-02/0123456789ab"));
    report.decided(ENTRY);
    report.ended(ExitCode.DONE, 61.25);

    assertThat(report + "\n").isEqualTo(golden("retrain-v1.json"));
  }

  @Test
  void whatFailedIsTold() throws IOException {
    RetrainReport report = new RetrainReport("2026-01-02");
    report.standing(ENTRY);
    report.data(DATA);
    report.failed(new DataException("Cannot train on it: expected \"more\", found less"), 0.5);

    assertThat(report + "\n").isEqualTo(golden("retrain-failed-v1.json"));
  }

  @Test
  void allReportsHaveTheSameFields() throws IOException {
    List<String> fields = fields(golden("retrain-v1.json"));
    RetrainReport unknown = new RetrainReport(null);
    unknown.refused("what?");
    assertThat(fields(unknown.toString())).isEqualTo(fields);
    assertThat(fields(golden("retrain-failed-v1.json"))).isEqualTo(fields);
  }

  @Test
  void schedulersLearnWhetherToTryAgain() throws IOException {
    assertThat(failed(new RunBusyException("busy")).path("permanent").asBoolean()).isFalse();
    assertThat(failed(new RunBusyException("busy")).path("exitCode").asInt()).isEqualTo(75);
    JsonNode diverged = failed(new PermanentFailureException(1, "diverged before"));
    assertThat(diverged.path("permanent").asBoolean()).isTrue();
    assertThat(diverged.path("exitCode").asInt()).isEqualTo(1);
    assertThat(failed(new IllegalStateException()).path("error").asText())
        .isEqualTo("java.lang.IllegalStateException");
  }

  private static JsonNode failed(RuntimeException failure) throws IOException {
    RetrainReport report = new RetrainReport("run");
    report.failed(failure, 1);
    return new ObjectMapper().readTree(report.toString());
  }

  private static List<String> fields(String json) throws IOException {
    List<String> names = new ArrayList<>();
    new ObjectMapper().readTree(json).fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String golden(String name) throws IOException {
    try (InputStream in = RetrainReportTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
