package io.sparkrnn.registry;

import static io.sparkrnn.registry.Proposal.number;
import static io.sparkrnn.registry.Proposal.versions;

import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The directory of a registry:
 *
 * <pre>
 * log/000000012.json               entry 12, a {@link LogEntry}; the highest one is the state
 * versions/000000012-RUNID.srnn    the model that entry 12 introduces
 * private/000000013-...            what is being written for entry 13
 * runs/RUNID/                      where the run trains: not read, deleted with its version
 * </pre>
 *
 * <p>Whoever changes something reads the newest entry, decides, and publishes the next one, whose
 * number only one can have; the others look again and decide again. A model is uploaded before its
 * entry, under the entry's number: once that number is taken, a file that the newest entry does not
 * name will never be named, and each later change removes it.
 *
 * <p>Anyone may read, at any time. All methods throw {@link StorageException} after they have tried
 * for a while. Safe for use by several threads and processes.
 */
public final class ModelRegistry {
  private final RegistryLog log;
  private final RegistryWriter writer;
  private final RunDirectories runs;

  /**
   * The registry of a directory, which need not exist yet. Touches nothing.
   *
   * @param clock what entries say to people
   */
  public ModelRegistry(Storage storage, URI directory, Retry retry, Clock clock) {
    this.log = new RegistryLog(storage, directory, retry);
    this.writer = new RegistryWriter(log, clock);
    this.runs = new RunDirectories(storage, Storage.resolve(directory, "runs"));
  }

  /** The newest entry, which is the whole state; empty before the first. */
  public Optional<LogEntry> newest() {
    return log.newest();
  }

  /** All entries by number. */
  public List<LogEntry> log() {
    return log.all();
  }

  /** What was decided about a run's model, if that has been done. */
  public Optional<LogEntry> entryOf(String runId) {
    return entryOf(runId, log.newestNumber());
  }

  private Optional<LogEntry> entryOf(String runId, long newest) {
    return log.last(newest, entry -> entry.runId().equals(Optional.of(runId)));
  }

  /**
   * The entries that say what the current version and the newest one were trained on, in this
   * order; one entry if they are the same.
   */
  public List<LogEntry> describingData() {
    Optional<LogEntry> newest = newest();
    return Stream.concat(
            newest.flatMap(LogEntry::current).map(version -> log.entry(version.number())).stream(),
            log.last(number(newest), entry -> entry.data().isPresent()).stream())
        .filter(entry -> entry.data().isPresent())
        .distinct()
        .toList();
  }

  /**
   * The current version, whole and verified, whatever others do meanwhile; empty where there is
   * none.
   */
  public Optional<RegisteredModel> current() {
    Optional<LogEntry> newest = newest();
    while (true) {
      try {
        return newest.flatMap(LogEntry::current).map(log::read);
      } catch (StorageException e) {
        // Perhaps it was pruned under our hands, which takes other versions' becoming current.
        Optional<LogEntry> now = newest();
        if (now.equals(newest)) {
          throw e;
        }
        newest = now;
      }
    }
  }

  /**
   * A version by its number.
   *
   * @throws VersionRefusedException if it was pruned or never there
   */
  public RegisteredModel version(long number) {
    return log.read(find("show", number, newest()));
  }

  /**
   * Makes a trained model a version, and the current one if so decided. A run whose model was
   * decided about before is not decided again.
   *
   * @param decide is given the current version, if there is one; called again, with the new one,
   *     whenever another was faster
   * @return the entry that says so
   */
  public LogEntry submit(
      Candidate candidate, Function<Optional<RegisteredModel>, Decision> decide) {
    return writer
        .commit(newest -> propose(candidate, newest, decide))
        .or(() -> entryOf(candidate.runId()))
        .orElseThrow();
  }

  private Optional<Proposal> propose(
      Candidate candidate,
      Optional<LogEntry> newest,
      Function<Optional<RegisteredModel>, Decision> decide) {
    if (entryOf(candidate.runId(), number(newest)).isPresent()) {
      return Optional.empty();
    }
    Optional<Version> before = newest.flatMap(LogEntry::current);
    Decision decision = decide.apply(before.map(log::read));
    Version version = new Version(number(newest) + 1, candidate.runId());
    boolean promoted = decision.action() == Action.PROMOTED;
    List<Version> versions = new ArrayList<>(versions(newest));
    versions.add(version);
    LogEntry entry =
        new LogEntry(
            version.number(),
            UUID.randomUUID().toString(),
            decision.action(),
            Optional.of(version),
            promoted ? Optional.of(version) : before,
            promoted ? before : newest.flatMap(LogEntry::previous),
            versions,
            List.of(),
            decision.reason(),
            Optional.of(decision.evidence()),
            Optional.of(candidate.data()),
            writer.now());
    String parent = before.map(Version::name).orElse("none");
    return Optional.of(
        new Proposal(entry, Optional.of(candidate.encode(version, parent, decision.evidence()))));
  }

