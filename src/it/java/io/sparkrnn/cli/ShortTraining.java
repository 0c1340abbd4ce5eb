package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.Jdk;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A training of about a second, and drivers for it that start as fast as they can. */
final class ShortTraining {
  /** A driver whose heartbeat stands still for so long is dead. */
  static final List<String> LITTLE_PATIENCE =
      List.of("--heartbeat-seconds", "0.05", "--takeover-seconds", "0.15");

  private static final String COMMON = "train --kernels portable --hidden 8";

  private static final String PARAMETERS = "--workers 2 --averaging-frequency 1 ";

  private final Path directory;
  private final SlimJar jar;
  private final Path data;
  private final String settings;
  private final Path classes;
  private final JsonNode result;
  private final long lastRound;

  private ShortTraining(Path directory, int images, String settings) throws Exception {
    this.directory = directory;
    this.jar = SlimJar.in(directory);
    this.data = FirstImages.in(directory, images);
    this.settings = settings;
    // Loading classes would take most of the time of the drivers to come.
    this.classes = directory.resolve("classes.jsa");
    RunState whole = new RunState(directory.resolve("whole"));
    try (Driver driver =
        start(whole.directory(), "whole", "-XX:ArchiveClassesAtExit=" + classes, List.of())) {
      assertThat(driver.awaitExit()).as(driver.output()).isZero();
    }
    this.result = whole.result();
    this.lastRound = whole.newestCheckpoint().orElseThrow();
  }

  /**
   * One that commits a checkpoint every few milliseconds. It is run once, so that it is known what
   * it comes to.
   *
   * @param directory for its data, and for what its drivers print
   */
  static ShortTraining ofManyCheckpoints(Path directory) throws Exception {
    return new ShortTraining(
        directory,
        400,
        PARAMETERS
            + "--epochs 20 --minibatch-size 8 --validation 40 --evaluation-overlap-rounds 4"
            + " --checkpoint-every-rounds 2 --keep 2");
  }

  /** As the other, but its only checkpoint is that of its end. */
  static ShortTraining ofOneEpoch(Path directory) throws Exception {
    return new ShortTraining(
        directory, 6000, PARAMETERS + "--epochs 1 --minibatch-size 1 --checkpoint-every 1000000");
  }

  /** One of 8 workers that average gradients, with all that follows from it. */
  static ShortTraining ofGradients(Path directory) throws Exception {
    return new ShortTraining(
        directory,
        400,
        "--workers 8 --epochs 8 --minibatch-size 2 --validation 40 --evaluation-overlap-rounds 4"
            + " --checkpoint-every-rounds 2 --keep 2");
  }

  private Driver start(Path run, String output, String option, List<String> more)
      throws IOException {
    List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    options.addAll(List.of(option, temporaryFiles()));
    return jar.start(options, arguments(run, "local", more), output(output));
  }

  /**
   * Starts a driver of the engine {@code local}.
   *
   * @param output names the file for what it prints
   * @param more arguments
   */
  Driver start(Path run, String output, List<String> more) throws IOException {
    return start(run, output, "-XX:SharedArchiveFile=" + classes, more);
  }

  /** As the other, with the engine {@code spark} under spark-submit on this machine alone. */
  Driver submit(Path run, String output, List<String> more) throws IOException {
    return submit(run, output, List.of("--master", "local[2]"), more);
  }

  /**
   * As the other, anywhere.
   *
   * @param submitOptions of spark-submit
   */
  Driver submit(Path run, String output, List<String> submitOptions, List<String> more)
      throws IOException {
    return jar.submit(
        Jdk.shortLived(temporaryFiles()),
        Map.of(),
        submitOptions,
        arguments(run, "spark", more),
        output(output));
  }

  /** Where Spark's files go: a driver that is killed cannot delete them. */
  private String temporaryFiles() {
    return "-Djava.io.tmpdir=" + directory;
  }

  private Path output(String name) {
    return directory.resolve(name + ".out");
  }

  private List<String> arguments(Path run, String engine, List<String> more) {
    List<String> arguments = new ArrayList<>(List.of((COMMON + " " + settings).split(" ")));
    arguments.addAll(List.of("--data", data.toString()));
    arguments.addAll(List.of("--run-dir", run.toString(), "--engine", engine));
    // A cluster's processes are on this machine, too.
    arguments.add("--shared-paths");
    arguments.addAll(more);
    return arguments;
  }

  /** About what a driver takes that nobody disturbs. */
  Duration length() {
    return Duration.ofNanos((long) (1e9 * result.at("/training/seconds").asDouble()));
  }

  long lastRound() {
    return lastRound;
  }

  String parametersSha256() {
    return result.path("parametersSha256").asText();
  }
}
