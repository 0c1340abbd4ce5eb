package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.NewerFormatException;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The run directory of one run:
 *
 * <pre>
 * attempts/7/                             private to the driver that claimed attempt 7
 * attempts/7/trash/                       what it is deleting
 * attempts/7.claim/                       the number is taken, for ever
 * attempts/6.fenced/                      what an earlier attempt left
 * checkpoints/checkpoint-000000420.srnn   state after 420 rounds, a {@link SectionFile}
 * damaged/                                checkpoints that could not be read, for people to look at
 * results/3.json                          the third result
 * result.json                             a copy of the newest result: a hint, may lag behind
 * </pre>
 *
 * <p>Anyone may read; what changes something needs {@link #claimAttempt} first and throws {@link
 * RunBusyException} after a later attempt has claimed. All methods throw {@link StorageException}.
 * For use by one thread at a time.
 */
public final class CheckpointStore {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final String KIND = "checkpoint";
  private static final String ROUND_SECTION = "checkpoint.round";
  private static final long MAX_ROUND = 999_999_999;
  private static final Pattern CHECKPOINT_NAME = Pattern.compile("checkpoint-(\\d{9})\\.srnn");
  private static final Pattern RESULT_NAME = Pattern.compile("(\\d{1,9})\\.json");

  private final Storage storage;
  private final URI runDirectory;
  private final URI checkpoints;
  private final String runId;
  private final int keep;
  private final Set<Long> verifiedRounds = new HashSet<>();
  private final List<String> warnings = new ArrayList<>();
  private Optional<Attempt> attempt = Optional.empty();

  private CheckpointStore(Storage storage, URI runDirectory, String runId, int keep) {
    this.storage = storage;
    this.runDirectory = runDirectory;
    this.checkpoints = Storage.resolve(runDirectory, "checkpoints");
    this.runId = runId;
    this.keep = keep;
  }

