package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** A command that has been run in this JVM. */
record CommandRun(int exitCode, String output, String errors) {
  static CommandRun of(String... arguments) {
    return of(new ByteArrayOutputStream(), arguments);
  }

  /** A command that gets a SIGTERM as soon as it has printed some text. */
  static CommandRun stoppedAt(String text, String... arguments) {
    return of(
        new ByteArrayOutputStream() {
          private boolean stopped;

          @Override
          public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            if (!stopped && toString(StandardCharsets.UTF_8).contains(text)) {
              stopped = true;
              Signal term = new Signal("TERM");
              Signal.handle(term, SignalHandler.SIG_DFL).handle(term);
            }
          }
        },
        arguments);
  }

  private static CommandRun of(ByteArrayOutputStream out, String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments);
    return new CommandRun(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** A command line, none of whose arguments has a blank in it. */
  @SuppressWarnings("AnnotateFormatMethod") // The annotation would be one library more.
  static CommandRun line(String format, Object... values) {
    return of(format.formatted(values).split(" "));
  }

  /** As the other, for what must end well. */
  static CommandRun succeed(String format, Object... values) {
    CommandRun run = line(format, values);
    assertThat(run.exitCode).as(run.errors).isZero();
    return run;
  }
}
