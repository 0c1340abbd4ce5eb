package io.sparkrnn.registry;

import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The entries and the versions of a registry's directory, as they are read. */
record RegistryLog(Storage storage, URI directory, Retry retry) {
  static final String VERSION_SUFFIX = ".srnn";

  private static final Pattern ENTRY = Pattern.compile("(\\d{9})\\.json");

  /** The newest entry, which is the whole state; empty before the first. */
  Optional<LogEntry> newest() {
    long number = newestNumber();
    return number == 0 ? Optional.empty() : Optional.of(entry(number));
  }

  /** All entries by number. */
  List<LogEntry> all() {
    List<LogEntry> log = new ArrayList<>();
    long newest = newestNumber();
    for (long number = 1; number <= newest; number++) {
      log.add(entry(number));
    }
    return log;
  }

  Optional<LogEntry> last(long newest, Predicate<LogEntry> wanted) {
    for (long number = newest; number >= 1; number--) {
      LogEntry entry = entry(number);
      if (wanted.test(entry)) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  /**
   * Reads and verifies a version's file.
   *
   * @throws FormatException if it is damaged
   */
  RegisteredModel read(Version version) {
    URI file = versionFile(version);
    byte[] bytes = retry.run(() -> storage.read(file, Storage.MAX_FILE_BYTES));
    return RegisteredModel.decode(bytes, version, Storage.describe(file));
  }

  LogEntry entry(long number) {
    URI file = entryFile(number);
    byte[] bytes = retry.run(() -> storage.read(file, LogEntryFile.MAX_BYTES));
    return LogEntryFile.decode(bytes, number, Storage.describe(file));
  }

  long newestNumber() {
    return list("log").stream()
        .map(file -> ENTRY.matcher(file.name()))
        .filter(Matcher::matches)
        .mapToLong(name -> Long.parseLong(name.group(1)))
        .max()
        .orElse(0);
  }

  List<FileEntry> list(String name) {
    return retry.run(() -> storage.listIfThere(Storage.resolve(directory, name)));
  }

  URI entryFile(long number) {
    return Storage.resolve(directory, "log/%09d.json".formatted(number));
  }

  URI versionFile(Version version) {
    return Storage.resolve(directory, "versions/" + version.name() + VERSION_SUFFIX);
  }
}
