package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.run.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NextCommandsTest {
  private static final NextCommands UNKNOWN = NextCommands.of(Map.of());

  private static RunConfiguration configuration(String... texts) {
    Map<String, String> flags = new HashMap<>();
    for (int i = 0; i < texts.length; i += 2) {
      flags.put(texts[i], texts[i + 1]);
    }
    return ConfigurationLoader.load(Optional.empty(), flags);
  }

  @Test
  void nameTheLauncherThatWasCalled() {
    assertThat(
            NextCommands.of(
                    Map.of(
                        NextCommands.LAUNCHER, "../submit/standalone --master spark://host:7077"))
                .stopped(URI.create("hdfs://nn/runs/first")))
        .containsExactly(
            "../submit/standalone --master spark://host:7077 --resume --run-dir hdfs://nn/runs/first");
  }

  @Test
  void nameTheRunAsItIsSeenFromHere() {
    Path here = Path.of("runs", "first").toAbsolutePath();
    assertThat(UNKNOWN.trained(configuration(), here.toUri()))
        .containsExactly(
            "submit/local evaluate --model runs/first",
            "submit/local predict --model runs/first --input IMAGES --input-format png --output TABLE");
  }

  @Test
  void nameTheDataThatAreNotTheUsual() {
    assertThat(
            UNKNOWN.trained(
                configuration("data.uri", "hdfs://nn/mnist"), URI.create("hdfs://nn/runs/first")))
        .contains("submit/local evaluate --model hdfs://nn/runs/first --data hdfs://nn/mnist");
    assertThat(
            UNKNOWN.trained(
                configuration(
                    "data.train-images", "a",
                    "data.train-labels", "b",
                    "data.test-images", "c",
                    "data.test-labels", "d"),
                URI.create("hdfs://nn/runs/first")))
        .contains("submit/local evaluate --model hdfs://nn/runs/first");
  }

  /** Whose run directory says which columns there are. */
  @Test
  void suitAModelOfTables() {
    URI run = URI.create("hdfs://nn/runs/first");
    String[] tables = {"table.train", "a", "table.test", "b"};
    assertThat(UNKNOWN.trained(configuration(tables), run))
        .containsExactly(
            "submit/local evaluate --model hdfs://nn/runs/first",
            "submit/local predict --model hdfs://nn/runs/first --input TABLE --output NEW_TABLE");
    assertThat(
            UNKNOWN.trained(
                configuration("table.train", "a", "table.test", "b", "table.time", "t"), run))
        .containsExactly("submit/local evaluate --model hdfs://nn/runs/first");
  }

  @Test
  void areQuotedForAShell() {
    assertThat(UNKNOWN.stopped(URI.create("file:/my%20runs/it's")))
        .containsExactly("submit/local --resume --run-dir '/my runs/it'\\''s'");
  }

  /** The command line is understood; its model is not there. */
  @Test
  void areUnderstood() {
    URI run = URI.create("file:/no/such/run");
    List<String> commands = new ArrayList<>(UNKNOWN.trained(configuration(), run));
    commands.addAll(UNKNOWN.trained(configuration("data.uri", "/mnist"), run));
    commands.addAll(UNKNOWN.trained(configuration("table.train", "a", "table.test", "b"), run));
    for (String command : commands) {
      CommandRun refused = CommandRun.of(words(command).toArray(String[]::new));
      assertThat(refused.exitCode()).as(refused.errors()).isEqualTo(ExitCode.STORAGE);
      assertThat(refused.errors()).contains("/no/such/run");
    }
    CommandRun show = CommandRun.of(words(UNKNOWN.retrained(run, 3).get(0)).toArray(String[]::new));
    assertThat(show.exitCode()).as(show.errors()).isEqualTo(ExitCode.USAGE);
    assertThat(show.errors()).contains("/no/such/run").doesNotContain("Try: ");
    List<String> resume = words(UNKNOWN.stopped(run).get(0));
    // As launchers do.
    resume.add(0, "train");
    resume.add("--dry-run");
    assertThat(CommandRun.of(resume.toArray(String[]::new)).errors()).isEmpty();
  }

  private static List<String> words(String command) {
    return new ArrayList<>(Stream.of(command.split(" ")).skip(1).toList());
  }

  @Test
  void standInLinesOfTheirOwn() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NextCommands.print(
        new PrintStream(out, true, StandardCharsets.UTF_8), List.of("one command", "another"));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("\nnext      one command\n          another\n");
  }
}
