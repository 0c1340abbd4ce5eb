package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A driver in a process of its own, and what may happen to it. */
final class Driver implements AutoCloseable {
  /** Only against hanging. */
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  private static final Pattern SUBMITTED = Pattern.compile("submitted as (driver-[\\d-]+)");

  private final ForkedJvm jvm;
  // A test that is killed does not close its drivers, and a paused one never ends by itself.
  private final Thread killer;

  Driver(ForkedJvm jvm) {
    this.jvm = jvm;
    this.killer = new Thread(jvm.process()::destroyForcibly, "driver-killer");
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /** SIGKILL; returns when it is dead. */
  void kill() throws InterruptedException {
    jvm.process().destroyForcibly().waitFor();
  }

  /** SIGTERM. */
  void terminate() {
    jvm.process().destroy();
  }

  /** SIGSTOP. */
  void pause() {
    ForkedJvm.signal("STOP", jvm.process().toHandle());
  }

  /** SIGCONT. */
  void wake() {
    ForkedJvm.signal("CONT", jvm.process().toHandle());
  }

  /** Waits until it has ended; its exit code. */
  int awaitExit() throws Exception {
    assertThat(endsWithin(DEADLINE)).as("%s ends; it printed:%n%s", jvm.what(), output()).isTrue();
    return jvm.process().exitValue();
  }

  boolean endsWithin(Duration time) throws InterruptedException {
    return jvm.process().waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for something that happens while it runs. */
  void await(String what, Callable<Boolean> condition) throws Exception {
    Instant deadline = Instant.now().plus(DEADLINE);
    while (!condition.call()) {
      assertThat(jvm.process().isAlive() && Instant.now().isBefore(deadline))
          .as("%s runs until there is %s; it printed:%n%s", jvm.what(), what, output())
          .isTrue();
      Thread.sleep(1);
    }
  }

  /** Waits until it prints something. */
  void awaitOutput(String text) throws Exception {
    await(text, () -> output().contains(text));
  }

  /** Waits until it has submitted another driver to a cluster, and ended; that one's id. */
  String awaitSubmission() throws Exception {
    assertThat(awaitExit()).as(output()).isZero();
    Matcher submitted = SUBMITTED.matcher(output());
    assertThat(submitted.find()).as(output()).isTrue();
    return submitted.group(1);
  }

  /** What it has printed so far. */
  String output() throws IOException {
    return Files.readString(jvm.output());
  }

  @Override
  public void close() {
    jvm.process().destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
