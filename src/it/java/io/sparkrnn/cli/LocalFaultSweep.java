package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.faults.Failure;
import io.sparkrnn.faults.FaultFileSystem;
import io.sparkrnn.faults.FaultPlan;
import io.sparkrnn.faults.Lie;
import io.sparkrnn.faults.Operation;
import io.sparkrnn.faults.OperationKind;
import io.sparkrnn.faults.Point;
import io.sparkrnn.faults.Point.Counted;
import io.sparkrnn.faults.Point.Moment;
import io.sparkrnn.faults.UnsyncedChanges;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On local disks; runs in a JVM whose default file system is the instrument's. */
class LocalFaultSweep extends FaultSweepContract {
  private static final long SEED = 20261125;

  @TempDir private Path runs;
  @TempDir private Path shadows;

  @Override
  Storage storage() {
    return Storage.of(Map.of());
  }

  @Override
  URI directory() {
    return Locations.uri(runs.toString());
  }

  @Override
  List<String> settings(Path temp) {
    return List.of();
  }

  @Override
  int stride() {
    return 89;
  }

  @Test
  void whenPowerIsLostAtAnyChangeNothingCommittedIsLost() throws Exception {
    Random luck = new Random(SEED);
    Sweep sweep = new Sweep("power lost before and after a change");
    for (Moment moment : Moment.values()) {
      for (int number : swept(undisturbed.changes())) {
        // What was not forced survives never, or as luck has it.
        for (double survival : new double[] {0, 0.5}) {
          URI run = Storage.resolve(newRun(), "run");
          FaultPlan plan = FaultPlan.below(run).halt(changeAt(moment, number));
          List<String> defects = losePower(plan, run, luck, survival);
          defects.addAll(resumeAndAudit(run));
          // What a driver deleted before it ended may be back, and is in nobody's way.
          defects.removeIf(defect -> defect.matches("\\d+\\.released: expected .*"));
          sweep.judge("%s change %d, survival %s".formatted(moment, number, survival), defects);
        }
      }
    }
    sweep.report();
  }

  @Test
  void whenPowerIsLostAfterAnOperationFailedARunThatEndedWellIsWhole() throws Exception {
    Sweep sweep = new Sweep("fail once, then power lost");
    for (Moment moment : Moment.values()) {
      for (int number : swept(undisturbed.operations().size())) {
        URI run = Storage.resolve(newRun(), "run");
        FaultPlan plan =
            FaultPlan.below(run)
                .fail(Point.numbered(moment, Counted.ALL, number), Failure.IO_ERROR);
        Path directory = Files.createDirectories(Path.of(run).getParent());
        Ended ended;
        try (UnsyncedChanges unsynced =
            FaultFileSystem.ofThisJvm()
                .keepUnsynced(directory, Files.createTempDirectory(shadows, "shadow"))) {
          ended = run(plan, run);
          unsynced.powerLoss();
        }
        sweep.judge(
            "%s operation %d".formatted(moment, number),
            ended.exitCode() == 0
                ? audit(run).outcomeDefects(undisturbed.kept())
                // What was deleted of its own, and not forced, may be back for good.
                : resumeAndAudit(run).stream()
                    .filter(defect -> !defect.startsWith("1.released: "))
                    .toList());
      }
    }
    sweep.report();
  }

  @Test
  void aDiskThatDoesNotForceIsNoticed() throws Exception {
    List<String> defects = new ArrayList<>();
    for (int number = 1; number <= undisturbed.changes() && defects.isEmpty(); number++) {
      URI run = Storage.resolve(newRun(), "run");
      FaultPlan plan =
          FaultPlan.below(run).lie(Lie.FORCES_DO_NOTHING).halt(changeAt(Moment.BEFORE, number));
      defects.addAll(losePower(plan, run, new Random(SEED), 0));
    }
    assertThat(defects).isNotEmpty();
  }

  /** What was committed before and is not there afterwards. */
  private List<String> losePower(FaultPlan plan, URI run, Random luck, double survival)
      throws Exception {
    Path directory = Files.createDirectories(Path.of(run).getParent());
    try (UnsyncedChanges unsynced =
        FaultFileSystem.ofThisJvm()
            .keepUnsynced(directory, Files.createTempDirectory(shadows, "shadow"))) {
      run(plan, run);
      assertThat(plan.isHalted()).isTrue();
      Map<String, Boolean> survives = new HashMap<>();
      unsynced.powerLoss(
          change -> survives.computeIfAbsent(change, key -> luck.nextDouble() < survival));
    }
    long committed = newestCommitted(plan.operations());
    long found = audit(run).checkpoints().isEmpty() ? -1 : audit(run).checkpoints().lastKey();
    List<String> defects = new ArrayList<>();
    if (found < committed) {
      defects.add("committed up to round %d, found round %d".formatted(committed, found));
    }
    return defects;
  }

  /** The private name is deleted when all that makes a commit durable has returned. */
  private static long newestCommitted(List<Operation> operations) {
    return operations.stream()
        .filter(operation -> operation.kind() == OperationKind.DELETE)
        .map(Operation::path)
        .filter(path -> path.matches("attempts/\\d+/\\d+-checkpoint-\\d{9}\\.srnn"))
        .mapToLong(path -> Long.parseLong(path.replaceAll(".*-(\\d{9})\\.srnn", "$1")))
        .max()
        .orElse(-1);
  }
}
