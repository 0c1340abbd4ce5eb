package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.FullProof;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.spark.MiniYarn;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real spark-submit on YARN, in both deploy modes. */
class YarnIT {
  /** Of about 20, so that a run goes on for a while. */
  private static final int SOME_CHECKPOINTS = 3;

  private static final String[] DIVERGING = {
    "--updater", "sgd", "--learning-rate", "1e30", "--clip-norm", "0"
  };

  @TempDir private static Path temp;
  private static YarnTraining training;
  private static MiniYarn yarn;

  private final URI run = training.newRun();

  @BeforeAll
  static void start() throws Exception {
    training = new YarnTraining(temp);
    yarn = training.yarn();
  }

  @AfterAll
  static void stop() {
    if (training != null) {
      training.close();
    }
  }

  @Test
  @FullProof
  void aDriverBesideYarnLosesAnExecutorAndNoBit() throws Exception {
    List<String> options =
        List.of("--deploy-mode", "client", "--num-executors", "2", "--executor-cores", "1");
    try (Driver driver = training.submit(options, run)) {
      String application = YarnTraining.application(driver);
      training.awaitCheckpoints(driver, run, SOME_CHECKPOINTS);
      // The first container is the application master's.
      yarn.containers(application, 1).get(1).destroyForcibly();
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
      assertThat(driver.output()).contains("on yarn, 2 slots").containsPattern("Lost executor \\d");
      assertFinished(application, 1, FinalApplicationStatus.SUCCEEDED);
    }
    assertComplete(1);
  }

  @Test
  void whenTheApplicationMasterIsKilledTheNextOneGoesOnAtOnce() throws Exception {
    try (Driver submission = training.submit("cluster", run)) {
      String application = YarnTraining.application(submission);
      training.awaitCheckpoints(submission, run, SOME_CHECKPOINTS);
      yarn.containers(application, 1).get(0).destroyForcibly();
      assertThat(submission.awaitExit()).as(submission.output()).isZero();

      assertThat(RunState.resumed(yarn.masterOutput(application, 1))).isEmpty();
      String second = yarn.masterOutput(application, 2);
      assertThat(RunState.resumed(second)).isPresent();
      // For the first one's heartbeat.
      assertThat(second).doesNotContain("Waiting up to");
      assertFinished(application, 2, FinalApplicationStatus.SUCCEEDED);
      System.out.printf(
          "YARN: application master killed after %d checkpoints, attempt 2 resumed after round %d%n",
          SOME_CHECKPOINTS, RunState.resumed(second).getAsLong());
    }
    assertComplete(2);
  }

  @Test
  @FullProof
  void aKilledApplicationIsResumed() throws Exception {
    try (Driver submission = training.submit("cluster", run)) {
      String application = YarnTraining.application(submission);
      training.awaitCheckpoints(submission, run, SOME_CHECKPOINTS);
      yarn.kill(application);
      assertThat(submission.awaitExit()).as(submission.output()).isEqualTo(ExitCode.FAILURE);
      ApplicationReport report = yarn.application(application);
      assertThat(report.getYarnApplicationState()).isEqualTo(YarnApplicationState.KILLED);
      assertThat(report.getCurrentApplicationAttemptId().getAttemptId()).isEqualTo(1);
    }
    assertThat(training.audit(run).defects()).isEmpty();
    // Its 250 ms may have been enough for the end of a round.
    boolean stopped = !names("results").isEmpty();
    assertThat(names("")).doesNotContain("model.srnn");
    try (Driver submission =
        training.submit("cluster", run, "--resume", "--takeover-seconds", "5")) {
      String application = YarnTraining.application(submission);
      assertThat(submission.awaitExit()).as(submission.output()).isZero();
      String output = yarn.masterOutput(application, 1);
      assertThat(RunState.resumed(output)).isPresent();
      assertFinished(application, 1, FinalApplicationStatus.SUCCEEDED);
      System.out.printf(
          "YARN: application killed, %s, resumed after round %d%n",
          stopped ? "which left a result" : "which left no result",
          RunState.resumed(output).getAsLong());
    }
    assertComplete(2);
  }

