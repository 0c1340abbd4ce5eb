package io.sparkrnn.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  private String write(String path) throws IOException {
    return step(plan, OperationKind.WRITE, path);
  }

  private void read(String path) throws IOException {
    step(plan, OperationKind.LIST, path);
  }

  /** By the plan of the thread. */
  private String writeByThread(String path) throws IOException {
    return step(FaultPlan.current().orElseThrow(), OperationKind.WRITE, path);
  }

  private String step(FaultPlan by, OperationKind kind, String path) throws IOException {
    Operation operation = Operation.of(kind, path);
    return by.perform(
        operation,
        failure -> failure.local(operation.path()),
        () -> {
          done.add(operation.toString());
          return operation.path();
        });
  }
}
