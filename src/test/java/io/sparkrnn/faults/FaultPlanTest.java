package io.sparkrnn.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Plans by themselves: a step here is a word in a list, not a change of a disk. */
class FaultPlanTest {
  private final FaultPlan plan = FaultPlan.below(URI.create("file:///run"));
  private final List<String> done = new ArrayList<>();

  @Test
  void countsAndDoesNothingElse() throws IOException {
    assertThat(write("a")).isEqualTo("a");
    read("b");

    assertThat(done).containsExactly("write a", "list b");
    assertThat(plan.log()).containsExactly("write a", "list b");
    assertThat(plan.changes()).containsExactly("write a");
    assertThat(plan.hits()).isZero();
  }

  @Test
  void failsOnce() throws IOException {
    plan.fail(Point.before(2), Failure.IO_ERROR);
    write("a");

    assertThatThrownBy(() -> write("b"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Input/output error");
    write("c");
    assertThat(done).containsExactly("write a", "write c");
    assertThat(plan.log()).containsExactly("write a", "write b", "write c");
    assertThat(plan.hits()).isEqualTo(1);
  }

  @Test
  void failsFromAPointOn() throws IOException {
    plan.failFrom(Point.beforeChange(2), Failure.NO_SPACE);
    write("a");
    read("b");

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> write("c")).hasMessageContaining("No space left on device");
    }
    read("d");
    assertThat(done).containsExactly("write a", "list b", "list d");
  }

  @Test
  void losesAnAnswer() {
    plan.fail(Point.after(1), Failure.ACCESS_DENIED);

    assertThatThrownBy(() -> write("a")).isInstanceOf(AccessDeniedException.class);
    assertThat(done).containsExactly("write a");
  }

  @Test
  void haltsBeforeOrAfter() throws IOException {
    plan.halt(Point.before("write b"));
    plan.runUntilHalt(
        () -> {
          write("a");
          write("b");
        });
    assertThat(done).containsExactly("write a");
    assertThat(plan.isHalted()).isTrue();

    FaultPlan after = FaultPlan.below(URI.create("/run")).halt(Point.after("write b"));
    assertThatThrownBy(() -> step(after, OperationKind.WRITE, "b"))
        .isInstanceOf(SimulatedHalt.class)
        .hasMessage("halted at: write b");
    assertThat(done).containsExactly("write a", "write b");
  }

  @Test
  void aHaltThatNeverComesIsTold() {
    plan.halt(Point.before("write b"));

    assertThatThrownBy(() -> plan.runUntilHalt(() -> write("a")))
        .isInstanceOf(AssertionError.class)
        .hasMessage("expected a halt in /run, found the end of the run");
  }

  @Test
  void aFrozenGenerationStaysFrozenAndTheNextDoesNot() throws Exception {
    plan.halt(Point.before(2));
    ExecutorService[] ofOld = new ExecutorService[1];
    plan.run(
        () -> {
          ofOld[0] = Executors.newSingleThreadExecutor();
          ofOld[0].submit(() -> writeByThread("a")).get();
          assertThatThrownBy(() -> writeByThread("b")).isInstanceOf(SimulatedHalt.class);
        });
    FaultPlan next = FaultPlan.below(URI.create("/run"));
    next.run(
        () -> {
          writeByThread("c");
          Future<String> old = ofOld[0].submit(() -> writeByThread("d"));
          assertThatThrownBy(old::get)
              .isInstanceOf(ExecutionException.class)
              .cause()
              .isInstanceOf(SimulatedHalt.class);
        });
    ofOld[0].shutdownNow();

    assertThat(done).containsExactly("write a", "write c");
    assertThat(plan.log()).containsExactly("write a", "write b");
    assertThat(next.log()).containsExactly("write c");
    assertThatThrownBy(() -> plan.whileAlive(() -> "read")).isInstanceOf(SimulatedHalt.class);
  }

