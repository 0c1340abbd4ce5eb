package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Proof;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver that was paused for so long that another took over changes nothing when it wakes. */
class ZombieIT {
  private static final long SEED = 20261126;
  private static final Duration BEGINNING = Duration.ofMillis(200);

  @TempDir private static Path temp;
  private static ShortTraining training;

  @BeforeAll
  static void runOnce() throws Exception {
    training = ShortTraining.ofManyCheckpoints(temp);
  }

  /**
   * What became of a paused driver.
   *
   * @param complete whether its final result was there already
   */
  private record Awakening(boolean complete, int exitCode, List<String> changes) {}

  @Test
  void aDriverThatWasTakenOverChangesNothing() throws Exception {
    int wanted = Proof.times(50, 1);
    Random random = new Random(SEED);
    List<String> problems = new ArrayList<>();
    int awakenings = 0;
    int tooLate = 0;
    while (awakenings < wanted) {
      RunState run = new RunState(temp.resolve("run-%d-%d".formatted(awakenings, tooLate)));
      Moment moment = Moment.random(random, 0, training.lastRound(), BEGINNING);
      try (Driver zombie = start(run)) {
        if (!moment.await(zombie, run)) {
          tooLate++;
          continue;
        }
        Awakening awakening = takeOver(zombie, run, () -> true);
        if (awakening.complete()) {
          // It may have had nothing left to do, but to end.
          tooLate++;
        } else {
          awakenings++;
        }
        if (awakening.exitCode() != 75 && !(awakening.complete() && awakening.exitCode() == 0)) {
          problems.add(
              "%s: exit code %d: %s".formatted(moment, awakening.exitCode(), zombie.output()));
        }
        awakening.changes().forEach(change -> problems.add(moment + ": " + change));
        problems.addAll(run.problemsAfterEnd(training.parametersSha256()));
      }
    }
    System.out.printf(
        "SIGSTOP: %d drivers taken over and woken, %d others had their result already, seed %d, problems %s%n",
        awakenings, tooLate, SEED, problems);
    assertThat(problems).isEmpty();
  }

  /** A driver that has claimed. */
  private static Driver start(RunState run) throws Exception {
    Path directory = run.directory();
    Driver driver =
        training.start(
            directory, directory.getFileName() + "-zombie", ShortTraining.LITTLE_PATIENCE);
    driver.await("its claim", () -> Files.exists(directory.resolve("attempts/1/heartbeat")));
    return driver;
  }

  /**
   * Pauses a driver, lets another take over and come to the end, and wakes the first.
   *
   * @param meanwhile happens before it is woken
   */
  private static Awakening takeOver(Driver zombie, RunState run, Callable<Boolean> meanwhile)
      throws Exception {
    zombie.pause();
    boolean complete = run.complete();
    List<String> arguments = new ArrayList<>(ShortTraining.LITTLE_PATIENCE);
    arguments.add("--resume");
    String output = run.directory().getFileName() + "-successor";
    try (Driver successor = training.start(run.directory(), output, arguments)) {
      assertThat(successor.awaitExit()).as(successor.output()).isZero();
    }
    Snapshot before = Snapshot.of(run.directory());
    meanwhile.call();
    zombie.wake();
    int exitCode = zombie.awaitExit();
    return new Awakening(complete, exitCode, Snapshot.of(run.directory()).changesSince(before));
  }

  @Test
  void theCheckFindsAFileThatWasOnlyTouched() throws Exception {
    RunState run = new RunState(temp.resolve("touched"));
    Path model = run.directory().resolve("model.srnn");
    try (Driver zombie = start(run)) {
      Awakening awakening =
          takeOver(
              zombie, run, () -> Files.setLastModifiedTime(model, FileTime.fromMillis(0)) != null);

      assertThat(awakening.exitCode()).isEqualTo(75);
      assertThat(awakening.changes()).singleElement().asString().startsWith("changed: " + model);
    }
  }
}
