package io.sparkrnn.registry;

import static io.sparkrnn.registry.Models.always;
import static io.sparkrnn.registry.Models.candidate;
import static io.sparkrnn.registry.Models.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Proof;
import io.sparkrnn.checkpoint.FakeClock;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.faults.Failure;
import io.sparkrnn.faults.FaultFileSystem;
import io.sparkrnn.faults.FaultPlan;
import io.sparkrnn.faults.Point;
import io.sparkrnn.faults.SimulatedHalt;
import io.sparkrnn.faults.UnsyncedChanges;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A registry whose user is killed, or whose disk fails, at every one of its steps. */
@Tag("faults")
class RegistryFaultsTest {
  private static final int NEVER_SO_MANY = 500;

  /** From one operation that fails to the next. */
  private static final int STRIDE = Proof.times(1, 3);

  @TempDir private Path temp;

  private final Storage storage = Storage.of(Map.of());
  private Path directory;

  /**
   * What is done to a registry with versions 1 (pruned by PRUNE), 2, 3 and 4, of which 3 is
   * current.
   */
  enum Step {
    PROMOTE(registry -> registry.submit(candidate(5), always(Action.PROMOTED))),
    KEEP(registry -> registry.submit(candidate(5), always(Action.KEPT))),
    PROMOTE_BY_HAND(registry -> registry.promote(4, "by hand")),
    ROLL_BACK(registry -> registry.rollBack("by hand")),
    PRUNE(registry -> registry.prune(1));

    @SuppressWarnings("ImmutableEnumChecker") // it has no state
    private final Consumer<ModelRegistry> change;

    Step(Consumer<ModelRegistry> change) {
      this.change = change;
    }

    /** Whether doing it twice is doing it once. */
    boolean isIdempotent() {
      return this != ROLL_BACK;
    }
  }

  private ModelRegistry registry() {
    return new ModelRegistry(
        storage,
        Locations.uri(directory.toString()),
        new Retry(Duration.ofSeconds(30), () -> false, new FakeClock()),
        Clock.systemUTC());
  }

  private void prepare(String name) throws IOException {
    directory = Files.createDirectories(temp.resolve(name)).resolve("registry");
    registry().submit(candidate(1), always(Action.PROMOTED));
    registry().submit(candidate(2), always(Action.PROMOTED));
    registry().submit(candidate(3), always(Action.PROMOTED));
    registry().submit(candidate(4), always(Action.KEPT));
  }

  @ParameterizedTest
  @EnumSource
  void aKillBeforeAnyOperationLosesNothing(Step step) throws IOException {
    sweepKills(step, Point.Moment.BEFORE);
  }

  @ParameterizedTest
  @EnumSource
  void aKillAfterAnyOperationLosesNothing(Step step) throws IOException {
    sweepKills(step, Point.Moment.AFTER);
  }

  private void sweepKills(Step step, Point.Moment moment) throws IOException {
    int commits = 0;
    for (int n = 1; n < NEVER_SO_MANY; n += STRIDE) {
      prepare("%s-%s-%d".formatted(step, moment, n));
      FaultPlan plan =
          FaultPlan.below(directory).halt(Point.numbered(moment, Point.Counted.ALL, n));
      try {
        plan.run(() -> step.change.accept(registry()));
      } catch (SimulatedHalt e) {
        // As planned.
      }
      String at = step + " halted " + moment + " operation " + n + " of " + plan.log();

      assertCurrentLoads(at);
      int entries = registry().log().size();
      assertThat(entries).as(at).isBetween(4, 5);
      commits += entries - 4;
      if (step.isIdempotent() || entries == 4) {
        step.change.accept(registry());
      }
      assertThat(registry().log()).as(at).hasSize(5);
      registry().submit(candidate(6), always(Action.KEPT));
      assertWhole(at);
      if (!plan.isHalted()) {
        assertThat(n).isGreaterThan(20);
        assertThat(commits).as("both sides of the commit were hit").isBetween(1, n / STRIDE);
        return;
      }
    }
    throw new AssertionError("expected an end of " + step);
  }

