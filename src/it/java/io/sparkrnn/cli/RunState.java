package io.sparkrnn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.StateSections;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a run directory must be like after whatever its drivers have been through. Looks at the
 * files by itself, without the code that wrote them, except for decoding. Checks return what is
 * wrong, one sentence each.
 */
record RunState(Path directory) {
  private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-(\\d{9})\\.srnn");
  private static final Pattern RESUMING =
      Pattern.compile(
          "Resuming from .*/checkpoint-(\\d{9})\\.srnn, after epoch \\d+, round (\\d+)");

  /** All that a complete run consists of, as paths below its directory. */
  private static final Pattern ENTRIES =
      Pattern.compile(
          "run\\.json|spark-rnn\\.conf|result\\.json|model\\.srnn|report\\.html|results|results/\\d+\\.json"
              + "|checkpoints|checkpoints/checkpoint-\\d{9}\\.srnn|damaged"
              + "|attempts|attempts/\\d+\\.claim|attempts/\\d+\\.released(/heartbeat)?");

  boolean isEmpty() {
    return names("").isEmpty();
  }

  private List<String> names(String child) {
    // Null where there is no directory.
    String[] names = directory.resolve(child).toFile().list();
    return names == null ? List.of() : Arrays.stream(names).sorted().toList();
  }

  List<Long> checkpointRounds() {
    return names("checkpoints").stream()
        .map(CHECKPOINT::matcher)
        .filter(Matcher::matches)
        .map(name -> Long.parseLong(name.group(1)))
        .toList();
  }

  OptionalLong newestCheckpoint() {
    return checkpointRounds().stream().mapToLong(round -> round).max();
  }

  Path checkpoint(long round) {
    return directory.resolve("checkpoints/checkpoint-%09d.srnn".formatted(round));
  }

  /** What {@code result.json} says. */
  JsonNode result() throws IOException {
    return result(directory);
  }

  /** What {@code result.json} of a run directory says. */
  static JsonNode result(Path run) throws IOException {
    return json(run.resolve("result.json"));
  }

  /** As the other, on any file system. */
  static JsonNode result(Storage storage, URI run) throws IOException {
    return new ObjectMapper().readTree(storage.read(Storage.resolve(run, "result.json"), 1 << 20));
  }

  static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(file));
  }

  private List<JsonNode> results() throws IOException {
    List<JsonNode> results = new ArrayList<>();
    for (String name : names("results")) {
      results.add(json(directory.resolve("results").resolve(name)));
    }
    return results;
  }

  /** Whether a result says that the run has come to its end. */
  boolean complete() throws IOException {
    return results().stream().anyMatch(result -> result.path("exitCode").asInt(-1) == 0);
  }

  /** After its driver was killed, when this round has been seen committed: every file is whole. */
  List<String> problemsAfterKill(OptionalLong seen) throws IOException {
    List<String> problems = new ArrayList<>();
    long newest = newestCheckpoint().orElse(-1);
    if (newest < seen.orElse(-1)) {
      problems.add(
          "round %d was committed, and the newest is %d".formatted(seen.orElse(-1), newest));
    }
    for (long round : checkpointRounds()) {
      Path file = checkpoint(round);
      try {
        SectionFile decoded = SectionFile.decode(Files.readAllBytes(file), file.toString());
        long found = StateSections.read(decoded.sections(), file.toString()).round();
        if (found != round) {
          problems.add("%s holds round %d".formatted(file, found));
        }
      } catch (FormatException e) {
        problems.add(e.getMessage());
      }
    }
    return problems;
  }

  /** The round from which a driver has said that it goes on. */
  static OptionalLong resumed(String output) {
    Matcher line = RESUMING.matcher(output);
    return line.find() ? OptionalLong.of(Long.parseLong(line.group(2))) : OptionalLong.empty();
  }

  /**
   * After a driver was started where this was the newest checkpoint: it goes on from there, unless
   * it came to no rounds.
   */
  static List<String> problemsOfResumption(String output, OptionalLong newest) {
    boolean rounds = output.contains("\nengine ");
    OptionalLong resumed = resumed(output);
    return resumed.equals(newest) || (resumed.isEmpty() && !rounds)
        ? List.of()
        : List.of("the newest checkpoint was %s, resumed was %s".formatted(newest, resumed));
  }

  /** After a signal: its driver has left a result and a checkpoint, and nobody must wait for it. */
  List<String> problemsAfterStop() throws IOException {
    List<String> problems = new ArrayList<>();
    if (!names("").contains("result.json")) {
      return List.of("there is no result");
    }
    String status = result().path("status").asText();
    int exitCode = result().path("exitCode").asInt();
    if (!status.equals("stopped") || exitCode != 143) {
      problems.add("the result is %s with exit code %d".formatted(status, exitCode));
    }
    names("attempts").stream()
        .filter(name -> !name.matches("\\d+\\.(claim|released)"))
        .forEach(name -> problems.add("not released: attempt " + name));
    problems.addAll(problemsAfterKill(OptionalLong.of(0)));
    return problems;
  }

  /** After the end: one run's entries and no others, with this result. */
  List<String> problemsAfterEnd(String parametersSha256) throws IOException {
    List<String> problems = new ArrayList<>();
    try (Stream<Path> entries = Files.walk(directory)) {
      entries
          .map(entry -> directory.relativize(entry).toString())
          .filter(entry -> !entry.isEmpty() && !ENTRIES.matcher(entry).matches())
          .forEach(entry -> problems.add("left over: " + entry));
    }
    if (checkpointRounds().size() > 3) {
      problems.add("two checkpoints are kept beside the best, found " + checkpointRounds());
    }
    List<JsonNode> successes =
        results().stream().filter(result -> result.path("exitCode").asInt(-1) == 0).toList();
    if (successes.size() != 1 || !successes.contains(result())) {
      problems.add("%d of %d results are final".formatted(successes.size(), results().size()));
    }
    String found = result().path("parametersSha256").asText();
    if (!found.equals(parametersSha256)) {
      problems.add("expected parameters %s, found %s".formatted(parametersSha256, found));
    }
    for (String id : runIds()) {
      if (!id.equals(result().path("runId").asText())) {
        problems.add("there is something of another run " + id);
      }
    }
    return problems;
  }

  private List<String> runIds() throws IOException {
    List<String> ids = new ArrayList<>();
    ids.add(json(directory.resolve("run.json")).path("runId").asText());
    for (JsonNode result : results()) {
      ids.add(result.path("runId").asText());
    }
    List<Path> files = new ArrayList<>(checkpointRounds().stream().map(this::checkpoint).toList());
    files.add(directory.resolve("model.srnn"));
    for (Path file : files) {
      ids.add(SectionFile.decode(Files.readAllBytes(file), file.toString()).id());
    }
    return ids;
  }
}
