package io.sparkrnn.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.NewerFormatException;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What holds for run directories on every file system that can be written to. */
abstract class CheckpointStoreContract {
  private static final String RUN = "run-1";

  abstract Storage storage();

  /** A run directory of the test's own. */
  abstract URI run();

  @Test
  void hasNothingBeforeTheFirstCheckpoint() {
    CheckpointStore store = store(3);
    assertThat(store.list()).isEmpty();
    assertThat(store.latest()).isEmpty();

    assertThat(claim(store)).isEqualTo(1);
    assertThat(store.latest()).isEmpty();
    assertThat(names("")).containsExactly("attempts", "checkpoints", "damaged", "results");
  }

  @Test
  void loadsWhatItSaved() {
    CheckpointStore store = claimed(3);
    Map<String, byte[]> sections = new LinkedHashMap<>();
    sections.put("parameters", new byte[] {1, 2, 3});
    sections.put("a", new byte[0]);
    CheckpointEntry saved = store.save(7, sections, OptionalDouble.empty());

    assertThat(saved.location()).isEqualTo(path("checkpoints/checkpoint-000000007.srnn"));
    assertThat(store.list()).containsExactly(saved);
    Checkpoint checkpoint = store(3).latest().orElseThrow();
    assertThat(checkpoint.location()).isEqualTo(saved.location());
    assertThat(checkpoint.runId()).isEqualTo(RUN);
    assertThat(checkpoint.round()).isEqualTo(7);
    assertThat(checkpoint.sections().keySet()).containsExactly("parameters", "a");
    assertThat(checkpoint.sections().get("parameters")).containsExactly(1, 2, 3);
    assertThat(names("attempts/1")).containsExactly("aside", "heartbeat", "trash");
  }

  @Test
  void givesTheNewestByRound() {
    CheckpointStore store = claimed(9);
    for (long round : new long[] {9, 100, 10, 0}) {
      store.save(round, state(round), OptionalDouble.empty());
    }

    assertThat(rounds(store)).containsExactly(0L, 9L, 10L, 100L);
    assertThat(store.latest().orElseThrow().round()).isEqualTo(100);
  }

  @Test
  void keepsTheNewest() {
    CheckpointStore store = claimed(2);
    LongStream.of(1, 2, 3, 5, 8)
        .forEach(round -> store.save(round, state(round), OptionalDouble.empty()));

    assertThat(rounds(store)).containsExactly(5L, 8L);
    assertThat(names("attempts/1/trash")).isEmpty();
  }

  @Test
  void keepsTheBestBesideTheNewest() {
    CheckpointStore store = claimed(2);
    double[] scores = {0.5, 0.9, 0.7, 0.9, 0.8};
    for (int round = 0; round < scores.length; round++) {
      store.save(round, state(round), OptionalDouble.of(scores[round]));
      store.save(10 + round, state(10 + round), OptionalDouble.empty());
    }

    // Of equals the earliest.
    assertThat(store.best().orElseThrow().round()).isEqualTo(1);
    assertThat(rounds(store)).containsExactly(1L, 13L, 14L);
    CheckpointStore next = claimed(2);
    assertThat(next.best().orElseThrow().round()).isEqualTo(1);
    assertThat(next.latest().orElseThrow().score()).isEmpty();
    next.save(20, state(20), OptionalDouble.of(0.95));
    next.save(21, state(21), OptionalDouble.empty());
    assertThat(rounds(next)).containsExactly(20L, 21L);
  }

  @Test
  void damagedCheckpointsDoNotCountAsKept() {
    CheckpointStore first = claimed(2);
    first.save(1, state(1), OptionalDouble.empty());
    first.save(2, state(2), OptionalDouble.empty());
    damage(2);
    CheckpointStore second = claimed(2);
    second.save(3, state(3), OptionalDouble.empty());

    assertThat(rounds(second)).containsExactly(1L, 3L);
    assertThat(names("damaged")).containsExactly("1-checkpoint-000000002.srnn");
    assertThat(second.takeWarnings()).hasSize(1);
    assertThat(second.takeWarnings()).isEmpty();
  }

