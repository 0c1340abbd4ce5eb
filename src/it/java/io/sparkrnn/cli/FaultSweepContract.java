package io.sparkrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Proof;
import io.sparkrnn.checkpoint.FakeClock;
import io.sparkrnn.faults.Failure;
import io.sparkrnn.faults.FaultPlan;
import io.sparkrnn.faults.Lie;
import io.sparkrnn.faults.Operation;
import io.sparkrnn.faults.Point;
import io.sparkrnn.faults.Point.Counted;
import io.sparkrnn.faults.Point.Moment;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.FirstImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real {@code train}, loop and store, with something going wrong at every single operation on
 * its run directory; waiting takes no time. A sample of the operations, or with {@code
 * -Dproof=full} all of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FaultSweepContract {
  private static final Pattern RESUMED = Pattern.compile("Resuming from .*, round (\\d+)");

  /** Eight rounds with a checkpoint after each; retention leaves the last two and the best. */
  private static final String TRAINING =
      "train --engine local --kernels portable --hidden 3 --epochs 4 --minibatch-size 8"
          + " --workers 2 --averaging-frequency 1 --first-epoch-averaging-frequency 0"
          + " --validation 10 --evaluation-overlap-rounds 1 --checkpoint-every-rounds 1"
          + " --heartbeat-seconds 100000 --takeover-seconds 1";

  @TempDir private Path temp;
  private int runs;
  Undisturbed undisturbed;

  /** What the program does when nothing goes wrong. */
  record Undisturbed(Map<Long, String> parameters, List<Long> kept, List<Operation> operations) {
    int changes() {
      return Math.toIntExact(operations.stream().filter(o -> o.kind().isChange()).count());
    }
  }

  record Ended(int exitCode, String output, String errors) {
    /** The round that it went on from; -1 when from none. */
    long resumedRound() {
      return RESUMED
          .matcher(output)
          .results()
          .map((MatchResult line) -> Long.valueOf(line.group(1)))
          .findFirst()
          .orElse(-1L);
    }

    boolean foundNothing() {
      return exitCode == ExitCode.USAGE
          && errors.contains("expected an earlier run, found nothing");
    }

    boolean isComplete() {
      return output.contains("This run is complete");
    }
  }

  abstract Storage storage();

  /** A directory for run directories. */
  abstract URI directory();

  /** What the command needs beside the training's settings. */
  abstract List<String> settings(Path temp) throws Exception;

  /** Of the operations, one in so many is swept in a sample. */
  abstract int stride();

  @BeforeEach
  void runUndisturbed() throws Exception {
    if (undisturbed != null) {
      return;
    }
    URI all = newRun();
    Ended first = run(FaultPlan.below(all), all, "--keep=99");
    assertThat(first.exitCode()).as(first.errors()).isZero();
    Map<Long, String> parameters = new RunAudit(storage(), all, Map.of()).checkpoints();
    assertThat(parameters).containsOnlyKeys(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    URI run = newRun();
    FaultPlan counting = FaultPlan.below(run);
    Ended ended = run(counting, run);
    assertThat(ended.exitCode()).as(ended.errors()).isZero();
    RunAudit audit = new RunAudit(storage(), run, parameters);
    List<Long> kept = List.copyOf(audit.checkpoints().keySet());
    assertThat(kept).endsWith(7L, 8L).hasSizeBetween(2, 3);
    assertThat(audit.defectsAtTheEnd(kept)).isEmpty();
    undisturbed = new Undisturbed(parameters, kept, counting.operations());
  }

  @Test
  void haltedAtAnyChangeItResumesFromTheNewestCheckpoint() throws Exception {
    Sweep sweep = new Sweep("halt before and after a change");
    sweepHalts(sweep, undisturbed.changes(), run -> {});
    sweep.report();
  }

  @Test
  void haltedAtAnyChangeWhileItTakesOverItResumes() throws Exception {
    Sweep sweep = new Sweep("halt before and after a change of a driver that takes over");
    URI counted = newRun();
    haltInTheMiddle(counted);
    FaultPlan counting = FaultPlan.below(counted);
    run(counting, counted, "--resume");
    sweepHalts(sweep, counting.changes().size(), this::haltInTheMiddle, "--resume");
    sweep.report();
  }

  /** What was done to a run directory before. */
  private interface Preparation {
    void of(URI run) throws Exception;
  }

  private void sweepHalts(Sweep sweep, int changes, Preparation preparation, String... more)
      throws Exception {
    for (Moment moment : Moment.values()) {
      for (int number : swept(changes)) {
        URI run = newRun();
        preparation.of(run);
        FaultPlan plan = FaultPlan.below(run).halt(changeAt(moment, number));
        run(plan, run, more);
        assertThat(plan.isHalted()).as("halted at change %d", number).isTrue();
        sweep.judge(moment + " " + last(plan), resumeAndAudit(run));
      }
    }
  }

  @Test
  void haltedWhileItSetsADamagedCheckpointAsideItKeepsIt() throws Exception {
    Sweep sweep = new Sweep("halt before and after a change of a driver that finds damage");
    URI counted = newRun();
    haltWithDamage(counted);
    FaultPlan counting = FaultPlan.below(counted);
    run(counting, counted, "--resume");
    // Whatever follows the next checkpoint has nothing to do with the damage.
    int changes =
        (int)
            counting.changes().stream()
                .takeWhile(change -> !change.contains("checkpoint-000000004.srnn -> checkpoints"))
                .count();
    for (Moment moment : Moment.values()) {
      for (int number : swept(changes)) {
        URI run = newRun();
        haltWithDamage(run);
        FaultPlan plan = FaultPlan.below(run).halt(changeAt(moment, number));
        run(plan, run, "--resume");
        assertThat(plan.isHalted()).isTrue();
        Ended resumed = run(FaultPlan.below(run), run, "--resume");
        List<String> defects = defectsOfResume(audit(run), 3, resumed);
        if (!audit(run).damaged().equals(List.of("1-checkpoint-000000004.srnn"))) {
          defects.add("expected the damaged one set aside, found " + audit(run).damaged());
        }
        sweep.judge(moment + " " + last(plan), defects);
      }
    }
    sweep.report();
  }

  private void haltWithDamage(URI run) throws Exception {
    haltInTheMiddle(run);
    URI newest = Storage.resolve(run, "checkpoints/checkpoint-000000004.srnn");
    byte[] bytes = storage().read(newest, 1 << 24);
    bytes[bytes.length / 2] ^= 1;
    storage().overwrite(newest, bytes);
  }

  @Test
  void anOperationThatFailsOnceOrLosesItsAnswerEndsWellOrWithATypedError() throws Exception {
    Sweep sweep = new Sweep("fail once");
    for (Moment moment : Moment.values()) {
      for (int number : swept(undisturbed.operations().size())) {
        Failure failure = Failure.values()[number % Failure.values().length];
        URI run = newRun();
        FaultPlan plan =
            FaultPlan.below(run).fail(Point.numbered(moment, Counted.ALL, number), failure);
        sweep.judgeEnd(
            "%s %s %s".formatted(failure, moment, last(plan)), run, run(plan, run), plan);
      }
    }
    sweep.report();
  }

  @Test
  void whenAllOperationsFailFromOneOnItEndsWithATypedError() throws Exception {
    Sweep sweep = new Sweep("fail from an operation on");
    for (int number : swept(undisturbed.operations().size())) {
      Failure failure = Failure.values()[number % Failure.values().length];
      URI run = newRun();
      FaultPlan plan = FaultPlan.below(run).failFrom(Point.before(number), failure);
      sweep.judgeEnd(failure + " from operation " + number, run, run(plan, run), plan);
    }
    sweep.report();
  }

  @Test
  void aDriverThatIsPausedAtAnyChangeAndTakenOverChangesNothing() throws Exception {
    Sweep sweep = new Sweep("paused before a change, taken over, woken");
    for (int number : swept(undisturbed.changes())) {
      URI run = newRun();
      sweep.judge("paused at change " + number, zombieDefects(FaultPlan.below(run), number, run));
    }
    sweep.report();
  }

  @Test
  void thePausedDriverOnAFileSystemThatDoesNotFenceIsNoticed() throws Exception {
    List<String> defects = new ArrayList<>();
    // From the middle on, where it publishes.
    for (int number = undisturbed.changes() / 2;
        number <= undisturbed.changes() && defects.isEmpty();
        number++) {
      URI run = newRun();
      FaultPlan zombie = FaultPlan.below(run);
      FaultPlan successor = FaultPlan.below(run).lie(Lie.FENCING_DOES_NOTHING);
      defects.addAll(zombieDefects(zombie, successor, number, run));
    }
    assertThat(defects).isNotEmpty();
  }

  @Test
  void aLostCheckpointIsNoticed() throws Exception {
    URI run = newRun();
    haltInTheMiddle(run);
    RunAudit audit = audit(run);
    long newest = audit.checkpoints().lastKey();
    storage().delete(Storage.resolve(run, "checkpoints/checkpoint-%09d.srnn".formatted(newest)));
    Ended resumed = run(FaultPlan.below(run), run, "--resume");

    assertThat(defectsOfResume(audit, newest, resumed)).isNotEmpty();
  }

  /**
   * A directory in memory where the system has one: the instruments know what was forced to disk,
   * and real disks would only make them slow.
   */
  static Path inMemory(Path otherwise) throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory) ? Files.createTempDirectory(memory, "spark-rnn") : otherwise;
  }

  private List<String> zombieDefects(FaultPlan plan, int number, URI run) throws Exception {
    return zombieDefects(plan, FaultPlan.below(run), number, run);
  }

  private List<String> zombieDefects(
      FaultPlan zombiePlan, FaultPlan successorPlan, int number, URI run) throws Exception {
    zombiePlan.pause(changeAt(Moment.BEFORE, number));
    CompletableFuture<Ended> zombie =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return run(zombiePlan, run);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    zombiePlan.awaitPaused();
    RunAudit audit = audit(run);
    // The successor keeps them all, so that it would miss one that the zombie deletes.
    TreeSet<Long> kept = new TreeSet<>(audit.checkpoints().keySet());
    for (long round = kept.isEmpty() ? 1 : kept.last() + 1; round <= 8; round++) {
      kept.add(round);
    }
    Ended successor = run(successorPlan, run, "--resume", "--keep=99");
    if (successor.foundNothing()) {
      successor = run(successorPlan, run, "--keep=99");
    }
    List<String> defects = new ArrayList<>();
    List<String> before;
    try {
      if (successor.exitCode() != 0) {
        defects.add("the successor ended with " + successor);
      } else if (!successor.isComplete()) {
        defects.addAll(audit.defectsAtTheEnd(List.copyOf(kept)));
      }
      before = audit.tree();
    } finally {
      zombiePlan.release();
    }
    Ended woken = zombie.get(1, TimeUnit.MINUTES);
    // Paused when all was done but its own cleaning up, it has rightly ended well.
    if (woken.exitCode() != ExitCode.BUSY && !successor.isComplete()) {
      defects.add("the zombie ended with " + woken);
    }
    if (!audit.tree().equals(before)) {
      defects.add("the zombie changed %s into %s".formatted(before, audit.tree()));
    }
    return defects;
  }

  /** At a moment with checkpoints before and rounds after it. */
  private void haltInTheMiddle(URI run) throws Exception {
    FaultPlan plan =
        FaultPlan.below(run).halt(Point.before(".* -> checkpoints/checkpoint-000000005\\.srnn"));
    run(plan, run);
    assertThat(plan.isHalted()).isTrue();
  }

  final List<String> resumeAndAudit(URI run) throws Exception {
    RunAudit audit = audit(run);
    List<String> defects = new ArrayList<>(audit.defects());
    TreeMap<Long, String> before = audit.checkpoints();
    Ended resumed = run(FaultPlan.below(run), run, "--resume");
    if (resumed.foundNothing()) {
      resumed = run(FaultPlan.below(run), run);
    }
    defects.addAll(defectsOfResume(audit, before.isEmpty() ? -1 : before.lastKey(), resumed));
    if (!audit.damaged().isEmpty()) {
      defects.add("expected nothing damaged, found " + audit.damaged());
    }
    return defects;
  }

  private List<String> defectsOfResume(RunAudit audit, long newestBefore, Ended resumed) {
    List<String> defects = new ArrayList<>();
    if (resumed.exitCode() != 0) {
      defects.add("resumed, it ended with " + resumed);
      return defects;
    }
    if (!resumed.isComplete() && resumed.resumedRound() != newestBefore) {
      defects.add(
          "expected to resume from round %d, found %d"
              .formatted(newestBefore, resumed.resumedRound()));
    }
    defects.addAll(audit.defectsAtTheEnd(undisturbed.kept()));
    return defects;
  }

  final RunAudit audit(URI run) {
    return new RunAudit(storage(), run, undisturbed.parameters());
  }

  final URI newRun() {
    return Storage.resolve(directory(), "run-" + ++runs);
  }

  final Ended run(FaultPlan plan, URI run, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(Arrays.asList(TRAINING.split(" ")));
    arguments.addAll(List.of("--data", FirstImages.in(temp, 41).toString()));
    arguments.addAll(List.of("--run-dir", run.toString()));
    arguments.addAll(settings(temp));
    arguments.addAll(Arrays.asList(more));
    if (!arguments.contains("--keep=99")) {
      arguments.add("--keep=2");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        plan.call(
            () ->
                Main.run(
                    new PrintStream(out, true, UTF_8),
                    new PrintStream(err, true, UTF_8),
                    new FakeClock(),
                    arguments.toArray(String[]::new)));
    return new Ended(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }

  static Point changeAt(Moment moment, int number) {
    return Point.numbered(moment, Counted.CHANGES, number);
  }

  private static Operation last(FaultPlan plan) {
    List<Operation> operations = plan.operations();
    return operations.isEmpty() ? null : operations.get(operations.size() - 1);
  }

  final List<Integer> swept(int count) {
    List<Integer> numbers = new ArrayList<>();
    for (int number = 1; number <= count; number += Proof.times(1, stride())) {
      numbers.add(number);
    }
    return numbers;
  }

  /** Counts what has been tried, and says what was wrong with it. */
  final class Sweep {
    private final String what;
    private final List<String> defects = new ArrayList<>();
    private int tried;
    private int endedWell;

    Sweep(String what) {
      this.what = what;
    }

    void judge(String which, List<String> found) {
      tried++;
      found.forEach(defect -> defects.add(which + ": " + defect));
    }

    /** After a fault that the program may survive. */
    void judgeEnd(String which, URI run, Ended ended, FaultPlan plan) throws Exception {
      assertThat(plan.hits()).as(which).isPositive();
      List<String> found = new ArrayList<>(audit(run).defects());
      if (ended.exitCode() == 0) {
        endedWell++;
      } else if (ended.exitCode() != ExitCode.STORAGE
          || !ended.errors().startsWith("spark-rnn: Cannot ")
          || ended.errors().lines().count() != 1) {
        found.add("expected success or one sentence and 74, found " + ended);
      }
      found.addAll(resumeAndAudit(run));
      judge(which, found);
    }

    void report() {
      System.out.printf(
          "%s, %s: %d points, %d of them survived at once, %d defects%n",
          FaultSweepContract.this.getClass().getSimpleName(),
          what,
          tried,
          endedWell,
          defects.size());
      assertThat(defects).isEmpty();
    }
  }
}
