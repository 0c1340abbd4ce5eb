package io.sparkrnn.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.ForkedJvm;
import io.sparkrnn.Jdk;
import io.sparkrnn.cli.Main;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.FirstImages;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers in processes of their own, unchanged but for the file systems below them. */
class FaultProcessIT {
  private static final String PROVIDER =
      "-Djava.nio.file.spi.DefaultFileSystemProvider=" + FaultFileSystem.class.getName();

  @TempDir private Path temp;
  private URI run;
  private Path log;

  @BeforeEach
  void nameFiles() {
    run = Locations.uri(temp.resolve("run").toString());
    log = temp.resolve("operations");
  }

  @Test
  void aDriverThatIsOnlyWatchedTrainsToTheSameBits() throws Exception {
    URI plain = Locations.uri(temp.resolve("plain").toString());
    start(plain, List.of()).awaitOutput();
    start(run, onDisk()).awaitOutput();

    assertThat(parametersSha256(run)).isEqualTo(parametersSha256(plain));
    List<String> operations = Files.readAllLines(log);
    for (CrashPoint point :
        List.of(
            CrashPoint.AFTER_CLAIM,
            CrashPoint.RUN_NAMED,
            CrashPoint.CHECKPOINT_WRITTEN_IN_PART,
            CrashPoint.PUBLISHED_NOT_UNLINKED,
            CrashPoint.PUBLISHED_NOT_FORCED,
            CrashPoint.MODEL_PUBLISHED,
            CrashPoint.DL4J_MODEL_PUBLISHED,
            CrashPoint.RESULT_NUMBERED_NOT_COPIED,
            CrashPoint.RESULT_COPIED)) {
      assertThat(operations)
          .as(point.name())
          .anyMatch(point.point().description().asMatchPredicate());
    }
    assertThat(operations).noneMatch(line -> line.contains(temp.toString()));
  }

  @Test
  void aDriverEndsAtANamedPointAndTheNextGoesOn() throws Exception {
    URI plain = Locations.uri(temp.resolve("plain").toString());
    start(plain, List.of()).awaitOutput();
    ForkedJvm halted =
        start(run, onDisk("-Dfault.action=HALT", "-Dfault.point=PUBLISHED_NOT_UNLINKED"));
    assertThat(halted.process().waitFor()).isEqualTo(ProcessFaults.HALT_STATUS);
    // The heartbeat's thread may have begun an operation of its own.
    assertThat(Files.readAllLines(log).stream().filter(line -> line.contains("checkpoint-")))
        .last()
        .asString()
        .matches("createLink attempts/1/\\d+-checkpoint-\\d{9}\\.srnn -> checkpoints/.*");
    assertThat(names("attempts/1")).contains("heartbeat", "trash");

    start(run, List.of(), "--resume").awaitOutput();
    assertThat(names("attempts")).containsExactly("1.claim", "2.claim", "2.released");
    assertThat(parametersSha256(run)).isEqualTo(parametersSha256(plain));
  }

  @Test
  void aDriverEndsAtANumberedChange() throws Exception {
    ForkedJvm halted =
        start(
            run,
            onDisk(
                "-Dfault.action=HALT",
                "-Dfault.at=3",
                "-Dfault.counted=CHANGES",
                "-Dfault.moment=AFTER"));
    assertThat(halted.process().waitFor()).isEqualTo(ProcessFaults.HALT_STATUS);

    assertThat(names("")).containsExactly("checkpoints");
    assertThat(names("checkpoints")).isEmpty();
  }

  @Test
  void aDriverFailsAsAsked() throws Exception {
    ForkedJvm failing =
        start(
            run,
            onDisk(
                "-Dfault.action=FAIL_FROM",
                "-Dfault.point=CHECKPOINT_WRITTEN_NOT_FORCED",
                "-Dfault.failure=NO_SPACE"),
            "--retry-seconds=0.1");

    assertThat(failing.process().waitFor()).isEqualTo(74);
    assertThat(failing.output())
        .content()
        .contains("Cannot save the checkpoint", "no space left on the device");
    assertThat(names("checkpoints")).isEmpty();
  }

