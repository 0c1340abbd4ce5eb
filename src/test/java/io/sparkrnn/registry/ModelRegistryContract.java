package io.sparkrnn.registry;

import static io.sparkrnn.registry.Models.always;
import static io.sparkrnn.registry.Models.candidate;
import static io.sparkrnn.registry.Models.decision;
import static io.sparkrnn.registry.Models.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.checkpoint.FakeClock;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What holds of a registry on every file system that can be written to. */
abstract class ModelRegistryContract {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  abstract Storage storage();

  /** A registry of the test's own. */
  abstract URI directory();

  private ModelRegistry registry() {
    return new ModelRegistry(
        storage(),
        directory(),
        new Retry(Duration.ofSeconds(30), () -> false, new FakeClock()),
        CLOCK);
  }

  private LogEntry submit(int run, Action action) {
    return registry().submit(candidate(run), always(action));
  }

  @Test
  void anEmptyRegistryHasNothingAndLeavesNothing() {
    assertThat(registry().newest()).isEmpty();
    assertThat(registry().log()).isEmpty();
    assertThat(registry().current()).isEmpty();
    assertThat(registry().entryOf("run-1")).isEmpty();
    assertThat(registry().prune(1)).isEmpty();
    assertThatThrownBy(() -> registry().promote(1, "by hand"))
        .isInstanceOf(VersionRefusedException.class)
        .hasMessage(
            "Cannot promote version 1 of %s: expected a registry that has versions, found no such version"
                .formatted(Storage.describe(directory())));
    assertThatThrownBy(() -> registry().rollBack("by hand"))
        .isInstanceOf(VersionRefusedException.class)
        .hasMessageEndingWith("expected a version that was current before, found none");
    assertThat(storage().exists(directory())).isFalse();
  }

  @Test
  void thePromotedModelIsCurrent() {
    LogEntry first = submit(1, Action.PROMOTED);
    LogEntry second = submit(2, Action.PROMOTED);

    assertThat(registry().current().orElseThrow().version()).isEqualTo(new Version(2, "run-2"));
    assertThat(registry().current().orElseThrow().model().computesAs(model(2))).isTrue();
    assertThat(registry().log()).containsExactly(first, second);
    assertThat(second.previous()).isEqualTo(first.current());
    assertThat(second.time()).isEqualTo(CLOCK.instant());
    assertThat(second.data()).contains(Models.DATA);
    assertThat(provenance(2)).contains("000000001-run-1");
    assertThat(provenance(1)).contains("none");
    assertClean();
  }

  private Optional<String> provenance(long version) {
    return Optional.ofNullable(
        registry().version(version).model().provenance().get("registry.parent"));
  }

  @Test
  void aModelThatIsNoBetterIsAVersionThatAPersonCanPromote() {
    submit(1, Action.PROMOTED);
    LogEntry kept = submit(2, Action.KEPT);
    assertThat(kept.current()).contains(new Version(1, "run-1"));
    assertThat(kept.previous()).isEmpty();

    LogEntry promoted = registry().promote(2, "I like it").orElseThrow();

    assertThat(promoted.reason()).isEqualTo("I like it");
    assertThat(promoted.version()).isEmpty();
    assertThat(promoted.runId()).isEmpty();
    assertThat(promoted.previous()).contains(new Version(1, "run-1"));
    assertThat(registry().current().orElseThrow().version().number()).isEqualTo(2);
    assertThat(registry().promote(2, "again")).isEmpty();
    assertThat(registry().newest()).contains(promoted);
  }

  @Test
  void rollingBackLeadsToTheVersionBeforeAndTwiceBack() {
    submit(1, Action.PROMOTED);
    submit(2, Action.PROMOTED);
    submit(3, Action.KEPT);

    LogEntry back = registry().rollBack("it was worse");
    assertThat(back.action()).isEqualTo(Action.ROLLED_BACK);
    assertThat(registry().current().orElseThrow().version().number()).isEqualTo(1);

    registry().rollBack("it was not");
    assertThat(registry().current().orElseThrow().version().number()).isEqualTo(2);
    assertThat(registry().log()).hasSize(5);
  }

  @Test
  void aRunIsDecidedOnce() {
    LogEntry decided = submit(1, Action.KEPT);

    assertThat(submit(1, Action.PROMOTED)).isEqualTo(decided);
    assertThat(registry().entryOf("run-1")).contains(decided);
    assertThat(registry().log()).hasSize(1);
    registry().promote(1, "by hand");
    assertThat(registry().entryOf("run-1")).contains(decided);
  }

