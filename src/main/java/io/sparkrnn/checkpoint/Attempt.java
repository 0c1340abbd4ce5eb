package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.TargetExistsException;
import java.net.URI;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One driver's claim on a run directory: {@code attempts/<n>}, out of which it renames whatever it
 * publishes and into whose {@code trash} it renames whatever it deletes. Once a later attempt has
 * renamed the directory away, all of that fails with {@link RunBusyException} and changes nothing.
 */
final class Attempt {
  private static final Pattern NAME = Pattern.compile("(\\d{1,9})(\\.claim|\\.fenced)?");

  private final Storage storage;
  private final URI runDirectory;
  private final URI directory;
  private final int number;
  private int files;

  private Attempt(Storage storage, URI runDirectory, int number) {
    this.storage = storage;
    this.runDirectory = runDirectory;
    this.directory = Storage.resolve(runDirectory, "attempts/" + number);
    this.number = number;
  }

  /**
   * Takes the next number and fences all lower ones. {@code <n>.claim} stays for ever, so a number
   * is never used twice and a fenced directory never comes back. Claiming is written before others'
   * claims are looked for: of two attempts that start together, the lower sees the higher's claim,
   * or the higher sees the lower's directory.
   */
  static Attempt claim(Storage storage, URI runDirectory) {
    URI attempts = Storage.resolve(runDirectory, "attempts");
    storage.createDirectories(attempts);
    int number = highest(storage.list(attempts)) + 1;
    while (!storage.createDirectory(Storage.resolve(attempts, number + ".claim"))) {
      number++;
    }
    Attempt attempt = new Attempt(storage, runDirectory, number);
    storage.createDirectory(attempt.directory);
    List<FileEntry> others = storage.list(attempts);
    int highest = highest(others);
    if (highest > number) {
      storage.delete(attempt.directory);
      throw new RunBusyException(
          "Cannot claim %s: attempt %d started together with attempt %d, which owns it now"
              .formatted(Storage.describe(runDirectory), number, highest));
    }
    for (FileEntry other : others) {
      if (other.name().matches("\\d+") && !other.name().equals(Integer.toString(number))) {
        fence(storage, attempts, other.name());
      }
    }
    attempt.fenced("claim", runDirectory, () -> storage.createDirectory(attempt.path("trash")));
    return attempt;
  }

  private static void fence(Storage storage, URI attempts, String name) {
    try {
      storage.rename(Storage.resolve(attempts, name), Storage.resolve(attempts, name + ".fenced"));
    } catch (MissingFileException e) {
      // A still later attempt was faster, and will be found on the first publish.
    }
  }

  private static int highest(List<FileEntry> entries) {
    return entries.stream()
        .map(entry -> NAME.matcher(entry.name()))
        .filter(Matcher::matches)
        .mapToInt(name -> Integer.parseInt(name.group(1)))
        .max()
        .orElse(0);
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
    URI trash = path("trash/" + nextName(file));
    fenced("delete", file, () -> storage.rename(file, trash));
    storage.delete(trash);
  }

  /** Moves a public file to another public name by way of the trash, which only the owner has. */
  void move(URI file, URI target) {
    URI trash = path("trash/" + nextName(file));
    fenced("set aside", file, () -> storage.rename(file, trash));
    fenced("set aside", file, () -> storage.rename(trash, target));
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
    return ++files + "-" + path.substring(path.lastIndexOf('/') + 1);
  }

  private URI path(String name) {
    return Storage.resolve(directory, name);
  }
}
