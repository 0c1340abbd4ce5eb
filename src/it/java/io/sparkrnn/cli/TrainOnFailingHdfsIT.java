package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Proof;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.GoldenTraining;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code train} on an HDFS that fails: golden parameters, or one sentence and 74. */
class TrainOnFailingHdfsIT {
  private static final long SEED = 20_240_609;

  /** Two epochs of two rounds. */
  private static final GoldenTraining TRAINING = GoldenTraining.ONE_LAYER;

  @TempDir private Path temp;

  @Test
  void trainsThroughFailovers() throws Exception {
    int atLeast = Proof.times(20, 2);
    Random random = new Random(SEED);
    try (MiniHdfs hdfs = MiniHdfs.startHighlyAvailable(temp.resolve("hdfs"))) {
      int failovers = 0;
      int trainings = 0;
      while (failovers < atLeast) {
        URI run = newRun(hdfs);
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Integer> failing =
            CompletableFuture.supplyAsync(() -> failOverUntil(ended, hdfs, random));
        CommandRun command;
        try {
          command = train(hdfs.properties(), run, "--heartbeat-seconds", "0.1");
        } finally {
          ended.set(true);
        }
        failovers += failing.join();
        trainings++;
        assertThat(command.errors()).isEmpty();
        assertThat(command.exitCode()).isZero();
        assertWhole(hdfs.storage(), run);
      }
      System.out.printf("seed %d: %d failovers during %d trainings%n", SEED, failovers, trainings);
    }
  }

  private static int failOverUntil(AtomicBoolean ended, MiniHdfs hdfs, Random random) {
    int failovers = 0;
    do {
      pause(random.nextInt(300));
      if (failovers % 2 == 0) {
        hdfs.failOver();
      } else {
        hdfs.stopActiveNameNode();
      }
      failovers++;
    } while (!ended.get());
    return failovers;
  }

  private static void pause(int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void endsWhenTheQuotaIsUsedUpAndResumesOnceItIsLifted() throws Exception {
    MiniHdfs hdfs = MiniHdfs.shared();
    URI run = newRun(hdfs);
    URI parent = run.resolve(".");
    // Room for one file under way beside a checkpoint or two.
    hdfs.limitSpace(parent, MiniHdfs.BLOCK_BYTES * 3L / 2);
    CommandRun command =
        train(
            hdfs.properties(),
            run,
            "--retry-seconds",
            "0.1",
            // It would be a second file under way.
            "--heartbeat-seconds",
            "1000");

    List<FileEntry> good = hdfs.storage().list(Storage.resolve(run, "checkpoints"));
    assertThat(good).as(command.errors()).isNotEmpty();
    assertNotSaved(command, run, good.size() + 1, "no space left under the quota (");
    hdfs.unlimitSpace(parent);
    assertThat(hdfs.storage().list(Storage.resolve(run, "checkpoints"))).isEqualTo(good);
    assertResumes(hdfs, run);
  }

  /** A run that has ended well at its first try. */
  private static void assertWhole(Storage storage, URI run) throws IOException {
    assertThat(parametersSha256(storage, run)).isEqualTo(TRAINING.sha256);
    assertThat(names(storage, run, "results")).containsExactly("1.json");
    assertThat(names(storage, run, "attempts")).containsExactly("1.claim", "1.released");
    assertThat(names(storage, run, "attempts/1.released")).containsExactly("heartbeat");
  }

  private static List<String> names(Storage storage, URI run, String below) {
    return storage.list(Storage.resolve(run, below)).stream().map(FileEntry::name).toList();
  }

  private static String parametersSha256(Storage storage, URI run) throws IOException {
    return RunState.result(storage, run).path("parametersSha256").asText();
  }

  private static void assertNotSaved(CommandRun command, URI run, int round, String reason) {
    assertThat(command.exitCode()).isEqualTo(ExitCode.STORAGE);
    assertThat(command.errors())
        .startsWith(
            "spark-rnn: Cannot save the checkpoint of round %d: gave up trying (Cannot write %s/attempts/1/"
                .formatted(round, run))
        .contains("-checkpoint-%09d.srnn: %s".formatted(round, reason))
        .endsWith(
            "; the last good checkpoint is %s/checkpoints/checkpoint-%09d.srnn%n"
                .formatted(run, round - 1))
        .hasLineCount(1);
  }

  private void assertResumes(MiniHdfs hdfs, URI run) throws IOException {
    CommandRun resumed = train(hdfs.properties(), run, "--resume");
    assertThat(resumed.errors()).isEmpty();
    assertThat(resumed.exitCode()).isZero();
    assertThat(resumed.output()).contains("Resuming from " + run);
    assertThat(parametersSha256(hdfs.storage(), run)).isEqualTo(TRAINING.sha256);
  }

  private static URI newRun(MiniHdfs hdfs) {
    return Storage.resolve(hdfs.directory(), "run");
  }

  private CommandRun train(Map<String, String> properties, URI run, String... more)
      throws IOException {
    StringBuilder hocon = new StringBuilder("hadoop {\n");
    properties.forEach((name, value) -> hocon.append("\"%s\" = \"%s\"%n".formatted(name, value)));
    Path configuration = Files.writeString(temp.resolve("train.conf"), hocon.append("}\n"));
    List<String> arguments = new ArrayList<>(TRAINING.arguments(temp));
    arguments.addAll(List.of("--engine", "local", "--config", configuration.toString()));
    arguments.addAll(List.of("--run-dir", run.toString()));
    arguments.addAll(List.of("--checkpoint-every-rounds", "1", "--evaluation-overlap-rounds", "0"));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }
}
