package io.sparkrnn.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.NewerFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Entries and versions of format 1 are read, and written byte for byte, as ever. */
class LogEntryFileTest {
  private static final String RUN = "20260101T000000Z-row-rnn-150-0000";
  private static final Version OLD = new Version(9, "run-9");
  private static final Version NEW = new Version(12, RUN);

  private static final LogEntry PROMOTED =
      new LogEntry(
          12,
          "9d2f2a5c-0000-4000-8000-000000000001",
          Action.PROMOTED,
          Optional.of(NEW),
          Optional.of(NEW),
          Optional.of(OLD),
          List.of(OLD, NEW),
          List.of(),
          "significantly better",
          Optional.of(
              new Evidence(
                  Models.GATE,
                  10_000,
                  0.9824,
                  Optional.of(new Evidence.Comparison(0.9789, 41, 76, 7.5e-4)))),
          Optional.of(Models.DATA),
          Instant.parse("2026-01-02T03:04:05Z"));

  private static final LogEntry PRUNED =
      new LogEntry(
          13,
          "9d2f2a5c-0000-4000-8000-000000000002",
          Action.PRUNED,
          Optional.empty(),
          Optional.of(NEW),
          Optional.empty(),
          List.of(NEW),
          List.of(OLD),
          "all but the newest 1",
          Optional.empty(),
          Optional.empty(),
          Instant.parse("2026-01-02T03:04:06Z"));

  @Test
  void entriesHaveTheSameBytesAsEver() throws IOException {
    assertThat(LogEntryFile.encode(PROMOTED)).asString(UTF_8).isEqualTo(text("promoted-v1.json"));
    assertThat(LogEntryFile.encode(PRUNED)).asString(UTF_8).isEqualTo(text("pruned-v1.json"));
  }

  @Test
  void goldenEntriesAreReadBack() throws IOException {
    assertThat(LogEntryFile.decode(golden("promoted-v1.json"), 12, "it")).isEqualTo(PROMOTED);
    assertThat(LogEntryFile.decode(golden("pruned-v1.json"), 13, "it")).isEqualTo(PRUNED);
  }

