package io.sparkrnn.registry;

import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import java.net.URI;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);
  private static final Pattern NUMBERED = Pattern.compile("(\\d{9})[-.].*");
  private static final Pattern ENTRY = Pattern.compile("(\\d{9})\\.json");
  private static final String VERSION_SUFFIX = ".srnn";

  private final Storage storage;
  private final URI directory;
  private final Retry retry;
  private final Clock clock;
  private final RunDirectories runs;

  private ModelRegistry(Storage storage, URI directory, Retry retry, Clock clock) {
    this.storage = storage;
    this.directory = directory;
    this.retry = retry;
    this.clock = clock;
    this.runs = new RunDirectories(storage, Storage.resolve(directory, "runs"));
  }

  /**
   * The registry of a directory, which need not exist yet. Touches nothing.
   *
   * @param clock what entries say to people
   */
  public static ModelRegistry open(Storage storage, URI directory, Retry retry, Clock clock) {
    return new ModelRegistry(storage, directory, retry, clock);
  }

  /**
   * An entry that is to be the next one, if nothing comes between.
   *
   * @param upload the file of the version that it introduces; empty where it introduces none
   */
  private record Proposal(LogEntry entry, Optional<byte[]> upload) {}

  /** The newest entry, which is the whole state; empty before the first. */
  public Optional<LogEntry> newest() {
    long number = newestNumber();
    return number == 0 ? Optional.empty() : Optional.of(entry(number));
  }

  /** All entries by number. */
  public List<LogEntry> log() {
    List<LogEntry> log = new ArrayList<>();
    long newest = newestNumber();
    for (long number = 1; number <= newest; number++) {
      log.add(entry(number));
    }
    return log;
  }

  /** What was decided about a run's model, if that has been done. */
  public Optional<LogEntry> entryOf(String runId) {
    return entryOf(runId, newestNumber());
  }

  private Optional<LogEntry> entryOf(String runId, long newest) {
    return last(newest, entry -> entry.runId().equals(Optional.of(runId)));
  }

  /**
   * The entries that say what the current version and the newest one were trained on, in this
   * order; one entry if they are the same.
   */
  public List<LogEntry> describingData() {
    Optional<LogEntry> newest = newest();
    return Stream.concat(
            newest.flatMap(LogEntry::current).map(version -> entry(version.number())).stream(),
            last(number(newest), entry -> entry.data().isPresent()).stream())
        .filter(entry -> entry.data().isPresent())
        .distinct()
        .toList();
  }

  private Optional<LogEntry> last(long newest, Predicate<LogEntry> wanted) {
    for (long number = newest; number >= 1; number--) {
      LogEntry entry = entry(number);
      if (wanted.test(entry)) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  /**
   * The current version, whole and verified, whatever others do meanwhile; empty where there is
   * none.
   */
  public Optional<RegisteredModel> current() {
    Optional<LogEntry> newest = newest();
    while (true) {
      try {
        return newest.flatMap(LogEntry::current).map(this::read);
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
    return read(find("show", number, newest()));
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
    return commit(newest -> propose(candidate, newest, decide))
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
    Decision decision = decide.apply(before.map(this::read));
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
            clock.instant().truncatedTo(ChronoUnit.SECONDS));
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
    return commit(
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
    return commit(
            newest -> {
              Version version =
                  newest
                      .flatMap(LogEntry::previous)
                      .orElseThrow(
                          () ->
                              new VersionRefusedException(
                                  "Cannot roll back %s: expected a version that was current before, found none"
                                      .formatted(Storage.describe(directory))));
              return Optional.of(become(Action.ROLLED_BACK, version, newest.orElseThrow(), reason));
            })
        .orElseThrow();
  }

  /** Reads the version first: one that is damaged does not become current. */
  private Proposal become(Action action, Version version, LogEntry state, String reason) {
    read(version);
    return withoutVersion(
        action,
        Optional.of(state),
        Optional.of(version),
        state.current(),
        state.versions(),
        List.of(),
        reason);
  }

  /** An entry that introduces none. */
  private Proposal withoutVersion(
      Action action,
      Optional<LogEntry> newest,
      Optional<Version> current,
      Optional<Version> previous,
      List<Version> versions,
      List<Version> pruned,
      String reason) {
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
            clock.instant().truncatedTo(ChronoUnit.SECONDS)),
        Optional.empty());
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
    Optional<LogEntry> pruned = commit(newest -> surplus(newest.orElseThrow(), keep));
    // Not only tried, as after other changes: it is what was asked for.
    LogEntry state = pruned.or(this::newest).orElseThrow();
    retry.run(
        () -> {
          removeOrphans(state);
          runs.remove(log());
          return state;
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
        withoutVersion(
            Action.PRUNED,
            Optional.of(state),
            state.current(),
            state.previous(),
            versions.stream().filter(version -> !pruned.contains(version)).toList(),
            pruned,
            "all but the newest %d, the current version and the one before it".formatted(keep)));
  }

  /**
   * Appends the entry that is proposed for the newest one, however often that changes.
   *
   * @return empty when nothing was proposed
   */
  private Optional<LogEntry> commit(Function<Optional<LogEntry>, Optional<Proposal>> propose) {
    while (true) {
      Optional<LogEntry> newest = newest();
      Optional<Proposal> proposal;
      try {
        proposal = propose.apply(newest);
      } catch (StorageException e) {
        // A version that was to be read may have been pruned since.
        if (newestNumber() <= number(newest)) {
          throw e;
        }
        continue;
      }
      if (proposal.isEmpty()) {
        newest.ifPresent(this::tryToRemoveOrphans);
        return Optional.empty();
      }
      if (isTaken(proposal.get())) {
        // By a process of the same run that was killed, with other data perhaps. If it lives, it
        // loses the number as every other does.
        append(skipping(newest));
        continue;
      }
      if (append(proposal.get())) {
        tryToRemoveOrphans(proposal.get().entry());
        return Optional.of(proposal.get().entry());
      }
      // Our own upload is one by now.
      newest().ifPresent(this::tryToRemoveOrphans);
    }
  }

  /**
   * Uploads what a proposal needs and publishes its entry.
   *
   * @return false when another entry has the number
   * @throws StorageException when it failed and the number is free
   */
  private boolean append(Proposal proposal) {
    LogEntry entry = proposal.entry();
    URI file = entryFile(entry.number());
    try {
      createDirectories();
      proposal.upload().ifPresent(model -> upload(model, entry.version().orElseThrow()));
      retry.run(
          () -> {
            publish(LogEntryFile.encode(entry), file, entry.number());
            return file;
          });
      return true;
    } catch (StorageException e) {
      // Whatever failed: also our files in private/ and our upload may be gone, as orphans, when
      // another was faster; and of our own entry only the answer may have been lost.
      if (newestNumber() < entry.number()) {
        throw e;
      }
      if (!entry(entry.number()).id().equals(entry.id())) {
        return false;
      }
      force(file);
      return true;
    }
  }

  private void createDirectories() {
    retry.run(
        () -> {
          for (String name : List.of("log", "versions", "private")) {
            storage.createDirectories(Storage.resolve(directory, name));
          }
          return directory;
        });
  }

  /** Whether another model than the proposal's lies under its name. */
  private boolean isTaken(Proposal proposal) {
    if (proposal.upload().isEmpty()) {
      return false;
    }
    Version version = proposal.entry().version().orElseThrow();
    try {
      return retry.run(() -> storage.exists(versionFile(version)))
          && !isSameModel(proposal.upload().get(), version);
    } catch (MissingFileException e) {
      return false;
    } catch (FormatException e) {
      return true;
    }
  }

  /** An entry that changes nothing but that its number is used up. */
  private Proposal skipping(Optional<LogEntry> newest) {
    return withoutVersion(
        Action.PRUNED,
        newest,
        newest.flatMap(LogEntry::current),
        newest.flatMap(LogEntry::previous),
        versions(newest),
        List.of(),
        "the model of a run that did not end lay where this entry's would have");
  }

  /**
   * A try whose answer was lost, a killed driver of the same run or one that still lives may have
   * uploaded the same model under the same number, with other lines of provenance perhaps.
   */
  private void upload(byte[] model, Version version) {
    URI file = versionFile(version);
    retry.run(
        () -> {
          try {
            publish(model, file, version.number());
          } catch (TargetExistsException e) {
            requireSameModel(model, version);
            storage.force(file);
          }
          return file;
        });
  }

  private void requireSameModel(byte[] model, Version version) {
    if (!isSameModel(model, version)) {
      throw new StorageException(
          "Cannot add %s: expected nothing there or what its run trained, found another model"
              .formatted(Storage.describe(versionFile(version))));
    }
  }

  private boolean isSameModel(byte[] model, Version version) {
    String where = Storage.describe(versionFile(version));
    return RegisteredModel.decode(model, version, where).model().computesAs(read(version).model());
  }

  /** Tries that fail leave their files in private/, where nobody minds them, to later changes. */
  private void publish(byte[] bytes, URI target, long number) {
    URI file = Storage.resolve(directory, "private/%09d-%s".formatted(number, UUID.randomUUID()));
    storage.writePrivate(file, bytes);
    storage.publish(file, target);
  }

  private void tryToRemoveOrphans(LogEntry state) {
    try {
      removeOrphans(state);
    } catch (StorageException e) {
      LOG.warn("{}; the next change tries again", e.getMessage());
    }
  }

  /**
   * Deletes what no entry up to this one names and no later one can name: uploads of who lost, what
   * he was writing, and pruned versions. An older state than the newest does no harm: versions that
   * were added since have higher numbers.
   */
  private void removeOrphans(LogEntry state) {
    // Its writer may have been killed before he forced it, and a power cut must not bring a state
    // back whose versions are gone.
    storage.force(entryFile(state.number()));
    List<String> named =
        state.versions().stream().map(version -> version.name() + VERSION_SUFFIX).toList();
    for (String name : List.of("versions", "private")) {
      URI parent = Storage.resolve(directory, name);
      for (FileEntry file : listOrNothing(parent)) {
        Matcher numbered = NUMBERED.matcher(file.name());
        if (numbered.matches()
            && Long.parseLong(numbered.group(1)) <= state.number()
            && !named.contains(file.name())) {
          storage.delete(Storage.resolve(parent, file.name()));
        }
      }
    }
  }

  private void force(URI file) {
    retry.run(
        () -> {
          storage.force(file);
          return file;
        });
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
                            Storage.describe(directory),
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

  /**
   * Reads and verifies a version's file.
   *
   * @throws FormatException if it is damaged
   */
  private RegisteredModel read(Version version) {
    URI file = versionFile(version);
    byte[] bytes = retry.run(() -> storage.read(file, Storage.MAX_FILE_BYTES));
    return RegisteredModel.decode(bytes, version, Storage.describe(file));
  }

  private LogEntry entry(long number) {
    URI file = entryFile(number);
    byte[] bytes = retry.run(() -> storage.read(file, LogEntryFile.MAX_BYTES));
    return LogEntryFile.decode(bytes, number, Storage.describe(file));
  }

  private long newestNumber() {
    return listOrNothing(Storage.resolve(directory, "log")).stream()
        .map(file -> ENTRY.matcher(file.name()))
        .filter(Matcher::matches)
        .mapToLong(name -> Long.parseLong(name.group(1)))
        .max()
        .orElse(0);
  }

  private List<FileEntry> listOrNothing(URI parent) {
    try {
      return retry.run(() -> storage.list(parent));
    } catch (MissingFileException e) {
      return List.of();
    }
  }

  private static long number(Optional<LogEntry> newest) {
    return newest.map(LogEntry::number).orElse(0L);
  }

  private static List<Version> versions(Optional<LogEntry> newest) {
    return newest.map(LogEntry::versions).orElse(List.of());
  }

  private URI entryFile(long number) {
    return Storage.resolve(directory, "log/%09d.json".formatted(number));
  }

  /** The model file of a version, for who reads it by itself. */
  public URI versionFile(Version version) {
    return Storage.resolve(directory, "versions/" + version.name() + VERSION_SUFFIX);
  }

  /** Where a run trains, below which it is free to do what it likes. */
  public URI runDirectory(String runId) {
    return runs.of(runId);
  }
}
