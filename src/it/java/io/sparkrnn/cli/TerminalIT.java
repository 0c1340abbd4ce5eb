package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkrnn.run.Screen;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code submit/local} on a terminal, which util-linux's {@code script} makes. */
class TerminalIT {
  private static final String LAUNCHER = LauncherRun.HOME.resolve("submit/local").toString();

  @TempDir private Path temp;

  @BeforeEach
  void requireScript() throws Exception {
    Path version = temp.resolve("version");
    Process script;
    try {
      script =
          new ProcessBuilder("script", "--version")
              .redirectErrorStream(true)
              .redirectOutput(version.toFile())
              .start();
    } catch (IOException e) {
      assumeTrue(false, "needs util-linux's script");
      return;
    }
    script.waitFor();
    assumeTrue(Files.readString(version).contains("util-linux"), "needs util-linux's script");
  }

  private Screen train(String terminal, Map<String, String> environment, String end)
      throws Exception {
    Path sent = temp.resolve("sent");
    Files.writeString(temp.resolve("no-directory"), "");
    String train =
        "%s; %s --engine local --hidden 8 --epochs 10 --data %s --run-dir run --tensorboard no-directory %s"
            .formatted(terminal, LAUNCHER, FirstImages.in(temp, 400), end);
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qec", train, "/dev/null")
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .redirectOutput(sent.toFile());
    LauncherRun.asOfAUser(builder.environment());
    builder.environment().remove("NO_COLOR");
    builder.environment().put("TERM", "xterm-256color");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s ends", train).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String output = Files.readString(sent);
    assertThat(process.exitValue()).as(output).isZero();
    return Screen.of(output);
  }

  /** The lines of a whole run, a warning among them, and nothing else. */
  private static void assertClean(Screen screen) {
    List<String> lines = screen.text().lines().filter(line -> !line.isBlank()).toList();
    assertThat(lines).filteredOn(line -> line.matches(" +\\d+/10 .*")).hasSize(10);
    assertThat(lines)
        .filteredOn(line -> line.startsWith("WARN"))
        .isNotEmpty()
        .containsOnly("WARN dropping the listener io.sparkrnn.run.TensorBoardLog, which failed");
    assertThat(lines)
        .filteredOn(line -> !line.startsWith("test accuracy") && !line.startsWith("baseline "))
        .noneMatch(line -> line.contains("%"));
    assertThat(lines)
        .anyMatch(
            line -> line.startsWith("next      " + LAUNCHER + " evaluate --model run --data "));
    assertThat(lines.get(lines.size() - 1)).startsWith(" ".repeat(10) + LAUNCHER + " predict ");
  }

  @Test
  void aBarStandsBelowTheLinesAndLeavesNothing() throws Exception {
    Screen screen = train("stty rows 24 cols 80", Map.of(), "");
    assertClean(screen);
    assertThat(screen.drawn())
        .isNotEmpty()
        .allMatch(line -> line.matches(" *\\d+% \\[=*>? *] epoch \\d+/10  .*"))
        .allMatch(line -> line.length() < 80);
    assertThat(screen.drawn().get(screen.drawn().size() - 1)).startsWith("100% ");
  }

  @Test
  void aTerminalOfUnknownWidthIsUsedToo() throws Exception {
    Screen screen = train("stty rows 0 cols 0", Map.of(), "");
    assertThat(screen.drawn()).isNotEmpty();
    assertClean(screen);
  }

  @Test
  void whoeverWantsNoColorGetsPlainLines() throws Exception {
    Screen screen = train("stty cols 80", Map.of("NO_COLOR", "1"), "");
    assertThat(screen.drawn()).isEmpty();
    assertClean(screen);
    assertThat(Files.readString(temp.resolve("sent"))).doesNotContain("\033");
  }

  @Test
  void aTerminalThatCannotDrawGetsPlainLines() throws Exception {
    assertThat(train("stty cols 80", Map.of("TERM", "dumb"), "").drawn()).isEmpty();
    assertThat(Files.readString(temp.resolve("sent"))).doesNotContain("\033");
  }

  @Test
  void aPipeGetsPlainLines() throws Exception {
    assertThat(train("stty cols 80", Map.of(), "2>&1 | cat").drawn()).isEmpty();
    assertThat(Files.readString(temp.resolve("sent"))).doesNotContain("\033");
  }
}