  @Test
  void versionsHaveTheSameBytesAsEver() throws IOException {
    byte[] golden = golden("000000012-" + RUN + ".srnn");

    assertThat(
            Models.candidate(RUN, 0.5f).encode(NEW, OLD.name(), PROMOTED.evidence().orElseThrow()))
        .isEqualTo(golden);
    RegisteredModel read = RegisteredModel.decode(golden, NEW, "it");
    assertThat(read.model().computesAs(Models.model(0.5f))).isTrue();
    assertThat(read.model().provenance())
        .containsEntry("registry.version", NEW.name())
        .containsEntry("registry.parent", OLD.name())
        .containsEntry("registry.accuracy", "0.9824")
        .containsEntry("registry.samples", "10000")
        .containsEntry("configuration.training.epochs", "5")
        .containsEntry("data.1", "00ff".repeat(16) + " train-images-idx3-ubyte")
        .containsEntry("java", "17");
    assertThatThrownBy(() -> RegisteredModel.decode(golden, new Version(11, RUN), "it"))
        .isExactlyInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read it: expected version 000000011-%s as in its name, found 000000012-%s"
                .formatted(RUN, RUN));
  }

  static Stream<String[]> defects() {
    return Stream.of(
        new String[] {"\"number\" : 12", "\"number\" : \"12\"", "a whole number in 'number'"},
        new String[] {"\"number\" : 12", "\"number\" : 12.0", "a whole number in 'number'"},
        new String[] {"\"number\" : 12", "\"number\" : 13", "expected version 13"},
        new String[] {"\"number\" : 12,", "", "a whole number in 'number', found nothing"},
        new String[] {"\"number\" : 12", "\"number\" : 12, \"number\" : 12", "Duplicate field"},
        new String[] {"\"format\" : 1", "\"format\" : 0", "expected format 1"},
        new String[] {"\"promoted\"", "\"lost\"", "expected one of [promoted, kept"},
        new String[] {"\"runId\" : \"2", "\"runId\" : \"3", "the run of its version"},
        new String[] {"\"reason\"", "\"reasons\"", "a text in 'reason', found nothing"},
        new String[] {"\"reason\"", "\"more\" : 1, \"reason\"", "expected no field 'more'"},
        new String[] {"\"bytes\" : 60008", "\"bytes\" : 1, \"x\" : 1", "field 'data.files.x'"},
        new String[] {"\"pValue\"", "\"x\" : 1, \"pValue\"", "field 'evidence.comparison.x'"},
        new String[] {"\"required\"", "\"x\" : 1, \"required\"", "field 'evidence.gate.x'"},
        new String[] {"\"samples\"", "\"x\" : 1, \"samples\"", "field 'evidence.x'"},
        new String[] {"\"pixelMean\"", "\"x\" : 1, \"pixelMean\"", "field 'data.x'"},
        new String[] {"0.9824", "\"0.9824\"", "a number in 'evidence.accuracy', found string"},
        new String[] {"\"better\"", "\"best\"", "expected one of [better, not-worse]"},
        new String[] {"0.05", "5", "significance"},
        new String[] {"[ 5923", "[ 5923.5", "a whole number in 'data.labelCounts'"},
        new String[] {"[ 5923", "[ null", "a whole number in 'data.labelCounts', found null"},
        new String[] {"\"2026-", "\"20-", "could not be parsed"},
        new String[] {"\"000000009-run-9\", \"", "\"", "among the versions"},
        new String[] {"\"pruned\" : [ ]", "\"pruned\" : [ \"000000009-run-9\" ]", "to be gone"},
        new String[] {"\"pruned\" : [ ]", "\"pruned\" : [ \"../9\" ]", "name of a version"},
        new String[] {"\"pruned\" : [ ]", "\"pruned\" : { }", "a list in 'pruned', found object"},
        new String[] {"\"pruned\" : [ ]", "\"pruned\" : [ 9 ]", "a text in 'pruned', found number"},
        new String[] {"\"pruned\" : [ ],", "", "a list in 'pruned', found nothing"},
        new String[] {"\"previous\" : \"000000009-run-9\"", "\"previous\" : null", "found null"},
        new String[] {
          "\"data\" : {", "\"data\" : null, \"x\" : {", "an object in 'data', found null"
        },
        new String[] {
          "\"files\" : [", "\"files\" : [ null,", "an object in 'data.files', found null"
        },
        new String[] {"Z\"\n}", "Z\"\n} {}", "expected JSON"},
        new String[] {"Z\"\n}", "Z\"", "expected JSON"});
  }

  @ParameterizedTest
  @MethodSource("defects")
  void everyDefectIsRefusedWithTheFilesName(String good, String bad, String message)
      throws IOException {
    String text = text("promoted-v1.json");
    assertThat(text).contains(good);

    assertThatThrownBy(
            () -> LogEntryFile.decode(text.replace(good, bad).getBytes(UTF_8), 12, "log/x.json"))
        .isExactlyInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read log/x.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void otherThingsAreRefused() throws IOException {
    for (String other : List.of("", "null", "[]", "nonsense", "\u0000\u0001", "{")) {
      assertThatThrownBy(() -> LogEntryFile.decode(other.getBytes(UTF_8), 12, "log/x.json"))
          .as(other)
          .isExactlyInstanceOf(CorruptFileException.class)
          .hasMessageStartingWith("Cannot read log/x.json: ");
    }
    byte[] golden = golden("promoted-v1.json");
    assertThatThrownBy(() -> LogEntryFile.decode(golden, 11, "log/x.json"))
        .isExactlyInstanceOf(CorruptFileException.class)
        .hasMessageContaining("entry 11 as in its name");
  }

  @Test
  void newerFormatsAreTold() throws IOException {
    String newer =
        text("promoted-v1.json").replace("\"format\" : 1", "\"format\" : 3, \"more\" : {}");

    assertThatThrownBy(() -> LogEntryFile.decode(newer.getBytes(UTF_8), 12, "log/x.json"))
        .isExactlyInstanceOf(NewerFormatException.class)
        .hasMessage("Cannot read log/x.json: expected format 2 or older, found 3");
  }

  private static String text(String name) throws IOException {
    return new String(golden(name), UTF_8);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = LogEntryFileTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    }
  }
}
