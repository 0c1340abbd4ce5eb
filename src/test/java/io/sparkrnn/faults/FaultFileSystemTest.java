package io.sparkrnn.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.PermissionDeniedException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("faults")
class FaultFileSystemTest {
  private static final byte[] BYTES = "three".getBytes(UTF_8);

  @TempDir private Path run;
  @TempDir private Path elsewhere;

  private final Storage storage = Storage.of(Map.of());

  @BeforeEach
  void makeAttempt() {
    FaultFileSystem.ofThisJvm();
    storage.createDirectories(at("attempts/1"));
  }

  @Test
  void logsEveryStepOfAPublish() {
    FaultPlan plan = FaultPlan.below(run);
    plan.run(this::publish);

    assertThat(plan.log())
        .containsExactly(
            "create attempts/1/1-a",
            "write attempts/1/1-a",
            "write attempts/1/1-a",
            "force attempts/1/1-a",
            "close attempts/1/1-a",
            "readAttributes attempts/1/1-a",
            "open attempts/1/1-a",
            "readAttributes attempts/1/1-a",
            "readAttributes attempts/1/1-a",
            "createLink attempts/1/1-a -> a",
            "open .",
            "force .",
            "delete attempts/1/1-a");
    assertThat(storage.read(at("a"), 9)).isEqualTo(BYTES);
  }

  @Test
  void whatNoPlanCoversPassesStraightThrough() throws IOException {
    FaultPlan plan = FaultPlan.below(run).failFrom(Point.before(1), Failure.IO_ERROR);
    plan.run(() -> Files.writeString(elsewhere.resolve("a"), "a"));
    Files.writeString(run.resolve("by a thread of no plan"), "a");

    assertThat(plan.log()).isEmpty();
    assertThat(run.resolve("a").toFile()).doesNotExist();
    assertThat(elsewhere.resolve("a").toFile()).exists();
    assertThat(run.toRealPath().toUri()).isEqualTo(run.toUri());
    assertThat(Path.of(run.toUri())).isEqualTo(run);
  }

  @Test
  void stillOpensZipFiles() throws IOException {
    Path zip = elsewhere.resolve("a.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("entry"));
      out.write(BYTES);
    }
    try (FileSystem files = FileSystems.newFileSystem(zip)) {
      assertThat(Files.readAllBytes(files.getPath("entry"))).isEqualTo(BYTES);
    }
  }

