package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A JVM that a test has started.
 *
 * @param output the file that gets what it prints
 * @param what it is, for messages
 */
public record ForkedJvm(Process process, Path output, String what) {
  /** Waits until it has ended well; what it has printed. */
  public String awaitOutput() throws IOException, InterruptedException {
    try {
      int status = process.waitFor();
      String printed = Files.readString(output);
      assertThat(status).as("exit status of %s, which printed:%n%s", what, printed).isZero();
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Sends a signal by its name, such as {@code STOP}. */
  public static void signal(String name, ProcessHandle process) {
    // The shell's own kill: not every system has a program of that name.
    String command = "kill -%s %d".formatted(name, process.pid());
    try {
      int status = new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor();
      assertThat(status).as(command).isZero();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
