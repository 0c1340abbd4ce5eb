package io.sparkrnn.registry;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An entry that is to be the next one, if nothing comes between.
 *
 * @param upload the file of the version that it introduces; empty where it introduces none
 */
record Proposal(LogEntry entry, Optional<byte[]> upload) {

  /** An entry that introduces none. */
  static Proposal withoutVersion(
      Action action,
      Optional<LogEntry> newest,
      Optional<Version> current,
      Optional<Version> previous,
      List<Version> versions,
      List<Version> pruned,
      String reason,
      Instant time) {
    return new Proposal(
        new LogEntry(
            number(newest) + 1,
            UUID.randomUUID().toString(),
            action,
            Optional.empty(),
            current,
            previous,
            versions,
            pruned,
            reason,
            Optional.empty(),
            Optional.empty(),
            time),
        Optional.empty());
  }

  /** The number of the newest entry; 0 before the first. */
  static long number(Optional<LogEntry> newest) {
    return newest.map(LogEntry::number).orElse(0L);
  }

  static List<Version> versions(Optional<LogEntry> newest) {
    return newest.map(LogEntry::versions).orElse(List.of());
  }
}