  @Test
  void aDriverPausesUntilItIsReleased() throws Exception {
    ForkedJvm paused =
        start(
            run,
            onDisk(
                "-Dfault.action=PAUSE",
                "-Dfault.point=CHECKPOINT_WRITTEN_NOT_PUBLISHED",
                "-Dfault.signals=" + temp));
    while (!Files.exists(temp.resolve("paused"))) {
      assertThat(paused.process().isAlive()).as(Files.readString(paused.output())).isTrue();
      Thread.sleep(10);
    }
    assertThat(names("checkpoints")).isEmpty();
    Files.createFile(temp.resolve("released"));

    paused.awaitOutput();
    assertThat(names("checkpoints")).hasSize(1);
  }

  @Test
  void lyingForcesAreNotSeenByTheDriver() throws Exception {
    start(run, onDisk("-Dfault.lies=FORCES_DO_NOTHING")).awaitOutput();

    assertThat(Files.readAllLines(log)).contains("force checkpoints");
  }

  @Test
  void aDriverOnHdfsEndsAtANamedPointAndTheNextGoesOn() throws Exception {
    MiniHdfs hdfs = MiniHdfs.shared();
    run = Storage.resolve(hdfs.directory(), "run");
    ForkedJvm halted =
        start(
            run,
            options(
                run.toString(), "-Dfault.action=HALT", "-Dfault.point=RESULT_NUMBERED_NOT_COPIED"));
    assertThat(halted.process().waitFor())
        .as(Files.readString(halted.output()))
        .isEqualTo(ProcessFaults.HALT_STATUS);
    assertThat(names("results")).containsExactly("1.json");
    assertThat(names("")).contains("model.srnn").doesNotContain("result.json");

    start(run, List.of(), "--resume").awaitOutput();
    assertThat(names("")).contains("result.json");
  }

  private List<String> onDisk(String... more) {
    List<String> options = options(temp.resolve("run").toString(), more);
    options.add(PROVIDER);
    return options;
  }

  private List<String> options(String directory, String... more) {
    List<String> options = new ArrayList<>(List.of("-Dfault.directory=" + directory));
    options.add("-Dfault.log=" + log);
    options.addAll(List.of(more));
    return options;
  }

  private ForkedJvm start(URI directory, List<String> faults, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("train", "--run-dir", directory.toString()));
    arguments.addAll(List.of("--data", FirstImages.in(temp, 640).toString()));
    arguments.addAll(
        List.of("--engine", "local", "--hidden", "4", "--epochs", "1", "--validation", "0"));
    arguments.addAll(List.of("--heartbeat-seconds", "0.05", "--takeover-seconds", "0.15"));
    arguments.addAll(List.of(more));
    Path configuration = Files.createDirectories(temp.resolve("hadoop"));
    Files.writeString(configuration.resolve("core-site.xml"), hadoopFile());
    return Jdk.running()
        .start(
            Jdk.withVectorModule(faults.toArray(String[]::new)),
            configuration + File.pathSeparator + System.getProperty("java.class.path"),
            Main.class.getName(),
            arguments,
            Files.createTempFile(temp, "driver", ".log"));
  }

  /** Puts the instrument below HDFS, where it does nothing without a plan. */
  private static String hadoopFile() {
    StringBuilder xml = new StringBuilder("<configuration>");
    FaultHdfs.PROPERTIES.forEach(
        (name, value) ->
            xml.append(
                "<property><name>%s</name><value>%s</value></property>".formatted(name, value)));
    return xml.append("</configuration>").toString();
  }

  private List<String> names(String directory) {
    URI where = directory.isEmpty() ? run : Storage.resolve(run, directory);
    return storage().list(where).stream().map(FileEntry::name).toList();
  }

  private static String parametersSha256(URI run) throws IOException {
    byte[] result = storage().read(Storage.resolve(run, "result.json"), 1 << 20);
    return new ObjectMapper().readTree(result).path("parametersSha256").asText();
  }

  private static Storage storage() {
    return Storage.of(Map.of());
  }
}