  @Test
  void theDecisionIsMadeAgainWhenAnotherWasFaster() {
    submit(1, Action.PROMOTED);
    List<Optional<Version>> seen = new ArrayList<>();

    LogEntry entry =
        registry()
            .submit(
                candidate(3),
                current -> {
                  if (seen.isEmpty()) {
                    submit(2, Action.PROMOTED);
                  }
                  seen.add(current.map(RegisteredModel::version));
                  return decision(Action.PROMOTED);
                });

    assertThat(seen)
        .containsExactly(
            Optional.of(new Version(1, "run-1")), Optional.of(new Version(2, "run-2")));
    assertThat(entry.number()).isEqualTo(3);
    assertThat(entry.previous()).contains(new Version(2, "run-2"));
    assertThat(names("versions"))
        .containsExactly("000000001-run-1.srnn", "000000002-run-2.srnn", "000000003-run-3.srnn");
    assertClean();
  }

  @Test
  void aDriverOfTheSameRunThatWasFasterHasDecided() {
    submit(1, Action.PROMOTED);
    List<LogEntry> others = new ArrayList<>();

    LogEntry entry =
        registry()
            .submit(
                candidate(2),
                current -> {
                  others.add(submit(2, Action.KEPT));
                  return decision(Action.PROMOTED);
                });

    // Both had the name of the same version.
    assertThat(entry).isEqualTo(others.get(0));
    assertThat(registry().log()).hasSize(2);
    assertThat(registry().version(2).model().computesAs(model(2))).isTrue();
    assertClean();
  }

  @Test
  void pruningKeepsTheNewestTheCurrentAndTheOneBefore() {
    submit(1, Action.PROMOTED);
    submit(2, Action.KEPT);
    submit(3, Action.PROMOTED);
    for (int run = 4; run <= 7; run++) {
      submit(run, Action.KEPT);
    }

    LogEntry pruned = registry().prune(2).orElseThrow();

    assertThat(pruned.pruned().stream().map(Version::number)).containsExactly(2L, 4L, 5L);
    assertThat(names("versions"))
        .containsExactly(
            "000000001-run-1.srnn",
            "000000003-run-3.srnn",
            "000000006-run-6.srnn",
            "000000007-run-7.srnn");
    assertThat(registry().prune(2)).isEmpty();
    assertThat(registry().current().orElseThrow().version().number()).isEqualTo(3);
    assertThat(registry().rollBack("by hand").current()).contains(new Version(1, "run-1"));
    assertThatThrownBy(() -> registry().promote(4, "by hand"))
        .isInstanceOf(VersionRefusedException.class)
        .hasMessage(
            "Cannot promote version 4 of %s: expected one of 1, 3, 6, 7, found that entry 8 pruned it"
                .formatted(Storage.describe(directory())));
    assertThatThrownBy(() -> registry().version(99))
        .isInstanceOf(VersionRefusedException.class)
        .hasMessageContaining("found no such version");
    assertThat(registry().entryOf("run-4")).isPresent();
    assertThatIllegalArgumentException().isThrownBy(() -> registry().prune(0));
  }

  @Test
  void pruningFinishesWhatWasCutOff() {
    submit(1, Action.PROMOTED);
    byte[] first = read("versions/000000001-run-1.srnn");
    for (int run = 2; run <= 4; run++) {
      submit(run, Action.PROMOTED);
    }
    registry().prune(1);
    storage().writePrivate(path("versions/000000001-run-1.srnn"), first);

    assertThat(registry().prune(1)).isEmpty();
    assertClean();
  }

  @Test
  void dataAreDescribedOfTheCurrentVersionAndOfTheNewest() {
    assertThat(registry().describingData()).isEmpty();
    submit(1, Action.PROMOTED);
    assertThat(registry().describingData()).extracting(LogEntry::number).containsExactly(1L);
    submit(2, Action.KEPT);
    submit(3, Action.KEPT);
    registry().prune(1);
    assertThat(registry().describingData()).extracting(LogEntry::number).containsExactly(1L, 3L);
    registry().promote(3, "it is good");
    assertThat(registry().describingData()).extracting(LogEntry::number).containsExactly(3L);
  }