  @Test
  void aHaltWaitsForWhatIsUnderWay() throws Exception {
    Gate underWay = new Gate();
    plan.halt(Point.before("write b"));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<String> slow =
          threads.submit(
              () ->
                  plan.perform(
                      Operation.of(OperationKind.WRITE, "a"),
                      failure -> failure.local("a"),
                      () -> {
                        underWay.pass();
                        done.add("write a");
                        return "a";
                      }));
      underWay.awaitPaused(Duration.ofMinutes(1));
      Future<String> halting = threads.submit(() -> write("b"));
      while (plan.log().size() < 2) {
        Thread.onSpinWait();
      }
      assertThat(plan.isHalted()).isFalse();
      underWay.open();
      assertThat(slow.get()).isEqualTo("a");
      assertThatThrownBy(halting::get).cause().isInstanceOf(SimulatedHalt.class);
    } finally {
      threads.shutdownNow();
    }
    assertThat(done).containsExactly("write a");
  }

  @Test
  void pausesUntilReleased() throws Exception {
    plan.pause(Point.before("write b"));
    CompletableFuture<Void> zombie = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                write("b");
                zombie.complete(null);
              } catch (Throwable e) {
                zombie.completeExceptionally(e);
              }
            });
    thread.start();
    plan.awaitPaused();
    step(FaultPlan.below(URI.create("/run")), OperationKind.WRITE, "of the successor");
    assertThat(zombie).isNotDone();
    plan.release();

    assertThatCode(zombie::get).doesNotThrowAnyException();
    assertThat(done).containsExactly("write of the successor", "write b");
  }

  @Test
  void delaysAndThenDoesIt() throws IOException {
    plan.delay(Point.before(1), Duration.ofMillis(1));
    write("a");

    assertThat(plan.hits()).isEqualTo(1);
    assertThat(done).containsExactly("write a");
  }

  @Test
  void tellsLies() throws IOException {
    plan.lie(Lie.FORCES_DO_NOTHING).lie(Lie.FENCING_DOES_NOTHING);
    step(plan, OperationKind.FORCE, "a");
    move("attempts/1", "attempts/1.fenced");
    move("attempts/1", "attempts/2.fenced");
    move("attempts/1/1-a", "a");

    assertThat(done)
        .containsExactly("move attempts/1 -> attempts/2.fenced", "move attempts/1/1-a -> a");
    assertThat(plan.log()).contains("force a", "move attempts/1 -> attempts/1.fenced");
  }

  @Test
  void countsOccurrences() throws IOException {
    plan.fail(Point.before("write a").occurrence(2), Failure.IO_ERROR);
    write("a");
    write("b");

    assertThatThrownBy(() -> write("a")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Point.before(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesPathsBelowItsDirectoryOnly() {
    assertThat(plan.covers("file", "/run")).isTrue();
    assertThat(plan.covers("file", "/run/a")).isTrue();
    assertThat(plan.covers("file", "/running")).isFalse();
    assertThat(plan.covers("hdfs", "/run/a")).isFalse();
    assertThat(plan.name("/run")).isEqualTo(".");
    assertThat(plan.name("/run/a/b")).isEqualTo("a/b");
    assertThat(plan.name("/other/b")).isEqualTo("/other/b");
    assertThat(FaultPlan.below(URI.create("file:///")).name("/a")).isEqualTo("a");
  }

  @Test
  void crashPointsAreWhatTheirNamesSay() {
    Map<CrashPoint, String> examples =
        Map.ofEntries(
            Map.entry(CrashPoint.BEFORE_CLAIM, "createDirectory attempts/1.claim"),
            Map.entry(CrashPoint.AFTER_CLAIM, "move attempts/.1.claim.0a -> attempts/1.claim"),
            Map.entry(CrashPoint.CLAIMED_NOT_FENCED, "createDirectory attempts/12"),
            Map.entry(CrashPoint.BEFORE_FENCING, "move attempts/1 -> attempts/1.fenced"),
            Map.entry(CrashPoint.AFTER_FENCING, "move attempts/1 -> attempts/1.fenced"),
            Map.entry(CrashPoint.FENCED_WITHOUT_TRASH, "createDirectory attempts/2/trash"),
            Map.entry(CrashPoint.READY_TO_PUBLISH, "move attempts/2/.trash.0 -> attempts/2/trash"),
            Map.entry(CrashPoint.RUN_NAMED, "createLink attempts/1/1-run.json -> run.json"),
            Map.entry(
                CrashPoint.CONFIGURATION_PUBLISHED,
                "move attempts/1/2-spark-rnn.conf -> spark-rnn.conf"),
            Map.entry(
                CrashPoint.CHECKPOINT_CREATED, "create attempts/1/3-checkpoint-000000007.srnn"),
            Map.entry(
                CrashPoint.CHECKPOINT_WRITTEN_IN_PART,
                "write attempts/1/3-checkpoint-000000007.srnn"),
            Map.entry(
                CrashPoint.CHECKPOINT_WRITTEN_NOT_FORCED,
                "force attempts/1/3-checkpoint-000000007.srnn"),
            Map.entry(
                CrashPoint.CHECKPOINT_WRITTEN_NOT_PUBLISHED,
                "createLink attempts/1/3-checkpoint-000000007.srnn -> checkpoints/checkpoint-000000007.srnn"),
            Map.entry(
                CrashPoint.PUBLISHED_NOT_UNLINKED,
                "move attempts/1/3-checkpoint-000000007.srnn -> checkpoints/checkpoint-000000007.srnn"),
            Map.entry(CrashPoint.PUBLISHED_NOT_FORCED, "force checkpoints"),
            Map.entry(
                CrashPoint.PUBLISHED_NOT_RETAINED,
                "createLink checkpoints/checkpoint-000000007.srnn -> attempts/1/trash/4-checkpoint-000000007.srnn"),
            Map.entry(
                CrashPoint.RETIRED_NOT_DELETED,
                "move checkpoints/checkpoint-000000007.srnn -> attempts/1/trash/4-checkpoint-000000007.srnn"),
            Map.entry(
                CrashPoint.RETIRED_AND_DELETED,
                "delete attempts/1/trash/4-checkpoint-000000007.srnn"),
            Map.entry(
                CrashPoint.DAMAGED_NOT_SET_ASIDE,
                "createLink attempts/1/aside/1-checkpoint-000000007.srnn -> damaged/1-checkpoint-000000007.srnn"),
            Map.entry(
                CrashPoint.MODEL_PUBLISHED, "createLink attempts/1/5-model.srnn -> model.srnn"),
            Map.entry(
                CrashPoint.DL4J_MODEL_PUBLISHED,
                "createLink attempts/1/6-model-dl4j.zip -> model-dl4j.zip"),
            Map.entry(
                CrashPoint.RESULT_NUMBERED_NOT_COPIED,
                "createLink attempts/1/7-1.json -> results/1.json"),
            Map.entry(CrashPoint.RESULT_COPIED, "move attempts/1/8-result.json -> result.json"));

    assertThat(examples).containsOnlyKeys(CrashPoint.values());
    examples.forEach(
        (point, text) ->
            assertThat(point.point().description().matcher(text).matches())
                .as("%s at: %s", point, text)
                .isTrue());
  }

  private String write(String path) throws IOException {
    return step(plan, OperationKind.WRITE, path);
  }

  private void read(String path) throws IOException {
    step(plan, OperationKind.LIST, path);
  }

  private void move(String from, String to) throws IOException {
    step(plan, Operation.of(OperationKind.MOVE, from, to));
  }

  /** By the plan of the thread. */
  private String writeByThread(String path) throws IOException {
    return step(FaultPlan.current().orElseThrow(), OperationKind.WRITE, path);
  }

  private String step(FaultPlan by, OperationKind kind, String path) throws IOException {
    return step(by, Operation.of(kind, path));
  }

  private String step(FaultPlan by, Operation operation) throws IOException {
    return by.perform(
        operation,
        failure -> failure.local(operation.path()),
        () -> {
          done.add(operation.toString());
          return operation.path();
        });
  }
}