  @Test
  void seesEveryWayToReadAndWrite() throws IOException {
    FaultPlan plan = FaultPlan.below(run);
    Path file = run.resolve("a");
    plan.run(
        () -> {
          Files.write(file, BYTES);
          Files.write(file, BYTES, StandardOpenOption.APPEND);
          assertThat(Files.readString(file)).isEqualTo("threethree");
          Files.copy(file, run.resolve("b"));
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(BYTES), 10);
            channel.truncate(1);
          }
          Files.setLastModifiedTime(file, Files.getLastModifiedTime(file));
          Files.createSymbolicLink(run.resolve("l"), file);
        });

    assertThat(plan.changes())
        .containsExactly(
            "create a",
            "write a",
            "write a",
            "close a",
            "openForWriting a",
            "write a",
            "write a",
            "close a",
            "copy a -> b",
            "openForWriting a",
            "write a",
            "truncate a",
            "close a",
            "createSymbolicLink l");
    assertThat(Files.readString(file)).isEqualTo("t");
  }

  @Test
  void tearsAWrite() {
    FaultPlan plan = FaultPlan.below(run).halt(Point.after("write .*"));
    plan.runUntilHalt(() -> storage.writePrivate(at("attempts/1/1-a"), BYTES));

    assertThat(storage.read(at("attempts/1/1-a"), 9)).isEqualTo("th".getBytes(UTF_8));
  }

  @Test
  void failsInTheWordsOfTheDisk() {
    failing("write .*", Failure.NO_SPACE)
        .run(
            () ->
                assertThatThrownBy(() -> storage.writePrivate(at("a"), BYTES))
                    .isInstanceOf(StorageException.class)
                    .hasMessage("Cannot write " + run + "/a: no space left on the device"));
    assertThat(storage.exists(at("a"))).isFalse();
    failing("create .*", Failure.ACCESS_DENIED)
        .run(
            () ->
                assertThatThrownBy(() -> storage.writePrivate(at("a"), BYTES))
                    .isInstanceOf(PermissionDeniedException.class));
    failing("list .*", Failure.IO_ERROR)
        .run(
            () ->
                assertThatThrownBy(() -> storage.list(Locations.uri(run.toString())))
                    .hasMessage("Cannot list " + run + ": Input/output error"));
  }

  @Test
  void aLinkThatFailsIsAFailureThatChangedNothing() throws IOException {
    String message =
        "Cannot publish %1$s/attempts/1/1-a as %1$s/a: Input/output error".formatted(run);
    failing("createLink .*", Failure.IO_ERROR)
        .run(() -> assertThatThrownBy(this::publish).hasMessage(message));
    assertThat(storage.exists(at("a"))).isFalse();

    // Another's equal bytes are not taken for ours.
    storage.writePrivate(at("a"), BYTES);
    storage.delete(at("attempts/1/1-a"));
    failing("createLink .*", Failure.IO_ERROR)
        .run(() -> assertThatThrownBy(this::publish).hasMessage(message));
  }

  private FaultPlan failing(String operations, Failure failure) {
    return FaultPlan.below(run).fail(Point.before(operations), failure);
  }

  @Test
  void aLinkWhoseAnswerIsLostIsFoundOutByTheProgram() {
    FaultPlan plan = FaultPlan.below(run).fail(Point.after("createLink .*"), Failure.IO_ERROR);
    plan.run(this::publish);

    assertThat(plan.hits()).isEqualTo(1);
    assertThat(storage.read(at("a"), 9)).isEqualTo(BYTES);
  }

  @Test
  void staysFrozenAfterAHalt() throws IOException {
    storage.writePrivate(at("old"), BYTES);
    FaultPlan plan = FaultPlan.below(run).halt(Point.before("createDirectory b"));
    InputStream in = plan.call(() -> Files.newInputStream(run.resolve("old")));
    OutputStream out = plan.call(() -> Files.newOutputStream(run.resolve("new")));
    FileChannel directory = plan.call(() -> FileChannel.open(run, StandardOpenOption.READ));
    plan.runUntilHalt(() -> storage.createDirectory(at("b")));

    List<FaultPlan.Step<IOException>> steps =
        List.of(
            () -> storage.createDirectory(at("c")),
            () -> storage.writePrivate(at("c"), BYTES),
            () -> storage.rename(at("old"), at("c")),
            () -> storage.replace(at("old"), at("c")),
            () -> storage.rename(at("attempts"), at("c")),
            () -> storage.delete(at("attempts")),
            () -> storage.list(at("attempts")),
            () -> storage.read(at("old"), 9),
            () -> in.read(),
            () -> out.write(1),
            () -> directory.force(true));
    plan.run(
        () -> {
          for (FaultPlan.Step<IOException> step : steps) {
            assertThatThrownBy(step::run).isInstanceOf(SimulatedHalt.class);
          }
        });
    // By threads of the next generation, too: what is open stays with its own.
    FaultPlan next = FaultPlan.below(run);
    next.run(
        () -> {
          assertThatThrownBy(() -> out.write(1)).isInstanceOf(SimulatedHalt.class);
          assertThatThrownBy(out::close).isInstanceOf(SimulatedHalt.class);
          storage.createDirectory(at("b"));
        });
    in.close();
    directory.close();

    assertThat(plan.log()).endsWith("createDirectory b");
    assertThat(next.changes()).containsExactly("createDirectory b", "force .");
    assertThat(run.resolve("new")).isEmptyFile();
    assertThat(storage.read(at("old"), 9)).isEqualTo(BYTES);
    assertThat(Files.exists(run.resolve("c"))).isFalse();
  }

  @Test
  void aPausedZombieFindsItselfFenced() throws Exception {
    FaultPlan first = FaultPlan.below(run).pause(Point.before("createLink .*"));
    CompletableFuture<Void> zombie = CompletableFuture.runAsync(() -> first.run(this::publish));
    first.awaitPaused();
    FaultPlan.below(run).run(() -> storage.rename(at("attempts/1"), at("attempts/1.fenced")));
    first.release();

    assertThatThrownBy(zombie::get).hasCauseInstanceOf(MissingFileException.class);
    assertThat(storage.exists(at("a"))).isFalse();
  }

  @Test
  void liesAboutFencing() {
    FaultPlan.below(run)
        .lie(Lie.FENCING_DOES_NOTHING)
        .run(() -> storage.rename(at("attempts/1"), at("attempts/1.fenced")));
    assertThat(storage.exists(at("attempts/1"))).isTrue();
    assertThat(storage.exists(at("attempts/1.fenced"))).isFalse();
  }

  private void publish() {
    storage.writePrivate(at("attempts/1/1-a"), BYTES);
    storage.publish(at("attempts/1/1-a"), at("a"));
  }

  private URI at(String name) {
    return Storage.resolve(Locations.uri(run.toString()), name);
  }
}
