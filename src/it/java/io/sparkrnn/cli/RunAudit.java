package io.sparkrnn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Sha256;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks at a run directory as a stranger would, by nothing but its files.
 *
 * @param expected the parameters' SHA-256 after each round of a run that nothing disturbed; empty
 *     to learn them
 */
record RunAudit(Storage storage, URI run, Map<Long, String> expected) {

  /** The parameters' SHA-256 in each checkpoint, by round; unreadable ones give the reason. */
  TreeMap<Long, String> checkpoints() {
    TreeMap<Long, String> found = new TreeMap<>();
    for (String name : names("checkpoints")) {
      long round = Long.parseLong(name.replaceAll("\\D", ""));
      try {
        SectionFile file = SectionFile.decode(read("checkpoints/" + name), name);
        found.put(round, Sha256.hex(file.section("parameters")));
      } catch (StorageException e) {
        found.put(round, e.getMessage());
      }
    }
    return found;
  }

  /** What may not be, whatever has happened. */
  List<String> defects() {
    List<String> defects = new ArrayList<>();
    checkpoints()
        .forEach(
            (round, sha256) -> {
              if (!sha256.equals(expected.get(round))) {
                defects.add(
                    "round %d: expected parameters %s, found %s"
                        .formatted(round, expected.get(round), sha256));
              }
            });
    for (String name : names("results")) {
      if (json("results/" + name).path("runId").isMissingNode()) {
        defects.add("expected a result in results/" + name);
      }
    }
    return defects;
  }

  /**
   * What may not be in a run that has ended well.
   *
   * @param rounds of the checkpoints that retention leaves
   */
  List<String> defectsAtTheEnd(List<Long> rounds) {
    List<String> defects = outcomeDefects(rounds);
    require(defects, "checkpoints", rounds, List.copyOf(checkpoints().keySet()));
    for (String name : names("attempts")) {
      if (name.matches("\\d+\\.released")) {
        require(defects, name, List.of("heartbeat"), names("attempts/" + name));
      } else if (!name.matches("\\d+\\.claim")) {
        defects.add("a leftover in attempts: " + name);
      }
    }
    return defects;
  }

  /**
   * As {@link #defectsAtTheEnd}, apart from what is left over: a loss of power may bring back what
   * was deleted.
   *
   * @param rounds of the checkpoints that retention leaves
   */
  List<String> outcomeDefects(List<Long> rounds) {
    List<String> defects = defects();
    if (!checkpoints().keySet().containsAll(rounds)) {
      defects.add("expected checkpoints %s, found %s".formatted(rounds, checkpoints().keySet()));
    }
    List<String> top = new ArrayList<>(names(""));
    top.remove("model-dl4j.zip");
    require(
        defects,
        "the run directory",
        List.of(
            "attempts",
            "checkpoints",
            "damaged",
            "model.srnn",
            "report.html",
            "result.json",
            "results",
            "run.json",
            "spark-rnn.conf"),
        top);
    String sha256 = json("result.json").path("parametersSha256").asText();
    String last = expected.get(rounds.get(rounds.size() - 1));
    require(defects, "the final parameters", last, sha256);
    byte[] model = SectionFile.decode(read("model.srnn"), "model.srnn").section("parameters");
    require(defects, "the model's parameters", last, Sha256.hex(model));
    return defects;
  }

  /** The names of the checkpoints that were set aside. */
  List<String> damaged() {
    return names("damaged");
  }

  /** Every file with its content's SHA-256 and every directory, below the run directory. */
  List<String> tree() {
    List<String> lines = new ArrayList<>();
    tree("", lines);
    return lines;
  }

  private void tree(String below, List<String> lines) {
    for (FileEntry entry : entries(below)) {
      String path = below.isEmpty() ? entry.name() : below + "/" + entry.name();
      lines.add(entry.directory() ? path + "/" : path + " " + Sha256.hex(read(path)));
      if (entry.directory()) {
        tree(path, lines);
      }
    }
  }

  private static void require(List<String> defects, String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      defects.add("%s: expected %s, found %s".formatted(what, expected, found));
    }
  }

  private List<String> names(String below) {
    return entries(below).stream().map(FileEntry::name).toList();
  }

  private List<FileEntry> entries(String below) {
    try {
      return storage.list(below.isEmpty() ? run : Storage.resolve(run, below));
    } catch (MissingFileException e) {
      return List.of();
    }
  }

  private byte[] read(String below) {
    return storage.read(Storage.resolve(run, below), 1 << 24);
  }

  private JsonNode json(String below) {
    try {
      return new ObjectMapper().readTree(read(below));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
