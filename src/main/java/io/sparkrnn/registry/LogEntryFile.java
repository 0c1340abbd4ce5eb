package io.sparkrnn.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.NewerFormatException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An entry as JSON in UTF-8: the fields of {@link LogEntry} by their names, versions by theirs, and
 * {@code format}, now 1, and {@code runId} beside them. What is absent has no field; fields that
 * are unknown are refused, because they may mean something.
 */
final class LogEntryFile {
  static final int MAX_BYTES = 1 << 20;

  private static final int FORMAT = 1;

  private LogEntryFile() {}

  static byte[] encode(LogEntry entry) {
    return (json(entry).toPrettyString() + "\n").getBytes(UTF_8);
  }

  static ObjectNode json(LogEntry entry) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("format", FORMAT).put("number", entry.number()).put("id", entry.id());
    root.put("action", entry.action().toString());
    entry.runId().ifPresent(runId -> root.put("runId", runId));
    put(root, "version", entry.version());
    put(root, "current", entry.current());
    put(root, "previous", entry.previous());
    put(root, "versions", entry.versions());
    put(root, "pruned", entry.pruned());
    root.put("reason", entry.reason());
    entry.evidence().ifPresent(evidence -> put(root.putObject("evidence"), evidence));
    entry.data().ifPresent(data -> root.set("data", json(data)));
    return root.put("time", entry.time().toString());
  }

  private static void put(ObjectNode root, String name, Optional<Version> version) {
    version.ifPresent(present -> root.put(name, present.name()));
  }

  private static void put(ObjectNode root, String name, List<Version> versions) {
    var list = root.putArray(name);
    versions.forEach(version -> list.add(version.name()));
  }

  private static void put(ObjectNode node, Evidence evidence) {
    node.putObject("gate")
        .put("minAccuracy", evidence.gate().minAccuracy())
        .put("maxRegression", evidence.gate().maxRegression())
        .put("significance", evidence.gate().significance())
        .put("required", evidence.gate().required().toString());
    node.put("samples", evidence.samples()).put("accuracy", evidence.accuracy());
    evidence
        .comparison()
        .ifPresent(
            comparison ->
                node.putObject("comparison")
                    .put("currentAccuracy", comparison.currentAccuracy())
                    .put("onlyCurrentRight", comparison.onlyCurrentRight())
                    .put("onlyCandidateRight", comparison.onlyCandidateRight())
                    .put("pValue", comparison.pValue()));
  }

  static ObjectNode json(DataSummary data) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    var files = node.putArray("files");
    for (DataSummary.File file : data.files()) {
      files
          .addObject()
          .put("name", file.name())
          .put("sha256", file.sha256())
          .put("bytes", file.bytes());
    }
    var counts = node.putArray("labelCounts");
    data.labelCounts().forEach(counts::add);
    return node.put("pixelMean", data.pixelMean())
        .put("pixelStandardDeviation", data.pixelStandardDeviation());
  }

  /**
   * Reads an entry.
   *
   * @param number that its name gives
   * @param where names the file in messages
   * @throws FormatException for anything but an entry of that number
   */
  static LogEntry decode(byte[] bytes, long number, String where) {
    JsonFields fields = JsonFields.parse(bytes, where);
    long format = fields.wholeNumber("format");
    if (format > FORMAT) {
      throw new NewerFormatException(
          "Cannot read %s: expected format %d or older, found %d".formatted(where, FORMAT, format));
    }
    try {
      LogEntry entry =
          new LogEntry(
              fields.wholeNumber("number"),
              fields.text("id"),
              constant(Action.values(), fields.text("action")),
              fields.ifPresent("version", fields::text).map(Version::of),
              fields.ifPresent("current", fields::text).map(Version::of),
              fields.ifPresent("previous", fields::text).map(Version::of),
              fields.texts("versions").stream().map(Version::of).toList(),
              fields.texts("pruned").stream().map(Version::of).toList(),
              fields.text("reason"),
              fields.ifPresent("evidence", fields::object).map(LogEntryFile::evidence),
              fields.ifPresent("data", fields::object).map(LogEntryFile::data),
              Instant.parse(fields.text("time")));
      Optional<String> runId = fields.ifPresent("runId", fields::text);
      fields.requireNoMore();
      if (entry.number() != number || format < 1 || !runId.equals(entry.runId())) {
        throw new IllegalArgumentException(
            "expected format 1, entry %d as in its name and the run of its version, found format %d, entry %d and %s"
                .formatted(number, format, entry.number(), runId.orElse("no run")));
      }
      return entry;
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new CorruptFileException("Cannot read %s: %s".formatted(where, e.getMessage()));
    }
  }

  private static Evidence evidence(JsonFields fields) {
    JsonFields gate = fields.object("gate");
    Evidence evidence =
        new Evidence(
            new Gate(
                gate.number("minAccuracy"),
                gate.number("maxRegression"),
                gate.number("significance"),
                constant(Gate.Requirement.values(), gate.text("required"))),
            fields.wholeNumber("samples"),
            fields.number("accuracy"),
            fields.ifPresent("comparison", fields::object).map(LogEntryFile::comparison));
    gate.requireNoMore();
    fields.requireNoMore();
    return evidence;
  }

  private static Evidence.Comparison comparison(JsonFields fields) {
    Evidence.Comparison comparison =
        new Evidence.Comparison(
            fields.number("currentAccuracy"),
            fields.wholeNumber("onlyCurrentRight"),
            fields.wholeNumber("onlyCandidateRight"),
            fields.number("pValue"));
    fields.requireNoMore();
    return comparison;
  }

  private static DataSummary data(JsonFields fields) {
    DataSummary data =
        new DataSummary(
            fields.objects("files").stream().map(LogEntryFile::file).toList(),
            fields.wholeNumbers("labelCounts"),
            fields.number("pixelMean"),
            fields.number("pixelStandardDeviation"));
    fields.requireNoMore();
    return data;
  }

  private static DataSummary.File file(JsonFields fields) {
    DataSummary.File file =
        new DataSummary.File(
            fields.text("name"), fields.text("sha256"), fields.wholeNumber("bytes"));
    fields.requireNoMore();
    return file;
  }

  private static <E extends Enum<E>> E constant(E[] constants, String text) {
    for (E constant : constants) {
      if (constant.toString().equals(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "expected one of %s, found \"%s\"".formatted(List.of(constants), text));
  }
}
