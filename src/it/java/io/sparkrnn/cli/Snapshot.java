package io.sparkrnn.cli;

import io.sparkrnn.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Everything below a directory at one time. */
record Snapshot(Map<Path, Entry> entries) {
  /**
   * A file, or a directory.
   *
   * @param sha256 empty for a directory
   */
  private record Entry(long sizeBytes, String modified, String sha256) {}

  static Snapshot of(Path directory) throws IOException {
    Map<Path, Entry> entries = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        entries.put(
            path,
            new Entry(
                attributes.isDirectory() ? 0 : attributes.size(),
                attributes.lastModifiedTime().toString(),
                attributes.isDirectory() ? "" : Sha256.hex(Files.readAllBytes(path))));
      }
    }
    return new Snapshot(entries);
  }

  /** What has become of it by now, one sentence for each entry that differs. */
  List<String> changesSince(Snapshot before) {
    List<String> changes = new ArrayList<>();
    TreeSet<Path> all = new TreeSet<>(entries.keySet());
    all.addAll(before.entries.keySet());
    for (Path path : all) {
      Entry then = before.entries.get(path);
      Entry now = entries.get(path);
      if (then == null) {
        changes.add("new: " + path);
      } else if (now == null) {
        changes.add("gone: " + path);
      } else if (!then.equals(now)) {
        changes.add("changed: %s, from %s to %s".formatted(path, then, now));
      }
    }
    return changes;
  }
}