  /** Once, so that the next try succeeds: the same entry must not be there twice. */
  @ParameterizedTest
  @EnumSource
  void aFailureAtAnyOperationIsTriedAgain(Step step) throws IOException {
    sweepFailures(step, Point.Moment.BEFORE);
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerThatIsLostIsFoundAgain(Step step) throws IOException {
    sweepFailures(step, Point.Moment.AFTER);
  }

  private void sweepFailures(Step step, Point.Moment moment) throws IOException {
    for (int n = 1; n < NEVER_SO_MANY; n += STRIDE) {
      prepare("%s-%s-%d".formatted(step, moment, n));
      FaultPlan plan =
          FaultPlan.below(directory)
              .fail(Point.numbered(moment, Point.Counted.ALL, n), Failure.IO_ERROR);
      plan.run(() -> step.change.accept(registry()));
      String at = step + " failed " + moment + " operation " + n + " of " + plan.log();

      assertThat(registry().log()).as(at).hasSize(5);
      assertCurrentLoads(at);
      registry().submit(candidate(6), always(Action.KEPT));
      assertWhole(at);
      if (plan.hits() == 0) {
        assertThat(n).isGreaterThan(20);
        return;
      }
    }
    throw new AssertionError("expected an end of " + step);
  }

  /** The step is done, its answer is lost, and its outcome cannot be looked at. */
  @ParameterizedTest
  @EnumSource
  void aCommitWhoseOutcomeCannotBeToldIsFoundAgain(Step step) throws IOException {
    for (String published : List.of("log/000000005.json", "versions/000000005-run-5.srnn")) {
      prepare(step + "-" + published.replace('/', '-'));
      FaultPlan plan =
          FaultPlan.below(directory)
              .fail(Point.after("createLink private/.* -> " + published), Failure.IO_ERROR)
              .fail(Point.before("readAttributes " + published), Failure.IO_ERROR);
      plan.run(() -> step.change.accept(registry()));

      boolean uploads = step == Step.PROMOTE || step == Step.KEEP;
      assertThat(plan.hits()).isEqualTo(uploads || published.startsWith("log") ? 2 : 0);
      assertThat(registry().log()).hasSize(5);
      registry().submit(candidate(6), always(Action.KEPT));
      assertWhole(published);
    }
  }

  /** In the worst case deletions survive, and whatever else was not forced does not. */
  @Test
  void aLossOfPowerBringsNoStateBackWhoseVersionsAreGone() throws IOException {
    for (int n = 1; n < NEVER_SO_MANY; n++) {
      Path top = Files.createDirectory(temp.resolve("power-" + n));
      Path shadow = Files.createDirectory(temp.resolve("power-" + n + ".shadow"));
      try (UnsyncedChanges disk = FaultFileSystem.ofThisJvm().keepUnsynced(top, shadow)) {
        prepare("power-" + n);
        FaultPlan plan = FaultPlan.below(directory).halt(Point.afterChange(n));
        try {
          plan.run(() -> registry().prune(1));
        } catch (SimulatedHalt e) {
          // The next one finishes what this one began.
        }
        registry().prune(1);
        disk.powerLoss(change -> change.startsWith("delete"));

        assertThat(registry().newest().orElseThrow().versions())
            .as("halted after change %d of %s", n, plan.changes())
            .isNotEmpty()
            .allSatisfy(version -> registry().version(version.number()));
        if (!plan.isHalted()) {
          return;
        }
      }
    }
  }

  private void assertCurrentLoads(String at) {
    RegisteredModel current = registry().current().orElseThrow();
    int run = Integer.parseInt(current.version().runId().substring("run-".length()));
    assertThat(current.model().computesAs(model(run))).as(at).isTrue();
  }

  /** Entries follow from each other, and there is nothing but what the newest one names. */
  private void assertWhole(String at) {
    ModelRegistryContract.assertChained(registry().log());
    List<Version> versions = registry().newest().orElseThrow().versions();
    assertThat(versions).allSatisfy(version -> registry().version(version.number()));
    assertThat(names("versions"))
        .as(at)
        .containsExactlyElementsOf(
            versions.stream().map(version -> version.name() + ".srnn").toList());
    assertThat(names("private")).as(at).isEmpty();
  }

  private List<String> names(String below) {
    URI parent = Storage.resolve(Locations.uri(directory.toString()), below);
    return storage.list(parent).stream().map(FileEntry::name).toList();
  }
}