  @Test
  @FullProof
  void aTrainingThatDivergedIsNotTriedAgain() throws Exception {
    try (Driver submission = training.submit("cluster", run, DIVERGING)) {
      String application = YarnTraining.application(submission);
      assertThat(submission.awaitExit()).as(submission.output()).isEqualTo(ExitCode.FAILURE);
      assertEndedTwice(application, ExitCode.FAILURE);

      JsonNode result = training.result(run);
      assertThat(result.path("permanent").asBoolean()).isTrue();
      assertThat(result.path("attempt").asInt()).isEqualTo(1);
      assertThat(result.path("exitCode").asInt()).isEqualTo(ExitCode.FAILURE);
      String second = yarn.masterOutput(application, 2);
      assertThat(second)
          .contains(
              "spark-rnn: Cannot go on in %s: expected of the try before this one a failure that another try can mend, found exit code 1 of attempt 1: %s"
                  .formatted(run, result.path("error").asText()))
          .doesNotContain("Running Spark version", "\nengine ");
    }
    // The second left no trace.
    assertThat(names("attempts")).containsExactly("1.claim", "1.released");
    assertThat(names("results")).containsExactly("1.json");
  }

  @Test
  @FullProof
  void damagedDataEndBothTriesAndTheLauncherWithTheirCode() throws Exception {
    LauncherRun launched = training.launch(run, "--data", training.damagedData().toString());
    String printed = String.join("\n", launched.out()) + String.join("\n", launched.err());
    assertThat(launched.status()).as(printed).isEqualTo(ExitCode.DATA);
    assertThat(printed).contains("Cannot read IDX labels", "train-labels-idx1-ubyte");
    String application = YarnTraining.application(training.launcherLog());
    assertEndedTwice(application, ExitCode.DATA);
    assertThat(yarn.masterOutput(application, 2)).contains("train-labels-idx1-ubyte");
    assertThat(names("")).containsExactly("submissions");
  }

  @Test
  @FullProof
  void aDriverBesideYarnEndsWithItsOwnCode() throws Exception {
    try (Driver driver = training.submit("client", run, "--learning-rate", "-1")) {
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(ExitCode.USAGE);
      assertThat(driver.output()).contains("spark-rnn: Cannot use the configuration: ");
    }
  }

  @Test
  @FullProof
  void damagedDataEndADriverBesideYarnWithTheirCode() throws Exception {
    try (Driver driver =
        training.submit("client", run, "--data", training.damagedData().toString())) {
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(ExitCode.DATA);
      ApplicationReport report = yarn.application(YarnTraining.application(driver));
      System.out.printf(
          "YARN: client mode, exit code 65, final status %s%n", report.getFinalApplicationStatus());
    }
  }

  private void assertComplete(int attempt) throws Exception {
    assertThat(training.defectsAtTheEnd(run)).isEmpty();
    JsonNode result = training.result(run);
    assertThat(result.path("attempt").asInt()).isEqualTo(attempt);
    assertThat(result.path("exitCode").asInt(-1)).isZero();
    assertThat(result.path("kernels").asText()).isEqualTo("vector");
  }

  private static void assertFinished(
      String application, int attempts, FinalApplicationStatus status) throws Exception {
    ApplicationReport report = yarn.application(application);
    assertThat(report.getYarnApplicationState()).isEqualTo(YarnApplicationState.FINISHED);
    assertThat(report.getFinalApplicationStatus()).isEqualTo(status);
    assertThat(report.getCurrentApplicationAttemptId().getAttemptId()).isEqualTo(attempts);
  }

  private static void assertEndedTwice(String application, int exitCode) throws Exception {
    ApplicationReport report = yarn.application(application);
    assertThat(report.getFinalApplicationStatus()).isEqualTo(FinalApplicationStatus.FAILED);
    assertThat(report.getCurrentApplicationAttemptId().getAttemptId()).isEqualTo(2);
    for (int attempt = 1; attempt <= 2; attempt++) {
      assertThat(yarn.masterOutput(application, attempt))
          .contains("User application exited with status %d)".formatted(exitCode));
    }
    // Whether YARN adds the end of what the second has printed depends on which end it sees first.
    assertThat(report.getDiagnostics()).contains("User application exited with status " + exitCode);
    System.out.printf("YARN: both tries ended with %d%n", exitCode);
  }

  private List<String> names(String below) {
    URI directory = below.isEmpty() ? run : Storage.resolve(run, below);
    return training.storage().list(directory).stream().map(FileEntry::name).toList();
  }
}
