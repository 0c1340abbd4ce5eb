package io.sparkrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.Proof;
import io.sparkrnn.checkpoint.FakeClock;
import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.GoldenTraining;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code train} on an HDFS that fails: golden parameters, or one sentence and 74. */
class TrainOnFailingHdfsIT {
  private static final long SEED = 20_240_609;

  /** Two epochs of two rounds. */
  private static final GoldenTraining TRAINING = GoldenTraining.ONE_LAYER;

  private static final String AFTER_THE_FIRST_EPOCH = "\n  1/2 ";

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
        assertThat(defects(hdfs.storage(), run)).isEmpty();
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
  void waitsForTheOnlyDataNode() throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.start(temp.resolve("hdfs"))) {
      URI run = newRun(hdfs);
      DataNodeOutage outage = new DataNodeOutage(hdfs, 2);
      CommandRun command =
          train(hdfs.properties(), run, outage.clock(), outage::begin, "--retry-seconds", "60");

      assertThat(command.errors()).isEmpty();
      assertThat(command.exitCode()).isZero();
      assertThat(outage.waits.get()).isGreaterThanOrEqualTo(2);
      assertThat(defects(hdfs.storage(), run)).isEmpty();
    }
  }

  @Test
  void endsWhenTheOnlyDataNodeStaysAway() throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.start(temp.resolve("hdfs"))) {
      URI run = newRun(hdfs);
      DataNodeOutage outage = new DataNodeOutage(hdfs, Integer.MAX_VALUE);
      CommandRun command =
          train(hdfs.properties(), run, outage.clock(), outage::begin, "--retry-seconds", "5");

      assertNotSaved(command, run, 2, "no data node has room for it or none answers (");
      outage.end();
      assertResumes(hdfs, run);
    }
  }

  /** From a moment of the run until somebody has waited so often. */
  private static final class DataNodeOutage {
    private final MiniHdfs hdfs;
    private final int waitsUntilEnd;
    private final AtomicInteger waits = new AtomicInteger();
    private Runnable start;

    DataNodeOutage(MiniHdfs hdfs, int waitsUntilEnd) {
      this.hdfs = hdfs;
      this.waitsUntilEnd = waitsUntilEnd;
    }

    void begin() {
      start = hdfs.stopDataNode(0);
    }

    void end() {
      start.run();
    }

    MonotonicClock clock() {
      return new FakeClock(
          () -> {
            if (waits.incrementAndGet() == waitsUntilEnd) {
              end();
            }
          });
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

  @Test
  void endsWithoutPermission() throws Exception {
    MiniHdfs hdfs = MiniHdfs.shared();
    URI hidden = newRun(hdfs);
    CommandRun search = asEve(() -> train(hdfs.properties(), hidden));
    assertThat(search.exitCode()).isEqualTo(ExitCode.STORAGE);
    assertThat(search.errors())
        .startsWith(
            "spark-rnn: Cannot look for %s: permission denied: user=eve, access=EXECUTE"
                .formatted(hidden))
        .hasLineCount(1);

    URI atTheTop = hidden.resolve("/run");
    CommandRun make = asEve(() -> train(hdfs.properties(), atTheTop));
    assertThat(make.exitCode()).isEqualTo(ExitCode.STORAGE);
    assertThat(make.errors())
        .startsWith(
            "spark-rnn: Cannot create directory %s: permission denied: user=eve, access=WRITE"
                .formatted(atTheTop))
        .hasLineCount(1);
    assertThat(hdfs.storage().exists(atTheTop)).isFalse();
  }

  private static CommandRun asEve(PrivilegedExceptionAction<CommandRun> command) throws Exception {
    return UserGroupInformation.createRemoteUser("eve").doAs(command);
  }

  @Test
  void otherParametersAndLeftoversAreNoticed() throws Exception {
    Storage storage = Storage.of(Map.of());
    URI run = temp.resolve("run").toUri();
    assertThat(train(Map.of(), run).exitCode()).isZero();
    assertThat(defects(storage, run)).isEmpty();
    storage.overwrite(
        Storage.resolve(run, "result.json"), "{\"parametersSha256\": \"0\"}".getBytes(UTF_8));
    storage.writePrivate(Storage.resolve(run, "attempts/1.released/9-model.srnn"), new byte[1]);
    storage.writePrivate(Storage.resolve(run, "results/2.json"), new byte[1]);

    assertThat(defects(storage, run))
        .containsExactly(
            "parameters: expected %s, found 0".formatted(TRAINING.sha256),
            "results: expected [1.json], found [1.json, 2.json]",
            "attempts/1.released: expected [heartbeat], found [9-model.srnn, heartbeat]");
  }

  /** What is wrong with a run that has ended well at its first try. */
  private static List<String> defects(Storage storage, URI run) throws IOException {
    List<String> defects = new ArrayList<>();
    require(defects, "parameters", TRAINING.sha256, parametersSha256(storage, run));
    require(defects, "results", List.of("1.json"), names(storage, run, "results"));
    require(defects, "attempts", List.of("1.claim", "1.released"), names(storage, run, "attempts"));
    require(
        defects,
        "attempts/1.released",
        List.of("heartbeat"),
        names(storage, run, "attempts/1.released"));
    return defects;
  }

  private static void require(List<String> defects, String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      defects.add("%s: expected %s, found %s".formatted(what, expected, found));
    }
  }

  private static List<String> names(Storage storage, URI run, String below) {
    return storage.list(Storage.resolve(run, below)).stream().map(FileEntry::name).toList();
  }

  private static String parametersSha256(Storage storage, URI run) throws IOException {
    return new ObjectMapper()
        .readTree(storage.read(Storage.resolve(run, "result.json"), 1 << 20))
        .path("parametersSha256")
        .asText();
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
    return train(properties, run, MonotonicClock.SYSTEM, () -> {}, more);
  }

  private CommandRun train(
      Map<String, String> properties,
      URI run,
      MonotonicClock clock,
      Runnable afterTheFirstEpoch,
      String... more)
      throws IOException {
    StringBuilder hocon = new StringBuilder("hadoop {\n");
    properties.forEach((name, value) -> hocon.append("\"%s\" = \"%s\"%n".formatted(name, value)));
    Path configuration = Files.writeString(temp.resolve("train.conf"), hocon.append("}\n"));
    List<String> arguments = new ArrayList<>(TRAINING.arguments(temp));
    arguments.addAll(List.of("--engine", "local", "--config", configuration.toString()));
    arguments.addAll(List.of("--run-dir", run.toString()));
    arguments.addAll(List.of("--checkpoint-every-rounds", "1", "--evaluation-overlap-rounds", "0"));
    arguments.addAll(List.of(more));
    Output out = new Output(afterTheFirstEpoch);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            clock,
            arguments.toArray(String[]::new));
    return new CommandRun(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Lets something happen when the first epoch is reported, and before anything else does. */
  private static final class Output extends ByteArrayOutputStream {
    private Runnable afterTheFirstEpoch;

    Output(Runnable afterTheFirstEpoch) {
      this.afterTheFirstEpoch = afterTheFirstEpoch;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      super.write(bytes, offset, length);
      if (toString(UTF_8).contains(AFTER_THE_FIRST_EPOCH)) {
        Runnable step = afterTheFirstEpoch;
        afterTheFirstEpoch = () -> {};
        step.run();
      }
    }
  }
}
