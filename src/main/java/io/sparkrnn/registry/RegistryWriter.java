package io.sparkrnn.registry;

import static io.sparkrnn.registry.Proposal.number;
import static io.sparkrnn.registry.Proposal.versions;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends entries, with the models that they introduce, and removes what no entry names. */
record RegistryWriter(RegistryLog log, Clock clock) {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryWriter.class);
  private static final Pattern NUMBERED = Pattern.compile("(\\d{9})[-.].*");

  /** What an entry says to people. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  /**
   * Appends the entry that is proposed for the newest one, however often that changes.
   *
   * @return empty when nothing was proposed
   */
  Optional<LogEntry> commit(Function<Optional<LogEntry>, Optional<Proposal>> propose) {
    while (true) {
      Optional<LogEntry> newest = log.newest();
      Optional<Proposal> proposal;
      try {
        proposal = propose.apply(newest);
      } catch (StorageException e) {
        // A version that was to be read may have been pruned since.
        if (log.newestNumber() <= number(newest)) {
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
        // loses the number as anyone does.
        append(skipping(newest));
        continue;
      }
      if (append(proposal.get())) {
        tryToRemoveOrphans(proposal.get().entry());
        return Optional.of(proposal.get().entry());
      }
      // Our own upload is one by now.
      log.newest().ifPresent(this::tryToRemoveOrphans);
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
    URI file = log.entryFile(entry.number());
    try {
      createDirectories();
      proposal.upload().ifPresent(model -> upload(model, entry.version().orElseThrow()));
      log.retry().run(() -> publish(LogEntryFile.encode(entry), file, entry.number()));
      return true;
    } catch (StorageException e) {
      // Whatever failed: also our files in private/ and our upload may be gone, as orphans, when
      // another was faster; and of our own entry only the answer may have been lost.
      if (log.newestNumber() < entry.number()) {
        throw e;
      }
      if (!log.entry(entry.number()).id().equals(entry.id())) {
        return false;
      }
      log.retry().run(() -> log.storage().force(file));
      return true;
    }
  }

  private void createDirectories() {
    log.retry()
        .run(
            () -> {
              for (String name : List.of("log", "versions", "private")) {
                log.storage().createDirectories(Storage.resolve(log.directory(), name));
              }
            });
  }

  /** Whether another model than the proposal's lies under its name. */
  private boolean isTaken(Proposal proposal) {
    if (proposal.upload().isEmpty()) {
      return false;
    }
    Version version = proposal.entry().version().orElseThrow();
    try {
      return log.retry().run(() -> log.storage().exists(log.versionFile(version)))
          && !isSameModel(proposal.upload().get(), version);
    } catch (MissingFileException e) {
      return false;
    } catch (FormatException e) {
      return true;
    }
  }

  /** An entry that changes nothing but that its number is used up. */
  private Proposal skipping(Optional<LogEntry> newest) {
    return Proposal.withoutVersion(
        Action.PRUNED,
        newest,
        newest.flatMap(LogEntry::current),
        newest.flatMap(LogEntry::previous),
        versions(newest),
        List.of(),
        "the model of a run that did not end lay where this entry's would have",
        now());
  }

  /**
   * A try whose answer was lost, a killed driver of the same run or one that still lives may have
   * uploaded the same model under the same number, with other lines of provenance perhaps.
   */
  private void upload(byte[] model, Version version) {
    URI file = log.versionFile(version);
    log.retry()
        .run(
            () -> {
              try {
                publish(model, file, version.number());
              } catch (TargetExistsException e) {
                requireSameModel(model, version);
                log.storage().force(file);
              }
            });
  }

  private void requireSameModel(byte[] model, Version version) {
    if (!isSameModel(model, version)) {
      throw new StorageException(
          "Cannot add %s: expected nothing there or what its run trained, found another model"
              .formatted(Storage.describe(log.versionFile(version))));
    }
  }

  private boolean isSameModel(byte[] model, Version version) {
    String where = Storage.describe(log.versionFile(version));
    return RegisteredModel.decode(model, version, where)
        .model()
        .computesAs(log.read(version).model());
  }

  /** Tries that fail leave their files in private/, where nobody minds them, to later changes. */
  private void publish(byte[] bytes, URI target, long number) {
    URI file =
        Storage.resolve(log.directory(), "private/%09d-%s".formatted(number, UUID.randomUUID()));
    log.storage().writePrivate(file, bytes);
    log.storage().publish(file, target);
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
  void removeOrphans(LogEntry state) {
    // Its writer may have been killed before he forced it, and a power cut must not bring a state
    // back whose versions are gone.
    log.storage().force(log.entryFile(state.number()));
    List<String> named =
        state.versions().stream()
            .map(version -> version.name() + RegistryLog.VERSION_SUFFIX)
            .toList();
    for (String name : List.of("versions", "private")) {
      URI parent = Storage.resolve(log.directory(), name);
      for (FileEntry file : log.list(name)) {
        Matcher numbered = NUMBERED.matcher(file.name());
        if (numbered.matches()
            && Long.parseLong(numbered.group(1)) <= state.number()
            && !named.contains(file.name())) {
          log.storage().delete(Storage.resolve(parent, file.name()));
        }
      }
    }
  }
}
