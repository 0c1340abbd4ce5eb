package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Keys;
import io.sparkrnn.run.LineOutput;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be said before Spark starts. */
class MainTest {
  @TempDir private Path temp;

  @Test
  void dryRunPrintsTheEffectiveConfigurationAndLeavesNothingBehind() {
    CommandRun run =
        CommandRun.of(
            "train", "--dry-run", "--epochs", "3", "--run-dir", temp.resolve("run").toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.errors()).isEmpty();
    assertThat(ConfigurationLoader.parse(run.output(), "the output").training().epochs())
        .isEqualTo(3);
    assertThat(temp.resolve("run")).doesNotExist();
  }

  @Test
  void allProblemsAreReportedAtOnce() throws Exception {
    Path file =
        Files.writeString(
            temp.resolve("my.conf"), "training.epoch = 3\nupdater.learning-rate = -1\n");
    CommandRun run =
        CommandRun.of("train", "--config", file.toString(), "--workers", "none", "--resume");
    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.errors())
        .contains("4 problems")
        .contains("training.epoch", "did you mean training.epochs?")
        .contains("updater.learning-rate")
        .contains("--workers", "found \"none\"")
        .contains("run.resume")
        .doesNotContain("Exception");
  }

  @Test
  void unknownModelsAndUntrainableOnesAreRefusedByName() {
    CommandRun unknown = CommandRun.of("train", "--model", "row-rnn-151");
    assertThat(unknown.exitCode()).isEqualTo(64);
    assertThat(unknown.errors())
        .contains("row-rnn-151")
        .contains("row-rnn-150")
        .contains("vanilla-rnn-1");
    CommandRun untrainable = CommandRun.of("train", "--model", "vanilla-rnn");
    assertThat(untrainable.exitCode()).isEqualTo(64);
    assertThat(untrainable.errors()).contains("no loss to train");
  }

  @Test
  void linesReachTheProcessesOutputInOnePiece() {
    List<String> pieces = new ArrayList<>();
    OutputStream file =
        new OutputStream() {
          @Override
          public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            pieces.add(new String(bytes, offset, length, StandardCharsets.US_ASCII));
          }
        };
    PrintStream processOutput = new PrintStream(new BufferedOutputStream(file, 128), true);
    String location = "x".repeat(300);
    LineOutput.to(processOutput).printf("Resuming from %s, after round %d%n", location, 1);
    assertThat(pieces).containsExactly("Resuming from %s, after round 1%n".formatted(location));
    pieces.clear();
    PrintStream lines = LineOutput.to(processOutput);
    lines.print("half a line");
    assertThat(pieces).isEmpty();
    lines.flush();
    assertThat(pieces).containsExactly("half a line");
    pieces.clear();
    processOutput.printf("Resuming from %s, after round %d%n", location, 1);
    assertThat(pieces).as("without it").hasSizeGreaterThan(1);
  }

  @Test
  void unknownFlagsAndCommandsAreUsageErrors() {
    CommandRun flag = CommandRun.of("train", "--epoch", "3");
    assertThat(flag.exitCode()).isEqualTo(64);
    assertThat(flag.errors()).contains("--epoch").contains("--help").doesNotContain("\tat ");
    assertThat(CommandRun.of("trane").exitCode()).isEqualTo(64);
    assertThat(CommandRun.of().exitCode()).isEqualTo(64);
    assertThat(CommandRun.of("evaluate").exitCode()).isEqualTo(64);
  }

  @Test
  void helpNamesEveryFlagAndEveryExitCode() {
    String train = CommandRun.of("train", "--help").output();
    assertThat(Keys.all()).allSatisfy(key -> assertThat(train).contains(key.flag()));
    assertThat(CommandRun.of("--help").output())
        .contains("64", "65", "69", "74", "75", "130", "143");
    assertThat(CommandRun.of("--version").output()).startsWith("spark-rnn ");
  }
}
