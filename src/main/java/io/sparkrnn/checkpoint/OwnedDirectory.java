package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A run directory that anyone may read, and only its owner may change. */
final class OwnedDirectory {
  private final Storage storage;
  private final URI runDirectory;
  private final Retry retry;
  private volatile Optional<Owned> owned = Optional.empty();

  private record Owned(Attempt attempt, Heartbeat heartbeat) {}

  OwnedDirectory(Storage storage, URI runDirectory, Retry retry) {
    this.storage = storage;
    this.runDirectory = runDirectory;
    this.retry = retry;
  }

  /** As {@link CheckpointStore#claimAttempt}. */
  int claim(Vacancy vacancy) {
    storage.createDirectories(runDirectory);
    for (String name : List.of("checkpoints", "results", "damaged")) {
      storage.createDirectories(resolve(name));
    }
    Attempt attempt = Attempt.claim(storage, vacancy, retry);
    owned =
        Optional.of(new Owned(attempt, new Heartbeat(attempt, vacancy.ownership().heartbeat())));
    return attempt.number();
  }

  /** As {@link CheckpointStore#requireOwnership}. */
  void requireOwnership() {
    owned
        .flatMap(ours -> ours.heartbeat().lost())
        .ifPresent(
            lost -> {
              throw new RunBusyException(lost.getMessage(), lost);
            });
  }

  /**
   * Gives the directory up, whatever comes of saying so.
   *
   * @throws StorageException if that could not be said
   */
  void release() {
    Optional<Owned> ours = owned;
    owned = Optional.empty();
    ours.ifPresent(
        given -> {
          given.heartbeat().close();
          retry.run(() -> given.attempt().release());
        });
  }

  boolean isOwned() {
    return owned.isPresent();
  }

  Attempt owner() {
    return owned
        .orElseThrow(
            () -> new IllegalStateException("claimAttempt comes before changing " + runDirectory))
        .attempt();
  }

  /**
   * A resumed run is bit-identical, and a try whose answer was lost may have succeeded, so what is
   * published again is no conflict.
   */
  void publishOnce(byte[] bytes, URI target) {
    retry.run(
        () -> {
          try {
            owner().publish(bytes, target);
          } catch (TargetExistsException e) {
            if (storage.isDirectory(target) || !Arrays.equals(bytes, read(target))) {
              throw e;
            }
            storage.force(target);
          }
        });
  }

  URI resolve(String name) {
    return Storage.resolve(runDirectory, name);
  }

  /** What a directory below holds; nothing where there is none. */
  List<FileEntry> list(String name) {
    return retry.run(() -> storage.listIfThere(resolve(name)));
  }

  int highest(String name, Pattern numbered) {
    return Attempt.highest(list(name), numbered);
  }

  byte[] read(URI file) {
    return storage.read(file, Storage.MAX_FILE_BYTES);
  }
}