  /**
   * The store of a run directory, which need not exist yet. Touches nothing.
   *
   * @param runId stands in every checkpoint; another run's is refused
   * @param keep how many of the newest good checkpoints stay, at least 1
   */
  public static CheckpointStore open(Storage storage, URI runDirectory, String runId, int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("expected to keep at least 1 checkpoint, found " + keep);
    }
    return new CheckpointStore(storage, runDirectory, runId, keep);
  }

  /**
   * Makes this process the run directory's owner: takes the next attempt number, and renames the
   * directories of all earlier attempts away so that they can publish no more.
   *
   * @return the number, from 1
   * @throws RunBusyException when a later attempt claimed at the same time
   */
  public int claimAttempt() {
    storage.createDirectories(runDirectory);
    Attempt claimed = Attempt.claim(storage, runDirectory);
    storage.createDirectories(checkpoints);
    storage.createDirectories(Storage.resolve(runDirectory, "results"));
    storage.createDirectories(Storage.resolve(runDirectory, "damaged"));
    attempt = Optional.of(claimed);
    return claimed.number();
  }

  /**
   * Commits a checkpoint, then deletes all but the newest good ones. Saving equal bytes again
   * changes nothing.
   *
   * @param round the rounds that are complete, at most 999,999,999
   * @param sections named bytes
   * @return the checkpoint's file
   * @throws TargetExistsException when the round has a checkpoint with other content
   */
  public URI save(long round, Map<String, byte[]> sections) {
    if (round < 0 || round > MAX_ROUND) {
      throw new IllegalArgumentException(
          "expected a round of 0 to " + MAX_ROUND + ", found " + round);
    }
    Map<String, byte[]> all = new LinkedHashMap<>();
    all.put(ROUND_SECTION, roundBytes(round));
    sections.forEach(
        (name, bytes) -> {
          if (all.putIfAbsent(name, bytes) != null) {
            throw new IllegalArgumentException("the section name " + name + " is taken");
          }
        });
    URI target = Storage.resolve(checkpoints, "checkpoint-%09d.srnn".formatted(round));
    publishOnce(SectionFile.encode(KIND, runId, all), target);
    verifiedRounds.add(round);
    retain();
    return target;
  }

  /**
   * The newest good checkpoint. Damaged ones on the way are renamed into {@code damaged/} by the
   * directory's owner, skipped by others, and reported in {@link #warnings}.
   *
   * @throws NewerFormatException when a newer version of this program wrote the newest
   * @throws StorageException when the newest belongs to another run
   */
  public Optional<Checkpoint> latest() {
    return newestFirst().stream().flatMap(entry -> load(entry).stream()).findFirst();
  }

  /** All checkpoints by round, unread; none when there is no run directory. */
  public List<CheckpointEntry> list() {
    List<CheckpointEntry> entries = new ArrayList<>();
    for (FileEntry file : listOrNothing(checkpoints)) {
      Matcher name = CHECKPOINT_NAME.matcher(file.name());
      if (name.matches() && !file.directory()) {
        URI location = Storage.resolve(checkpoints, file.name());
        entries.add(new CheckpointEntry(location, Long.parseLong(name.group(1)), file.length()));
      }
    }
    return entries;
  }

  /** What went wrong with checkpoints so far and did not stop anything, one sentence each. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * Commits a result as {@code results/<n>.json} with the next free number, then as {@code
   * result.json}.
   *
   * @return the numbered file
   */
  public URI publishResult(byte[] json) {
    URI results = Storage.resolve(runDirectory, "results");
    int number = 1 + highestResult(results);
    URI target = Storage.resolve(results, number + ".json");
    owner().publish(json, target);
    owner().replace(json, Storage.resolve(runDirectory, "result.json"));
    return target;
  }

  private int highestResult(URI results) {
    return listOrNothing(results).stream()
        .map(file -> RESULT_NAME.matcher(file.name()))
        .filter(Matcher::matches)
        .mapToInt(name -> Integer.parseInt(name.group(1)))
        .max()
        .orElse(0);
  }

  /**
   * Commits a file, such as the final model, at the run directory's top. Publishing equal bytes
   * again changes nothing.
   *
   * @throws TargetExistsException when the name is taken by other content
   */
  public URI publishFile(String name, byte[] bytes) {
    URI target = Storage.resolve(runDirectory, name);
    publishOnce(bytes, target);
    return target;
  }

  /** A resumed run is bit-identical, so what it publishes again is no conflict. */
  private void publishOnce(byte[] bytes, URI target) {
    try {
      owner().publish(bytes, target);
    } catch (TargetExistsException e) {
      if (storage.isDirectory(target) || !Arrays.equals(bytes, readAll(target))) {
        throw e;
      }
    }
  }

  private void retain() {
    int good = 0;
    for (CheckpointEntry entry : newestFirst()) {
      if (good == keep) {
        owner().delete(entry.location());
        verifiedRounds.remove(entry.round());
      } else if (verifiedRounds.contains(entry.round()) || load(entry).isPresent()) {
        good++;
      }
    }
  }

  private List<CheckpointEntry> newestFirst() {
    List<CheckpointEntry> entries = new ArrayList<>(list());
    Collections.reverse(entries);
    return entries;
  }

  /** Empty when it is damaged or was deleted since it was listed. */
  private Optional<Checkpoint> load(CheckpointEntry entry) {
    try {
      Checkpoint checkpoint = read(entry);
      verifiedRounds.add(entry.round());
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

  private Checkpoint read(CheckpointEntry entry) {
    String where = Storage.describe(entry.location());
    SectionFile file = SectionFile.decode(readAll(entry.location()), where);
    file.requireKind(KIND);
    if (!file.id().equals(runId)) {
      throw new StorageException(
          "Cannot use %s: expected a checkpoint of run %s, found one of run %s"
              .formatted(where, runId, file.id()));
    }
    if (!Arrays.equals(file.section(ROUND_SECTION), roundBytes(entry.round()))) {
      throw new CorruptFileException(
          "Cannot read " + where + ": expected round " + entry.round() + ", found that of another");
    }
    Map<String, byte[]> sections = new LinkedHashMap<>(file.sections());
    sections.remove(ROUND_SECTION);
    return new Checkpoint(
        entry.location(), runId, entry.round(), Collections.unmodifiableMap(sections));
  }

  private void setAside(CheckpointEntry entry, FormatException damage) {
    String consequence = "an earlier checkpoint is used";
    if (attempt.isPresent()) {
      URI target = freeDamagedName(entry);
      owner().move(entry.location(), target);
      consequence = "it was set aside as " + Storage.describe(target) + ", and " + consequence;
    }
    String warning = damage.getMessage() + "; " + consequence;
    LOG.warn(warning);
    warnings.add(warning);
  }

  private URI freeDamagedName(CheckpointEntry entry) {
    URI damaged = Storage.resolve(runDirectory, "damaged");
    int number = listOrNothing(damaged).size() + 1;
    return Storage.resolve(damaged, "%d-checkpoint-%09d.srnn".formatted(number, entry.round()));
  }

  private Attempt owner() {
    return attempt.orElseThrow(
        () -> new IllegalStateException("claimAttempt comes before changing " + runDirectory));
  }

  private List<FileEntry> listOrNothing(URI directory) {
    try {
      return storage.list(directory);
    } catch (MissingFileException e) {
      return List.of();
    }
  }

  private byte[] readAll(URI file) {
    return storage.read(file, Storage.MAX_FILE_BYTES);
  }

  private static byte[] roundBytes(long round) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(round).array();
  }
}
