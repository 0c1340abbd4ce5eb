package io.sparkrnn.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * One entry of a registry's log: what was done, why, and all that holds since.
 *
 * @param number from 1, without gaps
 * @param id unique, by which who lost the answer to his commit finds that it is there
 * @param version the version that this entry introduces, if any
 * @param current the current version since, if any
 * @param previous the version that was current before that one, if any
 * @param versions all versions there are since, by number
 * @param pruned the versions that this entry gives up
 * @param reason in words
 * @param evidence for a decision about a trained model
 * @param data what the model that this entry introduces was trained on
 * @param time for people only
 */
@JsonPropertyOrder({"number", "id", "action", "runId"})
public record LogEntry(
    long number,
    String id,
    Action action,
    Optional<Version> version,
    Optional<Version> current,
    Optional<Version> previous,
    List<Version> versions,
    List<Version> pruned,
    String reason,
    Optional<Evidence> evidence,
    Optional<DataSummary> data,
    Instant time) {
  public LogEntry {
    versions = List.copyOf(versions);
    pruned = List.copyOf(pruned);
    if (number < 1 || number > Version.MAX_NUMBER) {
      throw new IllegalArgumentException(
          "expected an entry of 1 to %d, found %d".formatted(Version.MAX_NUMBER, number));
    }
    long own = number;
    if (version.stream().anyMatch(introduced -> introduced.number() != own)) {
      throw new IllegalArgumentException(
          "expected version %d to be introduced, found %s".formatted(number, version.get()));
    }
    for (Optional<Version> named : List.of(version, current, previous)) {
      if (named.isPresent() && !versions.contains(named.get())) {
        throw new IllegalArgumentException(
            "expected %s among the versions, found %s".formatted(named.get(), versions));
      }
    }
    if (versions.stream().anyMatch(new HashSet<>(pruned)::contains)) {
      throw new IllegalArgumentException(
          "expected pruned versions to be gone, found %s of %s".formatted(pruned, versions));
    }
  }

  /** The run whose model this entry is about; empty for what a person did. */
  @JsonProperty
  public Optional<String> runId() {
    return version.map(Version::runId);
  }

  /** As in the log. */
  public ObjectNode json() {
    return LogEntryFile.json(this);
  }
}
