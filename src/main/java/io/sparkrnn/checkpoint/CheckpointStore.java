package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.NewerFormatException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The run directory of one run:
 *
 * <pre>
 * attempts/7/                             private to the driver that claimed attempt 7
 * attempts/7/heartbeat                    who it is; changes while it lives
 * attempts/7/trash/                       what it is deleting
 * attempts/7/aside/                       damaged checkpoints on their way to damaged/
 * attempts/7.claim/                       the number is taken, for ever
 * attempts/6.released/                    the driver of attempt 6 has ended and said so
 * checkpoints/checkpoint-000000420.srnn   state after 420 rounds, a {@link
 *                                         io.sparkrnn.storage.SectionFile}
 * damaged/                                checkpoints that could not be read, for people to look at
 * results/3.json                          the third result
 * result.json                             a copy of the newest result: a hint, may lag behind
 * report.html, model.srnn, ...            what a run leaves beside them; not of this class
 * </pre>
 *
 * <p>Anyone may read; what changes something needs {@link #claimAttempt} first and throws {@link
 * RunBusyException} after a later attempt has claimed. All methods throw {@link StorageException};
 * those that read or publish only after they have tried for a while. For use by one thread at a
 * time, apart from {@link #requireOwnership}.
 */
public final class CheckpointStore implements AutoCloseable {
  private static final Pattern CHECKPOINT_NAME = Pattern.compile("checkpoint-(\\d{9})\\.srnn");
  private static final Pattern DAMAGED_NAME =
      Pattern.compile("(\\d{1,9})-checkpoint-\\d{9}\\.srnn");
  private static final Pattern RESULT_NAME = Pattern.compile("(\\d{1,9})\\.json");

  private static final String RESULT_COPY = "result.json";

  private final Storage storage;
  private final URI runDirectory;
  private final OwnedDirectory directory;
  private final String runId;
  private final int keep;
  private final Retry retry;

  /** Rounds whose checkpoints were read or written by this store, with their scores. */
  private final Map<Long, OptionalDouble> verified = new HashMap<>();

  private final List<String> warnings = new ArrayList<>();

  private CheckpointStore(Storage storage, URI runDirectory, String runId, int keep, Retry retry) {
    this.storage = storage;
    this.runDirectory = runDirectory;
    this.directory = new OwnedDirectory(storage, runDirectory, retry);
    this.runId = runId;
    this.keep = keep;
    this.retry = retry;
  }

  /**
   * The store of a run directory, which need not exist yet. Touches nothing.
   *
   * @param runId stands in every checkpoint; another run's is refused
   * @param keep how many of the newest good checkpoints stay beside the best one, at least 1
   */
  public static CheckpointStore open(
      Storage storage, URI runDirectory, String runId, int keep, Retry retry) {
    if (keep < 1) {
      throw new IllegalArgumentException("expected to keep at least 1 checkpoint, found " + keep);
    }
    return new CheckpointStore(storage, runDirectory, runId, keep, retry);
  }

  /**
   * Returns once no other driver is at work in the run directory: at once when its last driver has
   * said that it ended, else when its heartbeat has stood still for long enough. Changes nothing.
   *
   * @param waiting told once, in one sentence, when there is something to wait for
   * @throws RunBusyException as soon as another driver shows a sign of life
   */
  public Vacancy awaitVacancy(Ownership ownership, Consumer<String> waiting) {
    return new OwnerWatch(storage, runDirectory, ownership, retry).await(waiting);
  }

  /**
   * Makes this process the run directory's owner: takes the next attempt number, renames the
   * directories of all earlier attempts away so that they can publish no more, and shows signs of
   * life until {@link #close}.
   *
   * @return the number, from 1
   * @throws RunBusyException when another driver claimed since the vacancy was found
   */
  public int claimAttempt(Vacancy vacancy) {
    return directory.claim(vacancy);
  }

  /**
   * Returns while this process may be the owner, as far as its heartbeats know. By any thread.
   *
   * @throws RunBusyException after a later attempt has taken over
   */
  public void requireOwnership() {
    directory.requireOwnership();
  }

  /** Gives the run directory up, and says so; one that was taken over is left alone. */
  @Override
  public void close() {
    try {
      directory.release();
    } catch (RunBusyException | StorageException e) {
      // A successor will wait for as long as for a driver that was killed.
      warnings.add(e.getMessage());
    }
  }

  /**
   * Commits a checkpoint, then deletes all but the newest good ones and the one with the best
   * score. Saving equal bytes again changes nothing.
   *
   * @param round the rounds that are complete, at most 999,999,999
   * @param sections named bytes
   * @param score of these parameters on held-out samples, higher is better: negated where lower is;
   *     empty where they were not evaluated
   * @return the checkpoint
   * @throws StorageException when it could not be written, however often it was tried
   * @throws TargetExistsException when the round has a checkpoint with other content
   */
  public CheckpointEntry save(long round, Map<String, byte[]> sections, OptionalDouble score) {
    byte[] file = CheckpointFile.encode(runId, round, score, sections);
    URI target = checkpoint(round);
    try {
      directory.publishOnce(file, target);
    } catch (TargetExistsException e) {
      throw e;
    } catch (StorageException e) {
      throw new StorageException(
          "Cannot save the checkpoint of round %d: gave up trying (%s); the last good checkpoint is %s"
              .formatted(round, e.getMessage(), lastGood()),
          e);
    }
    verified.put(round, score);
    retain();
    return new CheckpointEntry(target, round, file.length);
  }

  private String lastGood() {
    return verified.keySet().stream()
        .max(Comparator.naturalOrder())
        .map(round -> Storage.describe(checkpoint(round)))
        .orElse("none");
  }

  /**
   * The newest good checkpoint. Damaged ones on the way are renamed into {@code damaged/} by the
   * directory's owner, skipped by others, and reported in {@link #warnings}.
   *
   * @throws NewerFormatException when a newer version of this program wrote the newest
   * @throws StorageException when the newest belongs to another run
   */
  public Optional<Checkpoint> latest() {
    List<CheckpointEntry> entries = newestFirst();
    for (CheckpointEntry entry : entries) {
      Optional<Checkpoint> checkpoint = load(entry);
      if (checkpoint.isPresent()) {
        warnOfLostRounds(entries.get(0).round(), entry.round());
        return checkpoint;
      }
    }
    if (!entries.isEmpty()) {
      warnOfLostRounds(entries.get(0).round(), 0);
    }
    return Optional.empty();
  }

  private void warnOfLostRounds(long newest, long used) {
    if (newest > used) {
      warnings.add(
          "Rounds lost: %d; the newest checkpoint had %d, the newest good one has %d"
              .formatted(newest - used, newest, used));
    }
  }

  /**
   * The good checkpoint with the highest score, the earliest of equals; empty where none has one.
   */
  public Optional<CheckpointEntry> best() {
    return best(list().stream().filter(this::isGood).toList());
  }

  private Optional<CheckpointEntry> best(List<CheckpointEntry> good) {
    return good.stream()
        .filter(entry -> score(entry).isPresent())
        .max(
            Comparator.comparingDouble((CheckpointEntry entry) -> score(entry).getAsDouble())
                .thenComparing(Comparator.comparingLong(CheckpointEntry::round).reversed()));
  }

  private OptionalDouble score(CheckpointEntry entry) {
    return verified.getOrDefault(entry.round(), OptionalDouble.empty());
  }

  /** What was listed; empty when it is damaged or was deleted since then. */
  public Optional<Checkpoint> load(CheckpointEntry entry) {
    try {
      byte[] bytes = retry.run(() -> directory.read(entry.location()));
      Checkpoint checkpoint = CheckpointFile.decode(bytes, entry, runId);
      verified.put(entry.round(), checkpoint.score());
      return Optional.of(checkpoint);
    } catch (NewerFormatException e) {
      throw e;
    } catch (FormatException e) {
      setAside(entry, e);
      return Optional.empty();
    } catch (MissingFileException e) {
      return Optional.empty();
    }
  }

  /** All checkpoints by round, unread; none when there is no run directory. */
  public List<CheckpointEntry> list() {
    List<CheckpointEntry> entries = new ArrayList<>();
    for (FileEntry file : directory.list("checkpoints")) {
      Matcher name = CHECKPOINT_NAME.matcher(file.name());
      if (name.matches() && !file.directory()) {
        URI location = directory.resolve("checkpoints/" + file.name());
        entries.add(new CheckpointEntry(location, Long.parseLong(name.group(1)), file.length()));
      }
    }
    return entries;
  }

  /**
   * What has gone wrong with checkpoints since this was last asked and did not stop anything, one
   * sentence each.
   */
  public List<String> takeWarnings() {
    List<String> taken = List.copyOf(warnings);
    warnings.clear();
    return taken;
  }

  /**
   * Commits a result as {@code results/<n>.json} with the next free number, then as {@code
   * result.json}.
   *
   * @return the numbered file
   */
  public URI publishResult(byte[] json) {
    // The number is chosen once: a try whose answer was lost is found again under it.
    int number = 1 + directory.highest("results", RESULT_NAME);
    URI target = directory.resolve("results/" + number + ".json");
    directory.publishOnce(json, target);
    replaceFile(RESULT_COPY, json);
    return target;
  }

  /** Writes a file of the run directory in whose place another may be; where it is. */
  public URI replaceFile(String name, byte[] bytes) {
    URI file = directory.resolve(name);
    retry.run(() -> directory.owner().replace(bytes, file));
    return file;
  }

  /**
   * Makes {@code result.json} a copy of the newest result again, which a driver that was killed did
   * not come to.
   */
  public void copyLatestResult() {
    latestResult().ifPresent(json -> replaceFile(RESULT_COPY, json));
  }

  /** The number of the latest driver that has claimed the run directory; 0 before the first. */
  public int latestAttempt() {
    return Attempt.highest(directory.list("attempts"));
  }

  /** The newest result, whatever {@code result.json} says; empty before the first. */
  public Optional<byte[]> latestResult() {
    int number = directory.highest("results", RESULT_NAME);
    return number == 0
        ? Optional.empty()
        : Optional.of(
            retry.run(() -> directory.read(directory.resolve("results/" + number + ".json"))));
  }

  /**
   * Commits a file, such as the final model, at the run directory's top. Publishing equal bytes
   * again changes nothing.
   *
   * @throws TargetExistsException when the name is taken by other content
   */
  public URI publishFile(String name, byte[] bytes) {
    URI target = directory.resolve(name);
    directory.publishOnce(bytes, target);
    return target;
  }

  /**
   * Deletes all checkpoints but the newest good ones and the one with the best score. {@link #save}
   * does so, too; a driver that was killed in between has left one too many.
   */
  public void retain() {
    try {
      deleteSurplus();
    } catch (StorageException e) {
      // The next time deletes what this one could not.
      warnings.add(e.getMessage());
    }
  }

  private void deleteSurplus() {
    List<CheckpointEntry> good = newestFirst().stream().filter(this::isGood).toList();
    Optional<CheckpointEntry> best = best(good);
    for (CheckpointEntry entry : good.subList(Math.min(keep, good.size()), good.size())) {
      if (!best.equals(Optional.of(entry))) {
        directory.owner().delete(entry.location());
        verified.remove(entry.round());
      }
    }
  }

  private boolean isGood(CheckpointEntry entry) {
    return verified.containsKey(entry.round()) || load(entry).isPresent();
  }

  private List<CheckpointEntry> newestFirst() {
    List<CheckpointEntry> entries = new ArrayList<>(list());
    Collections.reverse(entries);
    return entries;
  }

  private void setAside(CheckpointEntry entry, FormatException damage) {
    String consequence = "";
    if (directory.isOwned()) {
      String name = freeDamagedName(entry);
      directory.owner().setAside(entry.location(), name);
      consequence =
          "; it was set aside as " + Storage.describe(directory.resolve("damaged/" + name));
    }
    warnings.add(damage.getMessage() + consequence);
  }

  private String freeDamagedName(CheckpointEntry entry) {
    int highest = directory.highest("damaged", DAMAGED_NAME);
    return "%d-checkpoint-%09d.srnn".formatted(highest + 1, entry.round());
  }

  private URI checkpoint(long round) {
    return directory.resolve("checkpoints/checkpoint-%09d.srnn".formatted(round));
  }
}
