package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.Proof;
import io.sparkrnn.cli.RetrainingMonth.Event;
import io.sparkrnn.cli.RetrainingMonth.Night;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.Version;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.math3.stat.inference.AlternativeHypothesis;
import org.apache.commons.math3.stat.inference.BinomialTest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A month of nightly retraining; a sample of its nights, or with {@code -Dproof=full} thirty. What
 * is left is judged by nothing but its files.
 */
class RetrainingMonthIT {
  private static final long SEED = Long.getLong("seed", 20261125);
  private static final int NIGHTS = Proof.times(30, 14);
  private static final double SIGNIFICANCE = 0.05;
  private static final double MIN_ACCURACY = 0.7;

  @TempDir private static Path temp;
  private static RetrainingMonth month;
  private static List<LogEntry> log;

  @BeforeAll
  static void pass() throws Exception {
    month = new RetrainingMonth(SEED, temp);
    month.pass(NIGHTS);
    log = month.open().log();
    month.print(System.out);
  }

  private static List<String> names(String below) {
    URI directory = below.isEmpty() ? month.registry() : Storage.resolve(month.registry(), below);
    return month.storage().exists(directory)
        ? month.storage().list(directory).stream().map(FileEntry::name).toList()
        : List.of();
  }

  /** An entry as its file has it. */
  private static JsonNode json(LogEntry entry) throws Exception {
    URI file = Storage.resolve(month.registry(), "log/%09d.json".formatted(entry.number()));
    return new ObjectMapper().readTree(month.storage().read(file, 1 << 20));
  }

  @Test
  void everyNightEndsAsItShould() {
    for (Night night : month.nights()) {
      List<Integer> codes = night.exitCodes();
      assertThat(codes.get(codes.size() - 1)).as("%s", night).isEqualTo(night.event().exitCode());
      assertThat(night.report().path("exitCode").asInt(-1)).isEqualTo(night.event().exitCode());
      assertThat(night.report().path("runId").asText()).isEqualTo(night.runId());
      if (night.event() == Event.STARTED_TWICE) {
        // The second is refused, unless the first had ended by then.
        assertThat(codes.get(0)).isIn(ExitCode.BUSY, ExitCode.DONE);
        assertThat(codes.get(1)).isEqualTo(ExitCode.DONE);
      }
    }
    Set<Event> seen = new HashSet<>();
    month.nights().forEach(night -> seen.add(night.event()));
    assertThat(seen).containsExactlyInAnyOrder(Event.values());
  }

  @Test
  void everyNightThatTrainsIsDecidedOnce() {
    Set<String> decided = new TreeSet<>();
    for (LogEntry entry : log) {
      entry.runId().ifPresent(id -> assertThat(decided.add(id)).as("%s again", id).isTrue());
    }
    Set<String> expected = new TreeSet<>();
    for (Night night : month.nights()) {
      if (night.event().exitCode() == ExitCode.DONE) {
        expected.add(night.runId());
      }
      if (night.event() == Event.BESIDE_ANOTHER) {
        expected.add(night.runId() + "-by-hand");
      }
    }
    assertThat(decided).isEqualTo(expected);
  }

  @Test
  void everyDecisionIsJustifiedByWhatItRecords() throws Exception {
    int promotions = 0;
    for (LogEntry entry : log) {
      JsonNode json = json(entry);
      String action = json.path("action").asText();
      if (!action.equals("promoted") && !action.equals("kept")) {
        continue;
      }
      JsonNode evidence = json.path("evidence");
      double accuracy = evidence.path("accuracy").asDouble();
      JsonNode comparison = evidence.path("comparison");
      boolean better =
          !comparison.isObject()
              || pValue(
                      comparison.path("onlyCurrentRight").asInt(),
                      comparison.path("onlyCandidateRight").asInt())
                  <= SIGNIFICANCE;
      assertThat(action.equals("promoted"))
          .as("%s", json)
          .isEqualTo(better && accuracy >= MIN_ACCURACY);
      assertThat(json.path("reason").asText()).isNotBlank();
      if (action.equals("promoted") && comparison.isObject()) {
        promotions++;
        assertThat(accuracy).isGreaterThan(comparison.path("currentAccuracy").asDouble());
      }
    }
    // The drift makes it necessary.
    assertThat(promotions).isGreaterThan(0);
  }

  /** That a fair coin falls on the candidate's side at least so often. */
  private static double pValue(int current, int candidate) {
    return new BinomialTest()
        .binomialTest(current + candidate, candidate, 0.5, AlternativeHypothesis.GREATER_THAN);
  }

  @Test
  void eachIsComparedWithTheOneThatWasCurrent() {
    LogEntry before = null;
    for (LogEntry entry : log) {
      if (before != null && entry.version().isPresent()) {
        boolean promoted = entry.current().equals(entry.version());
        assertThat(promoted ? entry.previous() : entry.current()).isEqualTo(before.current());
      }
      before = entry;
    }
  }

  /** What was recorded is what {@code evaluate} finds. */
  @Test
  void noRegressionIsPromoted() {
    int evaluated = 0;
    List<Version> there = log.get(log.size() - 1).versions();
    for (LogEntry entry : log) {
      if (entry.version().isPresent() && there.contains(entry.version().get())) {
        int night = Integer.parseInt(entry.runId().orElseThrow().substring(6, 8));
        assertThat(month.accuracy(entry, night))
            .isEqualTo(
                String.format(
                    Locale.ROOT,
                    "%.2f",
                    100 * entry.evidence().orElseThrow().accuracy().orElseThrow()));
        evaluated++;
      }
    }
    assertThat(evaluated).isPositive();
  }

  @Test
  void nothingIsLeftOver() {
    LogEntry newest = log.get(log.size() - 1);
    assertThat(names("versions"))
        .containsExactlyInAnyOrderElementsOf(
            newest.versions().stream().map(version -> version.name() + ".srnn").toList());
    assertThat(names("private")).isEmpty();
    List<String> runs = new ArrayList<>();
    newest.versions().forEach(version -> runs.add(version.runId()));
    assertThat(names("runs")).containsExactlyInAnyOrderElementsOf(runs);
    assertThat(names(""))
        .allMatch(name -> List.of("log", "private", "runs", "versions").contains(name));
    for (String run : runs) {
      assertThat(names("runs/" + run)).as(run).hasSize(1);
    }
  }

  @Test
  void theCurrentVersionCouldAlwaysBeLoaded() {
    assertThat(month.loads()).isGreaterThan(NIGHTS);
    assertThat(month.open().current()).isPresent();
  }
}