  @Test
  void pruningRemovesWhatRunsHaveLeft() {
    for (int run = 1; run <= 4; run++) {
      submit(run, Action.PROMOTED);
    }
    for (int run = 1; run <= 5; run++) {
      URI checkpoints =
          Storage.resolve(registry().runDirectory("run-" + run), "0123456789ab/checkpoints");
      storage().createDirectories(checkpoints);
      storage().writePrivate(Storage.resolve(checkpoints, "1.srnn"), new byte[1]);
    }

    registry().prune(1);

    // The others are current, before it, and not decided yet.
    assertThat(names("runs")).containsExactly("run-3", "run-4", "run-5");
    assertThat(names("runs/run-3/0123456789ab")).isEmpty();
    assertThat(names("runs/run-5/0123456789ab/checkpoints")).containsExactly("1.srnn");
    storage().createDirectories(registry().runDirectory("run-1"));
    assertThat(registry().prune(1)).isEmpty();
    assertThat(names("runs")).containsExactly("run-3", "run-4", "run-5");
    assertThatIllegalArgumentException().isThrownBy(() -> registry().runDirectory("../x"));
  }

  @Test
  void orphansAreToldByNumberAndRemoved() {
    submit(1, Action.PROMOTED);
    byte[] model = read("versions/000000001-run-1.srnn");
    storage().writePrivate(path("versions/000000001-lost.srnn"), model);
    storage().writePrivate(path("versions/000000003-under-way.srnn"), model);
    storage().writePrivate(path("versions/notes"), new byte[1]);
    storage().writePrivate(path("private/000000002-lost"), model);
    storage().writePrivate(path("private/000000003-under-way"), model);

    submit(2, Action.KEPT);

    assertThat(names("versions"))
        .containsExactly(
            "000000001-run-1.srnn", "000000002-run-2.srnn", "000000003-under-way.srnn", "notes");
    assertThat(names("private")).containsExactly("000000003-under-way");
  }

  @Test
  void anUploadThatIsThereAlreadyIsUsed() {
    // A driver was killed between upload and commit, and an update of Java came before the next.
    Evidence evidence = decision(Action.PROMOTED).evidence();
    Version version = new Version(1, "run-1");
    storage().createDirectories(path("versions"));
    storage()
        .writePrivate(
            path("versions/000000001-run-1.srnn"),
            new Candidate(
                    "run-1",
                    model(1).withProvenance(Map.of("java", "17.0.1")),
                    Models.DATA,
                    Map.of())
                .encode(version, "none", evidence));

    submit(1, Action.PROMOTED);

    assertThat(registry().current().orElseThrow().model().provenance())
        .containsEntry("java", "17.0.1");
  }

  /** A process of the run was killed after its upload, and the next one has other data. */
  @Test
  void anotherModelInItsPlaceCostsANumber() {
    Version version = new Version(1, "run-1");
    byte[] other =
        candidate("run-1", 7).encode(version, "none", decision(Action.PROMOTED).evidence());
    byte[] damaged = Arrays.copyOf(other, other.length - 1);
    for (byte[] left : List.of(other, damaged)) {
      storage().delete(path("log"));
      storage().delete(path("versions"));
      storage().createDirectories(path("versions"));
      storage().writePrivate(path("versions/000000001-run-1.srnn"), left);

      LogEntry entry = submit(1, Action.PROMOTED);

      assertThat(entry.number()).isEqualTo(2);
      assertThat(entry.version()).contains(new Version(2, "run-1"));
      assertThat(registry().log())
          .extracting(LogEntry::action)
          .containsExactly(Action.PRUNED, Action.PROMOTED);
      assertThat(registry().current().orElseThrow().model().computesAs(model(1))).isTrue();
      assertClean();
    }
  }

