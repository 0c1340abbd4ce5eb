package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.SubmissionReport;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code status} says of run directories, in every state. */
class StatusCommandTest {
  @TempDir private Path temp;

  private Path run() {
    return temp.resolve("run");
  }

  private CommandRun status(String... more) {
    List<String> arguments =
        new java.util.ArrayList<>(List.of("status", "--run-dir", run().toString()));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private void attempt(int number) throws IOException {
    Files.createDirectories(run().resolve("attempts/" + number + ".claim"));
  }

  private void result(int number, String json) throws IOException {
    Path file = Files.createDirectories(run().resolve("results")).resolve(number + ".json");
    Files.writeString(file, json);
  }

  private void checkpoint() throws IOException {
    Path checkpoints = Files.createDirectories(run().resolve("checkpoints"));
    Files.write(checkpoints.resolve("checkpoint-000000007.srnn"), new byte[1]);
  }

  @Test
  void aRunThatIsTrainedSaysWhatCameOfIt() {
    CommandRun.succeed("train --engine local --hidden 2 --epochs 1 --run-dir %s", run());

    CommandRun status = status();

    assertThat(status.exitCode()).isZero();
    assertThat(status.errors()).isEmpty();
    assertThat(status.output().lines())
        .hasSize(5)
        .anyMatch(line -> line.matches("status +attempt 1 succeeded"))
        .anyMatch(line -> line.matches("test +accuracy \\d+\\.\\d\\d%, loss .*, 10,000 images"))
        .anyMatch(line -> line.matches("parameters +[0-9a-f]{64}"))
        .anyMatch(line -> line.matches("checkpoint .*/checkpoint-\\d{9}\\.srnn"))
        .noneMatch(line -> line.contains("--resume"));
  }

  @Test
  void aFailedRunEndsWithItsOwnCode() throws IOException {
    attempt(1);
    checkpoint();
    result(1, "{\"exitCode\": 74, \"attempt\": 1, \"error\": \"Cannot write it\"}");

    CommandRun status = status();

    assertThat(status.exitCode()).isEqualTo(74);
    assertThat(status.output())
        .contains("attempt 1 ended with exit code 74", "Cannot write it")
        .contains("checkpoint-000000007.srnn", "--resume");
  }

  @Test
  void aDriverWithoutResultIsRunningOrWasKilled() throws IOException {
    attempt(1);
    assertThat(status().exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(status().output())
        .contains("attempt 1 has no result: its driver is running, or was killed", "--resume");

    result(1, "{\"exitCode\": 143, \"attempt\": 1, \"error\": \"stopped\"}");
    assertThat(status().exitCode()).isEqualTo(143);

    attempt(2);
    assertThat(status().exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(status().output()).contains("attempt 2 has no result");
  }

  @Test
  void whereNothingIsNoDriverHasBegun() {
    CommandRun status = status();

    assertThat(status.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(status.output()).contains("no driver has begun here").doesNotContain("--resume");
    assertThat(run()).doesNotExist();
  }

  @Test
  void aRunDirectoryMustBeGiven() {
    CommandRun status = CommandRun.of("status");

    assertThat(status.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(status.errors()).contains("expected its directory in --run-dir, found none");
  }

  @Test
  void aSubmissionsOwnEndCounts() throws IOException {
    attempt(1);
    result(1, "{\"exitCode\": 143, \"attempt\": 1, \"error\": \"stopped\"}");
    assertThat(status("--submission", "second").exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(status("--submission", "second").output())
        .contains("no end was reported: the driver is running, was killed, or never began");

    SubmissionReport report = new SubmissionReport(Storage.of(Map.of()), run().toUri(), "second");
    report.write(ExitCode.DATA, "Cannot read the data");
    assertThat(status("--submission", "second").exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(status("--submission", "second").output()).contains("Cannot read the data");

    // The cluster has tried once more, under the same name.
    report.write(ExitCode.DONE, "");
    attempt(2);
    result(2, "{\"exitCode\": 0, \"attempt\": 2}");
    assertThat(status("--submission", "second").exitCode()).isZero();
    assertThat(status("--submission", "../x").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aRefusedSubmissionLeavesTheDirectoryFree() {
    new SubmissionReport(Storage.of(Map.of()), run().toUri(), "refused")
        .write(ExitCode.DATA, "Cannot read the data");

    CommandRun trained =
        CommandRun.succeed("train --engine local --hidden 2 --epochs 1 --run-dir %s", run());
    assertThat(trained.errors()).isEmpty();
  }
}