  @Test
  void setsADamagedNewestAsideAndUsesThePrevious() {
    CheckpointStore first = claimed(3);
    LongStream.of(1, 2, 3)
        .forEach(round -> first.save(round, state(round), OptionalDouble.empty()));
    damage(3);
    damage(2);
    CheckpointStore second = claimed(3);

    assertThat(second.latest().orElseThrow().round()).isEqualTo(1);
    assertThat(rounds(second)).containsExactly(1L);
    assertThat(names("damaged"))
        .containsExactly("1-checkpoint-000000003.srnn", "2-checkpoint-000000002.srnn");
    List<String> warnings = second.takeWarnings();
    assertThat(warnings).hasSize(3);
    assertThat(warnings.get(0))
        .startsWith("Cannot read " + shown("checkpoints/checkpoint-000000003.srnn") + ": expected ")
        .endsWith("; it was set aside as " + shown("damaged/1-checkpoint-000000003.srnn"));
    assertThat(warnings.get(2))
        .isEqualTo("Rounds lost: 2; the newest checkpoint had 3, the newest good one has 1");

    second.save(2, state(2), OptionalDouble.empty());
    assertThat(second.latest().orElseThrow().round()).isEqualTo(2);
  }

  @Test
  void whoDoesNotOwnTheDirectorySkipsADamagedOneAndLeavesIt() {
    CheckpointStore owner = claimed(3);
    owner.save(1, state(1), OptionalDouble.empty());
    owner.save(2, state(2), OptionalDouble.empty());
    damage(2);
    CheckpointStore reader = store(3);

    assertThat(reader.latest().orElseThrow().round()).isEqualTo(1);
    assertThat(rounds(reader)).containsExactly(1L, 2L);
    assertThat(reader.takeWarnings()).hasSize(2);
    assertThat(names("damaged")).isEmpty();
  }

  @Test
  void aCheckpointUnderAnotherRoundsNameIsDamaged() {
    CheckpointStore store = claimed(3);
    store.save(1, state(1), OptionalDouble.empty());
    storage().rename(checkpoint(1), checkpoint(4));

    assertThat(store.latest()).isEmpty();
    assertThat(store.takeWarnings().get(0))
        .contains("expected round 4 as in its name, found round 1");
  }

  @Test
  void aModelIsNoCheckpoint() {
    CheckpointStore store = claimed(3);
    storage().writePrivate(checkpoint(1), SectionFile.encode("model", RUN, Map.of()));

    assertThat(store.latest()).isEmpty();
    assertThat(store.takeWarnings().get(0)).contains("expected a checkpoint, found a model");
  }

  @Test
  void refusesAnotherRunsCheckpointAndLeavesIt() {
    claimed(3).save(1, state(1), OptionalDouble.empty());
    CheckpointStore other = CheckpointStore.open(storage(), run(), "run-2", 3, Retry.NEVER);
    claim(other);

    assertThatThrownBy(other::latest)
        .isInstanceOf(StorageException.class)
        .isNotInstanceOf(FormatException.class)
        .hasMessage(
            "Cannot use %s: expected a checkpoint of run run-2, found one of run run-1"
                .formatted(Storage.describe(checkpoint(1))));
    assertThat(rounds(other)).containsExactly(1L);
  }

  @Test
  void refusesANewerProgramsCheckpointAndLeavesIt() throws Exception {
    byte[] bytes = SectionFile.encode("checkpoint", RUN, Map.of());
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 2);
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    sha256.update(bytes, 0, bytes.length - 32);
    System.arraycopy(sha256.digest(), 0, bytes, bytes.length - 32, 32);
    CheckpointStore store = claimed(3);
    storage().writePrivate(checkpoint(1), bytes);

