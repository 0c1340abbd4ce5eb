package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of two drivers that are started on one run directory, one trains, and there is one run. */
class RaceIT {
  private static final long SEED = 20261127;

  /** One that finds the other at work sees so soon, and never believes that it is dead. */
  private static final List<String> MUCH_PATIENCE =
      List.of("--heartbeat-seconds", "0.05", "--takeover-seconds", "60");

  @TempDir private static Path temp;
  private static ShortTraining training;

  @BeforeAll
  static void runOnce() throws Exception {
    training = ShortTraining.ofManyCheckpoints(temp);
  }

  /** How two drivers may end. */
  private enum Outcome {
    /** One trained, and the other found it at work. */
    BUSY,
    /** One trained, and the other came after its end. */
    COMPLETE,
    /** Anything else. */
    WRONG
  }

  /** A driver's end. */
  private record End(int exitCode, String output) {
    static End of(Driver driver) throws Exception {
      return new End(driver.awaitExit(), driver.output());
    }

    boolean trained() {
      return exitCode == 0 && !foundItComplete();
    }

    boolean foundItComplete() {
      return exitCode == 0 && output.contains("This run is complete");
    }
  }

  private static Outcome outcome(End one, End other) {
    End loser = one.trained() ? other : one;
    if (one.trained() == other.trained()) {
      return Outcome.WRONG;
    } else if (loser.foundItComplete()) {
      return Outcome.COMPLETE;
    }
    return loser.exitCode() == 75 ? Outcome.BUSY : Outcome.WRONG;
  }

  @Test
  void thereIsOneRunWheneverTheSecondComes() throws Exception {
    int races = Proof.times(100, 2);
    Random random = new Random(SEED);
    List<String> problems = new ArrayList<>();
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    for (int i = 1; i <= races; i++) {
      RunState run = new RunState(temp.resolve("race-" + i));
      Duration offset =
          Duration.ofNanos((long) (1.2 * training.length().toNanos() * random.nextDouble()));
      try (Driver first = start(run, "first")) {
        first.endsWithin(offset);
        try (Driver second = start(run, "second")) {
          End one = End.of(first);
          End other = End.of(second);
          Outcome outcome = outcome(one, other);
          outcomes.merge(outcome, 1, Integer::sum);
          String where = "race %d, second after %s: ".formatted(i, offset);
          if (outcome == Outcome.WRONG) {
            problems.add(where + one + other);
          }
          run.problemsAfterEnd(training.parametersSha256())
              .forEach(problem -> problems.add(where + problem));
        }
      }
    }
    System.out.printf(
        "Two drivers: %d races, %s, seed %d, problems %s%n", races, outcomes, SEED, problems);
    assertThat(problems).isEmpty();
  }

  private static Driver start(RunState run, String name) throws IOException {
    return training.start(
        run.directory(), run.directory().getFileName() + "-" + name, MUCH_PATIENCE);
  }

  @Test
  void theChecksFindTwoWinnersAndTwoRuns() throws Exception {
    End trained = new End(0, "test accuracy");
    End complete = new End(0, "This run is complete");
    End busy = new End(75, "");
    assertThat(outcome(trained, busy)).isEqualTo(Outcome.BUSY);
    assertThat(outcome(complete, trained)).isEqualTo(Outcome.COMPLETE);
    assertThat(outcome(trained, trained)).isEqualTo(Outcome.WRONG);
    assertThat(outcome(busy, busy)).isEqualTo(Outcome.WRONG);
    assertThat(outcome(complete, busy)).isEqualTo(Outcome.WRONG);
    assertThat(outcome(trained, new End(64, ""))).isEqualTo(Outcome.WRONG);

    RunState run = new RunState(temp.resolve("two"));
    try (Driver driver = start(run, "only")) {
      assertThat(driver.awaitExit()).isZero();
    }
    assertThat(run.problemsAfterEnd(training.parametersSha256())).isEmpty();
    String result = Files.readString(run.directory().resolve("results/1.json"));
    String id = run.result().path("runId").asText();
    Files.writeString(run.directory().resolve("results/2.json"), result.replace(id, "another-id"));
    assertThat(run.problemsAfterEnd(training.parametersSha256()))
        .containsExactlyInAnyOrder(
            "2 of 2 results are final", "there is something of another run another-id");
  }
}
