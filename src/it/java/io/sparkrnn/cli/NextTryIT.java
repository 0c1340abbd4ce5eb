package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver that its cluster has started again, as YARN's application masters are: it takes over at
 * once, and goes on unless the try before has failed for good.
 */
class NextTryIT {
  private static final String TRAINING =
      "train --engine local --kernels portable --hidden 8 --minibatch-size 1 --epochs 3"
          + " --averaging-frequency 1 --clip-norm 0 --updater sgd";

  private static final String DIVERGING = "1e30";

  @TempDir private static Path temp;
  private static SlimJar jar;
  private static int files;
  private Path run;

  @BeforeAll
  static void packed() throws IOException {
    jar = SlimJar.in(temp);
  }

  @BeforeEach
  void nameRun() {
    run = temp.resolve("run-" + ++files);
  }

  @Test
  void itEndsWithTheCodeOfATrainingThatDiverged() throws Exception {
    String error = diverge(1);
    List<String> before = tree();
    // Reading these would end with another code.
    Driver second = start(1, 2, "--learning-rate", DIVERGING, "--data", "/no/data");

    assertThat(second.awaitExit()).as(second.output()).isEqualTo(ExitCode.FAILURE);
    assertThat(second.output())
        .isEqualTo(
            "spark-rnn: Cannot go on in %s: expected of the try before this one a failure that another try can mend, found exit code 1 of attempt 1: %s%n"
                .formatted(run, error));
    assertThat(tree()).isEqualTo(before);
  }

  @Test
  @FullProof
  void whoeverResumesByHandMeansToTryAgain() throws Exception {
    diverge(1);
    Driver refused = start(2, 1, "--learning-rate", DIVERGING);
    assertThat(refused.awaitExit()).as(refused.output()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.output()).contains("continue it with --resume");

    Driver resumed = resume(2, 1);
    assertThat(resumed.awaitExit()).as(resumed.output()).isZero();
    assertThat(state().result().path("attempt").asInt()).isEqualTo(2);
  }

  @Test
  @FullProof
  void anOlderResultSaysNothingAboutTheTryBefore() throws Exception {
    diverge(1);
    try (Driver killed = resume(2, 1)) {
      killed.awaitOutput("\nengine ");
      killed.kill();
    }
    assertThat(state().result().path("permanent").asBoolean()).isTrue();

    Driver next = resume(2, 2);
    assertThat(next.awaitExit()).as(next.output()).isZero();
    assertThat(next.output()).doesNotContain("Waiting up to");
    assertThat(state().result().path("attempt").asInt()).isEqualTo(3);
  }

  @Test
  void itGoesOnWithoutBeingToldToAfterOneThatWasStopped() throws Exception {
    Driver whole = start(1, 1);
    assertThat(whole.awaitExit()).as(whole.output()).isZero();
    String sha256 = state().result().path("parametersSha256").asText();
    run = temp.resolve("run-" + ++files);
    try (Driver stopped = start(1, 1)) {
      StopIT.stop(stopped);
    }
    assertThat(state().problemsAfterStop()).isEmpty();
    assertThat(state().result().path("permanent").asBoolean(true)).isFalse();
    Driver elsewhere = start(2, 2);
    assertThat(elsewhere.awaitExit()).as(elsewhere.output()).isEqualTo(ExitCode.USAGE);

    Driver next = start(1, 2);
    assertThat(next.awaitExit()).as(next.output()).isZero();
    assertThat(RunState.resumed(next.output())).isPresent();
    assertThat(state().problemsAfterEnd(sha256)).isEmpty();
  }

  /** A first try that diverges; the message that it leaves. */
  private String diverge(int application) throws Exception {
    Driver first = start(application, 1, "--learning-rate", DIVERGING);
    assertThat(first.awaitExit()).as(first.output()).isEqualTo(ExitCode.FAILURE);
    assertThat(state().result().path("permanent").asBoolean()).isTrue();
    return state().result().path("error").asText();
  }

  private Driver resume(int application, int attempt) throws IOException {
    return start(
        application,
        attempt,
        "--resume",
        "--learning-rate",
        "0.001",
        "--allow-drift",
        "updater.learning-rate");
  }

  private Driver start(int application, int attempt, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(TRAINING.split(" ")));
    arguments.addAll(List.of("--run-dir", run.toString()));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--data")) {
      arguments.addAll(List.of("--data", FirstImages.in(temp, 2000).toString()));
    }
    String container = "container_1410901177871_%04d_%02d_000001".formatted(application, attempt);
    return jar.start(
        Jdk.SHORT_LIVED,
        arguments,
        Map.of("CONTAINER_ID", container),
        Files.createTempFile(temp, "driver", ".out"));
  }

  private RunState state() {
    return new RunState(run);
  }

  private List<String> tree() {
    return new RunAudit(Storage.of(Map.of()), run.toUri(), Map.of()).tree();
  }
}
