package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.TargetExistsException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One driver's claim on a run directory: {@code attempts/<n>}, out of which it renames whatever it
 * publishes and into whose {@code trash} it renames whatever it deletes. Once a later attempt has
 * renamed the directory away, all of that fails with {@link RunBusyException} and changes nothing.
 * Safe for use by several threads.
 */
final class Attempt {
  private static final String FENCED = ".fenced";
  private static final String TRASH = "trash";
  private static final String ASIDE = "aside";

  /** What is added to the name of an attempt's directory when its driver has ended. */
  static final String RELEASED = ".released";

  private static final Pattern NAME =
      Pattern.compile("(\\d{1,9})(\\.claim|\\.fenced|\\.released)?");

  /**
   * HDFS's backend makes a directory under a name of its own before it gives it the one asked for.
   */
  private static final Pattern UNFINISHED_CLAIM = Pattern.compile("\\.(\\d{1,9})\\..+");

  private final Storage storage;
  private final URI runDirectory;
  private final URI directory;
  private final int number;
  private final Ownership ownership;
  private final AtomicInteger files = new AtomicInteger();
  private final AtomicLong beats = new AtomicLong();

  private Attempt(Storage storage, URI runDirectory, int number, Ownership ownership) {
    this.storage = storage;
    this.runDirectory = runDirectory;
    this.directory = Storage.resolve(runDirectory, "attempts/" + number);
    this.number = number;
    this.ownership = ownership;
  }

  /**
   * Takes the number after the latest attempt's and fences all lower ones. {@code <n>.claim} stays
   * for ever, so a number is never used twice, of drivers that have seen the same vacancy one gets
   * it, and a fenced directory never comes back. Claiming is written before others' claims are
   * looked for: if a driver was stopped here for so long that another has taken over, it sees the
   * other's claim, or the other sees its directory.
   */
  static Attempt claim(Storage storage, Vacancy vacancy, Retry retry) {
    URI runDirectory = vacancy.runDirectory();
    URI attempts = Storage.resolve(runDirectory, "attempts");
    storage.createDirectories(attempts);
    int number = vacancy.attempt() + 1;
    if (!storage.createDirectory(Storage.resolve(attempts, number + ".claim"))) {
      throw new RunBusyException(
          "Cannot claim %s: expected attempt %d to be free, found that another driver has just taken it"
              .formatted(Storage.describe(runDirectory), number));
    }
    Attempt attempt = new Attempt(storage, runDirectory, number, vacancy.ownership());
    // Giving up now would make everyone else wait for an owner that there never was.
    return retry.run(
        () -> {
          attempt.takeOver(attempts);
          return attempt;
        });
  }

  /** Bears being tried again: whoever has fenced this attempt since is found by his claim. */
  private void takeOver(URI attempts) {
    try {
      storage.createDirectory(directory);
    } catch (MissingFileException e) {
      // On HDFS, whoever has taken over has removed the directory before it had its name.
      requireLatest(storage.list(attempts));
      throw e;
    }
    List<FileEntry> others = storage.list(attempts);
    requireLatest(others);
    beat();
    for (FileEntry other : others) {
      if (other.name().matches("\\d+") && !other.name().equals(Integer.toString(number))) {
        fence(storage, attempts, other.name());
      }
    }
    fenced("claim", runDirectory, () -> storage.createDirectory(path(ASIDE)));
    fenced("claim", runDirectory, () -> storage.createDirectory(path(TRASH)));
    // Only now that this attempt is known to be the owner: what fenced ones had not published.
    for (FileEntry entry : storage.list(attempts)) {
      if (entry.name().endsWith(FENCED)) {
        URI left = Storage.resolve(attempts, entry.name());
        finishSettingAside(left);
        storage.delete(left);
      } else if (isUnfinishedClaim(entry.name())) {
        storage.delete(Storage.resolve(attempts, entry.name()));
      }
    }
  }

  private void requireLatest(List<FileEntry> others) {
    int highest = highest(others);
    if (highest > number) {
      storage.delete(directory);
      throw new RunBusyException(
          "Cannot claim %s: expected attempt %d to be the latest, found that attempt %d took over"
              .formatted(Storage.describe(runDirectory), number, highest));
    }
  }

  /** Of a number that is taken, so that whoever may still be at it cannot have it. */
  private boolean isUnfinishedClaim(String name) {
    Matcher unfinished = UNFINISHED_CLAIM.matcher(name);
    return unfinished.matches() && Integer.parseInt(unfinished.group(1)) <= number;
  }

