package io.sparkrnn.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.faults.Failure;
import io.sparkrnn.faults.FaultFileSystem;
import io.sparkrnn.faults.FaultPlan;
import io.sparkrnn.faults.Point;
import io.sparkrnn.faults.SimulatedHalt;
import io.sparkrnn.faults.UnsyncedChanges;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is committed outlives a loss of power, whatever else went wrong. */
@Tag("faults")
class DurabilityTest {
  private static final byte[] BYTES = "three".getBytes(UTF_8);
  private static final Map<String, byte[]> STATE = Map.of("state", BYTES);

  /** A checkpoint has its public name, and its private one still. */
  private static final Point LINKED = Point.after("createLink .* -> checkpoints/.*");

  @TempDir private Path temp;
  private final Storage storage = Storage.of(Map.of());
  private Path top;
  private Path run;
  private UnsyncedChanges disk;

  @BeforeEach
  void keepUnsynced() throws IOException {
    disk = trial("top");
  }

  private UnsyncedChanges trial(String name) throws IOException {
    top = Files.createDirectory(temp.resolve(name));
    run = top.resolve("run");
    Path shadow = Files.createDirectory(temp.resolve(name + ".shadow"));
    return FaultFileSystem.ofThisJvm().keepUnsynced(top, shadow);
  }

  @AfterEach
  void stop() {
    disk.close();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("a link that lost its answer", LINKED),
        Arguments.of(
            "a private name that cannot be removed",
            Point.before("delete attempts/1/1-checkpoint.*")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aCommitIsDurableIn(String what, Point point) {
    CheckpointStore store = claimed();
    FaultPlan.below(run).fail(point, Failure.IO_ERROR).run(() -> save(store));
    disk.powerLoss();
    assertThat(store().latest()).isPresent();
  }

  @Test
  void aRunDirectoryThatAKilledDriverMadeIsMadeDurable() {
    FaultPlan.below(top).halt(Point.after("createDirectory run")).runUntilHalt(this::claimed);
    save(claimed());
    disk.powerLoss();
    assertThat(store().latest()).isPresent();
  }

  @Test
  void whatAKilledDriverPublishedIsMadeDurableBeforeItCounts() {
    CheckpointStore store = claimed();
    FaultPlan.below(run).halt(LINKED).runUntilHalt(() -> save(store));
    save(claimed());
    disk.powerLoss();
    assertThat(store().latest()).isPresent();
  }

  @Test
  void aDamagedCheckpointIsSomewhereAtAnyTime() throws IOException {
    List<String> lost = new ArrayList<>();
    for (int n = 1; n < 100; n++) {
      disk.close();
      disk = trial("damaged-" + n);
      CheckpointStore store = claimed();
      URI good = store.save(1, STATE, OptionalDouble.empty()).location();
      URI bad = store.save(2, STATE, OptionalDouble.empty()).location();
      // Damage: replace through a tracked path, forced.
      storage.delete(bad);
      storage.writePrivate(bad, BYTES);
      force(run.resolve("checkpoints"));
      CheckpointStore next = claimed();
      FaultPlan plan = FaultPlan.below(run).halt(Point.afterChange(n));
      try {
        plan.run(next::latest);
      } catch (SimulatedHalt e) {
        // expected
      }
      if (!plan.isHalted()) {
        break;
      }
      List<String> unsynced = disk.unsynced();
      // The worst case: deletes survive, links do not.
      disk.powerLoss(change -> change.startsWith("delete"));
      try (Stream<Path> files = Files.walk(run)) {
        if (files.noneMatch(f -> f.getFileName().toString().contains("checkpoint-000000002"))) {
          lost.add(n + ": " + plan.changes() + " unsynced " + unsynced);
        }
      }
      assertThat(Files.exists(Path.of(good))).isTrue();
    }
    assertThat(lost).isEmpty();
  }

  @Test
  void aRenameThatCannotLookSaysSo() {
    storage.createDirectories(at("attempts/1"));
    FaultPlan plan =
        FaultPlan.below(run)
            .fail(Point.before("readAttributes attempts/1").occurrence(2), Failure.IO_ERROR);
    plan.run(
        () ->
            assertThatThrownBy(() -> storage.rename(at("attempts/1"), at("attempts/1.fenced")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Input/output error"));
  }

  @Test
  void aDeleteThatCannotLookSaysSo() {
    storage.createDirectories(at("attempts/1"));
    FaultPlan plan =
        FaultPlan.below(run).fail(Point.before("readAttributes attempts/1"), Failure.IO_ERROR);
    plan.run(
        () ->
            assertThatThrownBy(() -> storage.delete(at("attempts/1")))
                .isInstanceOf(StorageException.class));
  }

  private static void force(Path directory) throws IOException {
    try (var channel = java.nio.channels.FileChannel.open(directory)) {
      channel.force(true);
    }
  }

  private static void save(CheckpointStore store) {
    store.save(1, STATE, OptionalDouble.empty());
  }

  private CheckpointStore claimed() {
    CheckpointStore store = store();
    store.claimAttempt(
        store.awaitVacancy(
            new Ownership(
                new Owner("host", 1, Optional.empty()),
                Duration.ofHours(1),
                Duration.ofHours(1),
                new FakeClock()),
            waiting -> {}));
    return store;
  }

  private CheckpointStore store() {
    return CheckpointStore.open(storage, Locations.uri(run.toString()), "r", 2, Retry.NEVER);
  }

  private URI at(String name) {
    return Storage.resolve(Locations.uri(run.toString()), name);
  }
}