  @Test
  void aDamagedModelIsNotReturnedAndDoesNotBecomeCurrent() {
    submit(1, Action.PROMOTED);
    submit(2, Action.PROMOTED);
    for (String name : List.of("versions/000000001-run-1.srnn", "versions/000000002-run-2.srnn")) {
      byte[] damaged = read(name);
      damaged[damaged.length / 2] ^= 1;
      storage().overwrite(path(name), damaged);
    }

    assertThatThrownBy(() -> registry().current())
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("000000002-run-2.srnn");
    assertThatThrownBy(() -> registry().rollBack("it is damaged"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("000000001-run-1.srnn");
    assertThat(registry().log()).hasSize(2);
  }

  @Test
  void anEntryThatIsNoneIsRefusedWithItsName() {
    submit(1, Action.PROMOTED);
    storage().overwrite(path("log/000000001.json"), new byte[] {'{', '}'});

    assertThatThrownBy(() -> registry().newest())
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read %s: expected a whole number in 'format', found nothing"
                .formatted(Storage.describe(path("log/000000001.json"))));
  }

  @Test
  void runIdsThatAreNoNamesAreRefused() {
    for (String runId : List.of("", "../1", ".hidden", "a b", "a/b", "x".repeat(129))) {
      assertThatIllegalArgumentException()
          .as(runId)
          .isThrownBy(() -> candidate(runId, 1))
          .withMessageStartingWith("expected a run's id");
    }
  }

  /** Every entry follows from the one before it, whoever else was at work. */
  @Test
  void manyAtOnceLoseNothing() throws Exception {
    submit(1000, Action.PROMOTED);
    submit(1001, Action.PROMOTED);
    AtomicInteger under = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<?>> done = new ArrayList<>();
    int writers = 6;
    under.set(writers);
    for (int writer = 0; writer < writers; writer++) {
      int own = writer;
      done.add(
          threads.submit(
              () -> {
                try {
                  work(own);
                } finally {
                  under.decrementAndGet();
                }
                return null;
              }));
    }
    Callable<Integer> reader =
        () -> {
          int reads = 0;
          while (under.get() > 0) {
            RegisteredModel current = registry().current().orElseThrow();
            int run = Integer.parseInt(current.version().runId().substring("run-".length()));
            assertThat(current.model().computesAs(model(run))).isTrue();
            reads++;
          }
          return reads;
        };
    Future<Integer> first = threads.submit(reader);
    Future<Integer> second = threads.submit(reader);
    for (Future<?> writer : done) {
      writer.get(5, TimeUnit.MINUTES);
    }
    assertThat(first.get(1, TimeUnit.MINUTES) + second.get(1, TimeUnit.MINUTES)).isPositive();
    threads.shutdown();

    List<LogEntry> log = registry().log();
    assertChained(log);
    assertThat(log.stream().flatMap(entry -> entry.runId().stream()))
        .doesNotHaveDuplicates()
        .hasSize(2 + writers * 4);
    registry().prune(1);
    assertClean();
  }

  private void work(int writer) {
    for (int turn = 0; turn < 4; turn++) {
      submit(10 * writer + turn, turn % 2 == 0 ? Action.PROMOTED : Action.KEPT);
      if (writer % 3 == 0) {
        registry().prune(1 + turn);
      } else if (writer % 3 == 1) {
        registry().rollBack("by hand");
      } else {
        List<Version> versions = registry().newest().orElseThrow().versions();
        try {
          registry().promote(versions.get(0).number(), "by hand");
        } catch (VersionRefusedException e) {
          assertThat(e).hasMessageContaining("pruned it");
        }
      }
    }
  }

  /** That nobody has decided by a state that was not the newest. */
  static void assertChained(List<LogEntry> log) {
    Optional<Version> current = Optional.empty();
    Optional<Version> previous = Optional.empty();
    List<Version> versions = new ArrayList<>();
    for (LogEntry entry : log) {
      assertThat(entry.number()).isEqualTo(log.indexOf(entry) + 1);
      entry.version().ifPresent(versions::add);
      versions.removeAll(entry.pruned());
      boolean changed = entry.action() == Action.PROMOTED || entry.action() == Action.ROLLED_BACK;
      if (changed) {
        assertThat(entry.previous()).isEqualTo(current);
      } else {
        assertThat(entry.current()).isEqualTo(current);
        assertThat(entry.previous()).isEqualTo(previous);
      }
      assertThat(entry.versions()).isEqualTo(versions);
      current = entry.current();
      previous = entry.previous();
    }
  }

  /** That there is nothing but what the newest entry names. */
  private void assertClean() {
    assertThat(names("versions"))
        .containsExactlyElementsOf(
            registry().newest().orElseThrow().versions().stream()
                .map(version -> version.name() + ".srnn")
                .toList());
    assertThat(names("private")).isEmpty();
  }

  private URI path(String below) {
    return Storage.resolve(directory(), below);
  }

  private byte[] read(String below) {
    return storage().read(path(below), Storage.MAX_FILE_BYTES);
  }

  private List<String> names(String below) {
    return storage().list(path(below)).stream().map(FileEntry::name).toList();
  }
}
