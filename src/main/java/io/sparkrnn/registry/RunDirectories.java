package io.sparkrnn.registry;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Where runs train, a directory each by their ids. */
record RunDirectories(Storage storage, URI parent) {

  /**
   * The directory of a run.
   *
   * @throws IllegalArgumentException if its id cannot be part of a file's name
   */
  URI of(String runId) {
    return Storage.resolve(parent, new Version(1, runId).runId());
  }

  /**
   * Deletes the directories of runs whose versions were pruned, and the checkpoints of all others
   * that were decided. Of runs that no entry is about it is not known whether they will go on.
   *
   * @param log all entries, not empty
   */
  void remove(List<LogEntry> log) {
    Set<String> decided =
        log.stream().flatMap(entry -> entry.runId().stream()).collect(Collectors.toSet());
    Set<String> kept =
        log.get(log.size() - 1).versions().stream().map(Version::runId).collect(Collectors.toSet());
    for (FileEntry run : storage.listIfThere(parent)) {
      URI location = Storage.resolve(parent, run.name());
      if (kept.contains(run.name())) {
        for (FileEntry training : storage.listIfThere(location)) {
          storage.delete(Storage.resolve(location, training.name() + "/checkpoints"));
        }
      } else if (decided.contains(run.name())) {
        storage.delete(location);
      }
    }
  }
}
