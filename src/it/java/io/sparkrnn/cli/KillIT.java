package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.FullProof;
import io.sparkrnn.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL at any moment loses no committed checkpoint and changes no bit of the result. */
class KillIT {
  private static final long SEED = 20261125;

  @TempDir private static Path temp;
  private static ShortTraining training;

  @BeforeAll
  static void runOnce() throws Exception {
    training = ShortTraining.ofManyCheckpoints(temp);
  }

  /** How drivers are started. */
  private interface Start {
    Driver start(Path run, String output, List<String> more) throws IOException;
  }

  @Test
  void noCommittedCheckpointIsLost() throws Exception {
    killUntil(training, Proof.times(200, 4), "local", training::start, training.length());
  }

  /** Eight workers, one updater: what muon remembers is in the checkpoints. */
  @Test
  void noCommittedCheckpointOfAveragedGradientsIsLost() throws Exception {
    ShortTraining gradients =
        ShortTraining.ofGradients(Files.createDirectory(temp.resolve("of-gradients")));
    killUntil(gradients, Proof.times(25, 2), "gradients", gradients::start, gradients.length());
  }

  @Test
  @FullProof
  void noCommittedCheckpointOfAveragedGradientsIsLostOnSpark() throws Exception {
    ShortTraining gradients =
        ShortTraining.ofGradients(Files.createDirectory(temp.resolve("of-gradients-on-spark")));
    Duration begun = gradients.length().multipliedBy(3);
    killUntil(gradients, 25, "gradients-submitted", gradients::submit, begun);
  }

  @Test
  @FullProof
  void noCommittedCheckpointIsLostUnderSparkSubmit() throws Exception {
    Duration begun = training.length().multipliedBy(3);
    killUntil(training, Proof.times(20, 1), "submitted", training::submit, begun);
  }

  /** Kills and resumes run after run, until there were so many kills and the last run is over. */
  private void killUntil(
      ShortTraining disturbed, int kills, String name, Start start, Duration begun)
      throws Exception {
    Random random = new Random(SEED);
    List<String> problems = new ArrayList<>();
    int killed = 0;
    int resumed = 0;
    int committed = 0;
    int runs = 0;
    while (killed < kills) {
      Path run = temp.resolve("%s-%d".formatted(name, ++runs));
      RunState state = new RunState(run);
      boolean ended = false;
      while (!ended) {
        OptionalLong newest = state.newestCheckpoint();
        Moment moment = Moment.random(random, newest.orElse(0), disturbed.lastRound(), begun);
        CommitWatch watch = CommitWatch.begin(run);
        try (Driver driver = start.start(run, name, resumption(state))) {
          if (killed < kills && moment.await(driver, state)) {
            driver.kill();
          }
          int exit = driver.awaitExit();
          OptionalLong seen = watch.end();
          ended = exit == 0;
          killed += ended ? 0 : 1;
          String where = "%s, kill %d: ".formatted(run.getFileName(), killed);
          List<String> found = new ArrayList<>();
          if (!ended && exit != 137) {
            found.add("exit code %d: %s".formatted(exit, driver.output()));
          }
          found.addAll(state.problemsAfterKill(seen));
          found.addAll(RunState.problemsOfResumption(driver.output(), newest));
          found.forEach(problem -> problems.add(where + problem));
          resumed += RunState.resumed(driver.output()).isPresent() ? 1 : 0;
          committed += state.newestCheckpoint().equals(newest) ? 0 : 1;
        }
      }
      for (String problem : state.problemsAfterEnd(disturbed.parametersSha256())) {
        problems.add("%s: %s".formatted(run.getFileName(), problem));
      }
    }
    System.out.printf(
        "SIGKILL, %s: %d kills in %d runs, %d lives resumed, %d lives committed, seed %d, problems %s%n",
        name, killed, runs, resumed, committed, SEED, problems);
    assertThat(problems).isEmpty();
    assertThat(resumed).isPositive();
  }

  private static List<String> resumption(RunState state) {
    List<String> arguments = new ArrayList<>(ShortTraining.LITTLE_PATIENCE);
    // Where nothing was begun there is nothing to resume.
    if (!state.isEmpty()) {
      arguments.add("--resume");
    }
    return arguments;
  }

  /** As if it had been killed just before it could copy its result and give the directory up. */
  @Test
  void whatADriverLeavesThatWasKilledAfterItsResultIsTidiedUp() throws Exception {
    RunState state = new RunState(temp.resolve("untidy"));
    Path attempts = state.directory().resolve("attempts");
    try (Driver driver = training.start(state.directory(), "untidy", resumption(state))) {
      assertThat(driver.awaitExit()).isZero();
    }
    Files.move(attempts.resolve("1.released"), attempts.resolve("1"));
    Files.createDirectory(attempts.resolve("1/trash"));
    Files.move(state.directory().resolve("result.json"), attempts.resolve("1/7-result.json"));

    try (Driver driver = training.start(state.directory(), "untidy", resumption(state))) {
      assertThat(driver.awaitExit()).isZero();
      assertThat(driver.output()).contains("This run is complete");
    }
    assertThat(state.problemsAfterEnd(training.parametersSha256())).isEmpty();
  }

  @Test
  void theChecksFindWhatWasLost() throws Exception {
    RunState state = new RunState(temp.resolve("lost"));
    try (Driver driver = training.start(state.directory(), "lost", ShortTraining.LITTLE_PATIENCE)) {
      driver.await("a checkpoint", () -> state.newestCheckpoint().orElse(0) > 10);
      driver.kill();
    }
    OptionalLong newest = state.newestCheckpoint();
    assertThat(state.problemsAfterKill(newest)).isEmpty();

    Files.delete(state.checkpoint(newest.orElseThrow()));

    assertThat(state.problemsAfterKill(newest))
        .singleElement()
        .asString()
        .startsWith("round %d was committed".formatted(newest.orElseThrow()));
    try (Driver driver = training.start(state.directory(), "lost", resumption(state))) {
      assertThat(driver.awaitExit()).isZero();
      assertThat(RunState.problemsOfResumption(driver.output(), newest)).hasSize(1);
      assertThat(RunState.problemsOfResumption(driver.output(), OptionalLong.empty())).hasSize(1);
    }
    assertThat(state.problemsAfterEnd(training.parametersSha256())).isEmpty();
  }
}