  private static void fence(Storage storage, URI attempts, String name) {
    try {
      storage.rename(Storage.resolve(attempts, name), Storage.resolve(attempts, name + FENCED));
    } catch (MissingFileException e) {
      // A still later attempt was faster, and will be found on the first publish.
    }
  }

  static int highest(List<FileEntry> entries) {
    return highest(entries, NAME);
  }

  /** The highest number in names of a pattern; 0 where there is none. */
  static int highest(List<FileEntry> entries, Pattern numbered) {
    return entries.stream()
        .map(entry -> numbered.matcher(entry.name()))
        .filter(Matcher::matches)
        .mapToInt(name -> Integer.parseInt(name.group(1)))
        .max()
        .orElse(0);
  }

  /** Shows that this driver lives. */
  void beat() {
    HeartbeatFile file =
        new HeartbeatFile(beats.incrementAndGet(), ownership.owner(), ownership.heartbeat());
    replace(file.encode(), path(HeartbeatFile.NAME));
  }

  /** Says that this driver has ended, so that nobody needs to wait. It owns nothing any more. */
  void release() {
    URI released = Storage.resolve(runDirectory, "attempts/" + number + RELEASED);
    fenced(
        "release",
        runDirectory,
        () -> {
          finishSettingAside(directory);
          // First: nobody looks into a released directory for what a killed driver has left.
          for (FileEntry entry : storage.list(directory)) {
            if (!entry.name().equals(HeartbeatFile.NAME)) {
              storage.delete(path(entry.name()));
            }
          }
          storage.rename(directory, released);
        });
  }

  int number() {
    return number;
  }

  /** Commits new bytes under a public name; fails when the name is taken. */
  void publish(byte[] bytes, URI target) {
    URI file = nextFile(target);
    fenced("publish", target, () -> storage.writePrivate(file, bytes));
    try {
      fenced("publish", target, () -> storage.publish(file, target));
    } catch (TargetExistsException e) {
      storage.delete(file);
      throw e;
    }
  }

  /** Commits new bytes under a public name, in place of what has it. */
  void replace(byte[] bytes, URI target) {
    URI file = nextFile(target);
    fenced("publish", target, () -> storage.writePrivate(file, bytes));
    fenced("publish", target, () -> storage.replace(file, target));
  }

  /** Deletes a public file by way of the trash, which only the owner has. */
  void delete(URI file) {
    URI trash = path(TRASH + "/" + nextName(file));
    // On local disks, rename has two steps: fenced between them, a driver would still take the old
    // name away. Replace has one, and nothing has the new name.
    fenced("delete", file, () -> storage.replace(file, trash));
    storage.delete(trash);
  }

  /**
   * Moves a damaged checkpoint to {@code damaged/}, by way of a directory that only the owner has
   * and whose content nobody deletes: if this is not finished, {@link #finishSettingAside} does it.
   */
  void setAside(URI file, String name) {
    URI aside = path(ASIDE + "/" + name);
    fenced("set aside", file, () -> storage.replace(file, aside));
    fenced("set aside", file, () -> storage.rename(aside, damaged(name)));
  }

  private void finishSettingAside(URI attemptDirectory) {
    URI aside = Storage.resolve(attemptDirectory, ASIDE);
    if (storage.isDirectory(aside)) {
      for (FileEntry entry : storage.list(aside)) {
        storage.rename(Storage.resolve(aside, entry.name()), damaged(entry.name()));
      }
    }
  }

  private URI damaged(String name) {
    return Storage.resolve(runDirectory, "damaged/" + name);
  }

  /** Tells a lost directory from any other missing file. */
  private void fenced(String action, URI where, Runnable step) {
    try {
      step.run();
    } catch (MissingFileException e) {
      if (storage.isDirectory(directory)) {
        throw e;
      }
      throw new RunBusyException(
          "Cannot %s %s: expected attempt %d to own %s, found that a later attempt took over"
              .formatted(action, Storage.describe(where), number, Storage.describe(runDirectory)),
          e);
    }
  }

  private URI nextFile(URI target) {
    return path(nextName(target));
  }

  /**
   * A name never used before in this attempt, so that a failed step's remains are in nobody's way.
   */
  private String nextName(URI target) {
    String path = target.getPath();
    return files.incrementAndGet() + "-" + path.substring(path.lastIndexOf('/') + 1);
  }

  private URI path(String name) {
    return Storage.resolve(directory, name);
  }
}
