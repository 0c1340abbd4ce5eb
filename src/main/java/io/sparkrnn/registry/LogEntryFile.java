package io.sparkrnn.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.NewerFormatException;
import java.io.IOException;
import java.util.List;

/**
 * An entry as JSON in UTF-8: the fields of {@link LogEntry} by their names, versions by theirs, and
 * {@code format} and {@code runId} beside them. The format is 1 for images whose accuracy decides,
 * and 2 where there is something of tables or of other scores. What is absent has no field; fields
 * that are unknown are refused, because they may mean something.
 */
final class LogEntryFile {
  static final int MAX_BYTES = 1 << 20;

  private static final int FORMAT = 2;

  private LogEntryFile() {}

  static byte[] encode(LogEntry entry) {
    return (json(entry).toPrettyString() + "\n").getBytes(UTF_8);
  }

  static ObjectNode json(LogEntry entry) {
    return StrictJson.MAPPER
        .createObjectNode()
        .put("format", format(entry))
        .setAll(StrictJson.MAPPER.<ObjectNode>valueToTree(entry));
  }

  /** Earlier versions go on reading what they know. */
  private static int format(LogEntry entry) {
    boolean isNew =
        entry.data().flatMap(DataSummary::table).isPresent()
            || entry
                .evidence()
                .filter(
                    evidence ->
                        evidence.score().isPresent() || evidence.gate().worstScore().isPresent())
                .isPresent();
    return isNew ? FORMAT : 1;
  }

  /**
   * Reads an entry.
   *
   * @param number that its name gives
   * @param where names the file in messages
   * @throws FormatException for anything but an entry of that number
   */
  static LogEntry decode(byte[] bytes, long number, String where) {
    try {
      return decode(StrictJson.MAPPER.readTree(bytes), number, where);
    } catch (JsonProcessingException e) {
      throw corrupt(where, "expected JSON, found: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw corrupt(where, "expected JSON in UTF-8, found: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw corrupt(where, e.getMessage());
    }
  }

  private static LogEntry decode(JsonNode root, long number, String where) {
    if (!(root instanceof ObjectNode fields)) {
      throw new IllegalArgumentException("expected an object, found " + StrictJson.describe(root));
    }
    JsonNode format = fields.path("format");
    if (!format.isIntegralNumber()) {
      throw new IllegalArgumentException(
          "expected a whole number in 'format', found " + StrictJson.describe(format));
    }
    if (format.longValue() > FORMAT) {
      throw new NewerFormatException(
          "Cannot read %s: expected format %d or older, found %s".formatted(where, FORMAT, format));
    }
    ObjectNode own = fields.deepCopy().without(List.of("format", "runId"));
    LogEntry entry = StrictJson.read(own, LogEntry.class);
    ObjectNode written = json(entry);
    JsonNode runId = fields.path("runId");
    if (entry.number() != number
        || !format.equals(written.path("format"))
        || !runId.equals(written.path("runId"))) {
      throw new IllegalArgumentException(
          "expected format %d, entry %d as in its name and the run of its version, found format %s, entry %d and %s"
              .formatted(
                  format(entry),
                  number,
                  StrictJson.describe(format),
                  entry.number(),
                  StrictJson.describe(runId)));
    }
    return entry;
  }

  private static CorruptFileException corrupt(String where, String what) {
    return new CorruptFileException("Cannot read %s: %s".formatted(where, what));
  }
}