  /**
   * Makes a version the current one, as a person decided.
   *
   * @return the entry that says so; empty when it is the current one already
   * @throws VersionRefusedException if it was pruned or never there
   */
  public Optional<LogEntry> promote(long number, String reason) {
    return writer.commit(
        newest -> {
          Version version = find("promote", number, newest);
          LogEntry state = newest.orElseThrow();
          return state.current().equals(Optional.of(version))
              ? Optional.empty()
              : Optional.of(become(Action.PROMOTED, version, state, reason));
        });
  }

  /**
   * Makes the version that was current before the current one current again. Doing it twice leads
   * back.
   *
   * @throws VersionRefusedException if there is none
   */
  public LogEntry rollBack(String reason) {
    return writer
        .commit(
            newest -> {
              Version version =
                  newest
                      .flatMap(LogEntry::previous)
                      .orElseThrow(
                          () ->
                              new VersionRefusedException(
                                  "Cannot roll back %s: expected a version that was current before, found none"
                                      .formatted(Storage.describe(log.directory()))));
              return Optional.of(become(Action.ROLLED_BACK, version, newest.orElseThrow(), reason));
            })
        .orElseThrow();
  }

  /** Reads the version first: one that is damaged does not become current. */
  private Proposal become(Action action, Version version, LogEntry state, String reason) {
    log.read(version);
    return Proposal.withoutVersion(
        action,
        Optional.of(state),
        Optional.of(version),
        state.current(),
        state.versions(),
        List.of(),
        reason,
        writer.now());
  }

  /**
   * Gives up all versions but the newest ones, the current one and the one before it: first an
   * entry says so, then their files and their runs' directories go, and of the other runs that were
   * decided the checkpoints. What an earlier change has left undone is finished, too.
   *
   * @param keep how many of the newest, at least 1
   * @return the entry that says so; empty when there is none to give up
   */
  public Optional<LogEntry> prune(int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("expected to keep at least 1 version, found " + keep);
    }
    if (newest().isEmpty()) {
      return Optional.empty();
    }
    Optional<LogEntry> pruned = writer.commit(newest -> surplus(newest.orElseThrow(), keep));
    // Not only tried, as after other changes: it is what was asked for.
    LogEntry state = pruned.or(this::newest).orElseThrow();
    log.retry()
        .run(
            () -> {
              writer.removeOrphans(state);
              runs.remove(log());
            });
    return pruned;
  }

  private Optional<Proposal> surplus(LogEntry state, int keep) {
    List<Version> versions = state.versions();
    List<Version> pruned =
        versions.subList(0, Math.max(0, versions.size() - keep)).stream()
            .filter(version -> !state.current().equals(Optional.of(version)))
            .filter(version -> !state.previous().equals(Optional.of(version)))
            .toList();
    if (pruned.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Proposal.withoutVersion(
            Action.PRUNED,
            Optional.of(state),
            state.current(),
            state.previous(),
            versions.stream().filter(version -> !pruned.contains(version)).toList(),
            pruned,
            "all but the newest %d, the current version and the one before it".formatted(keep),
            writer.now()));
  }

  private Version find(String verb, long number, Optional<LogEntry> newest) {
    return versions(newest).stream()
        .filter(version -> version.number() == number)
        .findFirst()
        .orElseThrow(
            () ->
                new VersionRefusedException(
                    "Cannot %s version %d of %s: expected %s, found %s"
                        .formatted(
                            verb,
                            number,
                            Storage.describe(log.directory()),
                            oneOf(versions(newest)),
                            fate(number))));
  }

  private static String oneOf(List<Version> versions) {
    return versions.isEmpty()
        ? "a registry that has versions"
        : versions.stream()
            .map(version -> Long.toString(version.number()))
            .collect(Collectors.joining(", ", "one of ", ""));
  }

  private String fate(long number) {
    return log().stream()
        .filter(entry -> entry.pruned().stream().anyMatch(gone -> gone.number() == number))
        .findFirst()
        .map(entry -> "that entry %d pruned it".formatted(entry.number()))
        .orElse("no such version");
  }

  /** The model file of a version, for who reads it by itself. */
  public URI versionFile(Version version) {
    return log.versionFile(version);
  }

  /** Where a run trains, below which it is free to do what it likes. */
  public URI runDirectory(String runId) {
    return runs.of(runId);
  }
}
