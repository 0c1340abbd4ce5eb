package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds out whether the owner of a run directory lives: its heartbeat changes. Only the watcher's
 * own clock measures for how long it does not, so hosts' clocks may differ.
 */
record OwnerWatch(Storage storage, URI runDirectory, Ownership ownership, Retry retry) {

  /**
   * What there is of the latest attempt.
   *
   * @param number 0 when there is none
   * @param released whether its driver has ended and said so
   * @param heartbeat empty when there is none
   */
  private record Sighting(int number, boolean released, byte[] heartbeat) {
    Optional<HeartbeatFile> owner() {
      return HeartbeatFile.decode(heartbeat);
    }

    boolean vacant() {
      return number == 0 || released;
    }

    boolean sameAs(Sighting other) {
      return number == other.number && Arrays.equals(heartbeat, other.heartbeat);
    }

    String describe() {
      return "attempt %d%s".formatted(number, owner().map(file -> ", " + file.owner()).orElse(""));
    }
  }

  /**
   * Returns once nobody owns the directory, at once where that is known.
   *
   * @param waiting told once, in one sentence, when there is something to wait for
   * @throws RunBusyException as soon as an owner shows a sign of life
   */
  Vacancy await(Consumer<String> waiting) {
    Sighting first = look();
    if (first.owner().filter(file -> ownership.owner().succeeds(file.owner())).isPresent()) {
      return vacancy(first, Vacancy.Reason.NEXT_TRY);
    }
    if (first.vacant()) {
      return vacancy(first, Vacancy.Reason.GIVEN_UP);
    }
    Duration interval = first.owner().map(HeartbeatFile::interval).orElse(ownership.heartbeat());
    Duration patience = Collections.max(List.of(ownership.takeover(), interval.multipliedBy(3)));
    waiting.accept(
        "Waiting up to %s s: does %s of %s still live?"
            .formatted(seconds(patience), first.describe(), Storage.describe(runDirectory)));
    Duration pause = Collections.min(List.of(interval, patience)).dividedBy(2);
    long began = ownership.clock().nanoTime();
    while (ownership.clock().nanoTime() - began < patience.toNanos()) {
      ownership.clock().sleep(pause);
      long asked = ownership.clock().nanoTime();
      Sighting now = look();
      long answered = ownership.clock().nanoTime();
      if (answered - asked > interval.toNanos()) {
        // While the file system is away, the owner cannot show a sign of life either.
        began = answered;
      }
      if (now.vacant()) {
        return vacancy(now, Vacancy.Reason.GIVEN_UP);
      }
      if (!now.sameAs(first)) {
        throw new RunBusyException(
            "Cannot use %s: expected no other driver at work there, found that %s lives"
                .formatted(Storage.describe(runDirectory), now.describe()));
      }
    }
    return vacancy(first, Vacancy.Reason.SILENCE);
  }

  private Vacancy vacancy(Sighting last, Vacancy.Reason reason) {
    return new Vacancy(runDirectory, last.number(), reason, ownership);
  }

  private Sighting look() {
    return retry.run(this::lookOnce);
  }

  private Sighting lookOnce() {
    URI attempts = Storage.resolve(runDirectory, "attempts");
    List<FileEntry> entries = storage.listIfThere(attempts);
    int number = Attempt.highest(entries);
    boolean released =
        entries.stream().anyMatch(entry -> entry.name().equals(number + Attempt.RELEASED));
    String directory = number + (released ? Attempt.RELEASED : "");
    return new Sighting(number, released, heartbeat(attempts, directory));
  }

  private byte[] heartbeat(URI attempts, String directory) {
    try {
      return storage.read(
          Storage.resolve(attempts, directory + "/" + HeartbeatFile.NAME), HeartbeatFile.MAX_BYTES);
    } catch (MissingFileException e) {
      return new byte[0];
    }
  }

  private static String seconds(Duration duration) {
    return String.valueOf(duration.toMillis() / 1e3);
  }
}
