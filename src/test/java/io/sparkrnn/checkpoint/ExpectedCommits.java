package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that a run's drivers were told is committed, to be compared with the files in the run
 * directory once the last driver has ended. Retention must have deleted nothing.
 */
final class ExpectedCommits {
  private final Storage storage;
  private final URI run;
  private final String runId;
  private final Map<String, byte[]> checkpoints = new TreeMap<>();
  private final Map<String, byte[]> results = new TreeMap<>();
  private final Set<String> attempts = new TreeSet<>();
  private int claims;
  private byte[] newestResult;

  ExpectedCommits(Storage storage, URI run, String runId) {
    this.storage = storage;
    this.run = run;
    this.runId = runId;
  }

  /** {@link CheckpointStore#claimAttempt} returned. */
  void claimed(int attempt) {
    claims++;
    attempts.add(attempt + ".claim");
    attempts.add(attempt + Attempt.RELEASED);
  }

  /** {@link CheckpointStore#save} returned; the state was its only section. */
  void saved(URI checkpoint, byte[] state) {
    checkpoints.put(name(checkpoint), state);
  }

  /** {@link CheckpointStore#publishResult} returned. */
  void published(URI result, byte[] json) {
    results.put(name(result), json);
    newestResult = json;
  }

  private static String name(URI file) {
    return file.getPath().replaceFirst(".*/", "");
  }

  int checkpoints() {
    return checkpoints.size();
  }

  int results() {
    return results.size();
  }

  int claims() {
    return claims;
  }

  /** One sentence for each difference; none when every commit is there exactly once. */
  List<String> differences() {
    List<String> differences = new ArrayList<>();
    compareNames(differences, "checkpoints", checkpoints.keySet());
    checkpoints.forEach((name, state) -> compareState(differences, name, state));
    compareNames(differences, "results", results.keySet());
    results.forEach((name, json) -> compareBytes(differences, "results/" + name, json));
    for (int number = 1; number <= results.size(); number++) {
      if (!results.containsKey(number + ".json")) {
        differences.add("no result was published as %d of %d".formatted(number, results.size()));
      }
    }
    if (newestResult != null) {
      compareBytes(differences, "result.json", newestResult);
    }
    if (attempts.size() != 2 * claims) {
      differences.add("%d claims have %d numbers".formatted(claims, attempts.size() / 2));
    }
    compareNames(differences, "attempts", attempts);
    for (String attempt : attempts) {
      compareNames(
          differences,
          "attempts/" + attempt,
          attempt.endsWith(Attempt.RELEASED) ? Set.of(HeartbeatFile.NAME) : Set.of());
    }
    compareNames(differences, "damaged", Set.of());
    return differences;
  }

  private void compareNames(List<String> differences, String below, Set<String> expected) {
    Set<String> found = new TreeSet<>();
    try {
      storage.list(Storage.resolve(run, below)).stream().map(FileEntry::name).forEach(found::add);
    } catch (MissingFileException e) {
      differences.add(below + " is missing");
      return;
    }
    for (String name : expected) {
      if (!found.contains(name)) {
        differences.add("%s/%s is missing".formatted(below, name));
      }
    }
    for (String name : found) {
      if (!expected.contains(name)) {
        differences.add("%s/%s is left over".formatted(below, name));
      }
    }
  }

  private void compareState(List<String> differences, String name, byte[] expected) {
    URI file = Storage.resolve(run, "checkpoints/" + name);
    long round = Long.parseLong(name.replaceAll("\\D", ""));
    try {
      byte[] bytes = storage.read(file, Storage.MAX_FILE_BYTES);
      Map<String, byte[]> sections =
          CheckpointFile.decode(bytes, new CheckpointEntry(file, round, bytes.length), runId)
              .sections();
      if (sections.size() != 1 || !Arrays.equals(sections.get("state"), expected)) {
        differences.add("checkpoints/%s has other content".formatted(name));
      }
    } catch (MissingFileException e) {
      // Told by its name.
    } catch (StorageException e) {
      differences.add(e.getMessage());
    }
  }

  private void compareBytes(List<String> differences, String below, byte[] expected) {
    try {
      if (!Arrays.equals(
          storage.read(Storage.resolve(run, below), Storage.MAX_FILE_BYTES), expected)) {
        differences.add(below + " has other content");
      }
    } catch (MissingFileException e) {
      // Told by its name, apart from the copy.
      if (!below.contains("/")) {
        differences.add(below + " is missing");
      }
    }
  }
}