    assertThatThrownBy(store::latest).isInstanceOf(NewerFormatException.class);
    assertThat(rounds(store)).containsExactly(1L);
  }

  @Test
  void savingTheSameAgainChangesNothingAndAnotherContentIsRefused() {
    CheckpointStore store = claimed(3);
    CheckpointEntry saved = store.save(1, state(1), OptionalDouble.empty());
    assertThat(store.save(1, state(1), OptionalDouble.empty())).isEqualTo(saved);

    assertThatThrownBy(() -> store.save(1, state(2), OptionalDouble.empty()))
        .isInstanceOf(TargetExistsException.class);
    assertThat(store.latest().orElseThrow().sections().get("state")).containsExactly(1);
    assertThat(names("attempts/1")).containsExactly("aside", "heartbeat", "trash");
  }

  @Test
  void aFencedAttemptChangesNothing() {
    CheckpointStore zombie = claimed(1);
    zombie.save(1, state(1), OptionalDouble.empty());
    zombie.publishResult("{}".getBytes(UTF_8));
    assertThat(claimed(1).latest().orElseThrow().round()).isEqualTo(1);
    List<String> before = tree(run());

    List<Callable<?>> attempts =
        List.of(
            () -> zombie.save(2, state(2), OptionalDouble.empty()),
            () -> zombie.publishFile("model.srnn", new byte[3]),
            () -> zombie.publishResult("{\"zombie\":1}".getBytes(UTF_8)));
    for (Callable<?> step : attempts) {
      assertThatThrownBy(step::call)
          .isInstanceOf(RunBusyException.class)
          .hasMessageEndingWith(
              ": expected attempt 1 to own %s, found that a later attempt took over"
                  .formatted(Storage.describe(run())));
    }
    assertThat(tree(run())).isEqualTo(before);
    assertThat(names("attempts")).containsExactly("1.claim", "2", "2.claim");
  }

  @Test
  void aFencedAttemptSetsNothingAside() {
    CheckpointStore zombie = claimed(1);
    zombie.save(1, state(1), OptionalDouble.empty());
    claimed(1);
    damage(1);

    assertThatThrownBy(zombie::latest)
        .isInstanceOf(RunBusyException.class)
        .hasMessageStartingWith("Cannot set aside " + Storage.describe(checkpoint(1)));
    assertThat(rounds(zombie)).containsExactly(1L);
  }

  @Test
  void numbersAreNeverUsedTwice() {
    assertThat(claim(store(1))).isEqualTo(1);
    assertThat(claim(store(1))).isEqualTo(2);
    storage().delete(path("attempts/2"));
    // A driver that died between claiming its number and making its directory.
    storage().createDirectory(path("attempts/12.claim"));

    assertThat(claim(store(1))).isEqualTo(13);
  }

  @Test
  void ofDriversThatSawTheSameVacancyOneClaims() throws Exception {
    claimed(9).save(1, state(1), OptionalDouble.empty());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<CheckpointStore>> claims = new ArrayList<>();
      for (int contender = 0; contender < 4; contender++) {
        CheckpointStore store = store(9);
        Vacancy vacancy = vacancy(store);
        claims.add(
            () -> {
              try {
                store.claimAttempt(vacancy);
              } catch (RunBusyException e) {
                return null;
              }
              return store;
            });
      }
      List<Boolean> owns = new ArrayList<>();
      for (Future<CheckpointStore> claim : threads.invokeAll(claims)) {
        owns.add(claim.get() != null && publishes(claim.get()));
      }

      assertThat(owns).containsOnlyOnce(true);
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean publishes(CheckpointStore store) {
    try {
      store.publishResult("{}".getBytes(UTF_8));
      return true;
    } catch (RunBusyException e) {
      return false;
    }
  }

  @Test
  void resultsAreNumberedAndCopiedToTheTop() {
    CheckpointStore store = claimed(3);
    for (int number = 1; number <= 11; number++) {
      byte[] json = Integer.toString(number).getBytes(UTF_8);
      assertThat(store.publishResult(json)).isEqualTo(path("results/" + number + ".json"));
      assertThat(read("results/" + number + ".json")).isEqualTo(json);
      assertThat(read("result.json")).isEqualTo(json);
    }
    assertThat(store.latestResult()).contains("11".getBytes(UTF_8));
    CheckpointStore next = claimed(3);
    assertThat(next.publishResult(new byte[] {'x'})).isEqualTo(path("results/12.json"));
  }

  @Test
  void publishesFilesOnce() {
    CheckpointStore store = claimed(3);
    assertThat(store.publishFile("model.srnn", new byte[] {1})).isEqualTo(path("model.srnn"));
    store.publishFile("model.srnn", new byte[] {1});

    assertThatThrownBy(() -> store.publishFile("model.srnn", new byte[] {2}))
        .isInstanceOf(TargetExistsException.class);
    assertThatThrownBy(() -> store.publishFile("checkpoints", new byte[] {2}))
        .isInstanceOf(TargetExistsException.class);
    assertThat(read("model.srnn")).containsExactly(1);
  }

  @Test
  void ignoresWhatIsNoCheckpoint() {
    CheckpointStore store = claimed(3);
    storage().writePrivate(path("checkpoints/notes.txt"), new byte[3]);
    storage().createDirectory(checkpoint(9));
    store.save(1, state(1), OptionalDouble.empty());

    assertThat(rounds(store)).containsExactly(1L);
    assertThat(store.takeWarnings()).isEmpty();
  }

  @Test
  void refusesMisuse() {
    assertThatThrownBy(() -> store(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected to keep at least 1 checkpoint, found 0");
    assertThatThrownBy(() -> store(1).save(1, state(1), OptionalDouble.empty()))
        .isInstanceOf(IllegalStateException.class);
    CheckpointStore store = claimed(1);
    assertThatThrownBy(() -> store.save(-1, state(1), OptionalDouble.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.save(1_000_000_000, state(1), OptionalDouble.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> store.save(1, Map.of("checkpoint.round", new byte[1]), OptionalDouble.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private CheckpointStore store(int keep) {
    return CheckpointStore.open(storage(), run(), RUN, keep, Retry.NEVER);
  }

  private CheckpointStore claimed(int keep) {
    CheckpointStore store = store(keep);
    claim(store);
    return store;
  }

  private static int claim(CheckpointStore store) {
    return store.claimAttempt(vacancy(store));
  }

  /** Time passes at once, and no earlier owner beats within it. */
  private static Vacancy vacancy(CheckpointStore store) {
    return store.awaitVacancy(
        new Ownership(
            new Owner("host", 1, Optional.empty()),
            Duration.ofHours(1),
            Duration.ofHours(1),
            new FakeClock()),
        waiting -> {});
  }

  private static Map<String, byte[]> state(long round) {
    return Map.of("state", new byte[] {(byte) round});
  }

  private void damage(long round) {
    byte[] bytes = storage().read(checkpoint(round), 10_000);
    bytes[bytes.length / 2] ^= 1;
    storage().overwrite(checkpoint(round), bytes);
  }

  private static List<Long> rounds(CheckpointStore store) {
    return store.list().stream().map(CheckpointEntry::round).toList();
  }

  private URI checkpoint(long round) {
    return path("checkpoints/checkpoint-%09d.srnn".formatted(round));
  }

  private URI path(String below) {
    return Storage.resolve(run(), below);
  }

  private String shown(String below) {
    return Storage.describe(path(below));
  }

  private byte[] read(String below) {
    return storage().read(path(below), 10_000);
  }

  private List<String> names(String below) {
    URI directory = below.isEmpty() ? run() : path(below);
    return storage().list(directory).stream().map(FileEntry::name).toList();
  }

  /** Every file and directory with its length. */
  private List<String> tree(URI directory) {
    List<String> lines = new ArrayList<>();
    for (FileEntry entry : storage().list(directory)) {
      URI child = Storage.resolve(directory, entry.name());
      lines.add(child + " " + entry.length());
      if (entry.directory()) {
        lines.addAll(tree(child));
      }
    }
    return lines;
  }
}
