package io.sparkrnn.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("faults")
class UnsyncedChangesTest {
  private static final byte[] BYTES = "three".getBytes(UTF_8);

  @TempDir private Path temp;

  private final Storage storage = Storage.of(Map.of());
  private Path run;
  private UnsyncedChanges disk;

  @BeforeEach
  void keepUnsynced() throws IOException {
    run = Files.createDirectory(temp.resolve("run"));
    Files.createDirectories(run.resolve("attempts/1"));
    Path shadow = Files.createDirectory(temp.resolve("shadow"));
    disk = FaultFileSystem.ofThisJvm().keepUnsynced(run, shadow);
  }

  @AfterEach
  void stop() {
    disk.close();
  }

  @Test
  void bytesAreSafeOnceTheFileWasForced() throws IOException {
    try (FileChannel file = create("a")) {
      force(run);
      file.write(ByteBuffer.wrap(BYTES));
      file.force(true);
      file.write(ByteBuffer.wrap(BYTES));
    }

    assertThat(disk.unsynced()).containsExactly("write a");
    disk.powerLoss();
    assertThat(run.resolve("a")).hasBinaryContent(BYTES);
  }

  @Test
  void bytesMaySurviveByLuck() throws IOException {
    try (FileChannel file = create("a")) {
      force(run);
      file.write(ByteBuffer.wrap(BYTES));
    }
    disk.powerLoss("write a"::equals);

    assertThat(run.resolve("a")).hasBinaryContent(BYTES);
    disk.powerLoss();
    assertThat(run.resolve("a")).hasBinaryContent(BYTES);
  }

  @Test
  void whatWasWrittenOverForcedBytesIsLostFromThereOn() throws IOException {
    Files.write(run.resolve("a"), BYTES);
    disk.powerLoss(change -> true);
    try (FileChannel file = FileChannel.open(run.resolve("a"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(BYTES), 2);
    }
    disk.powerLoss();

    assertThat(run.resolve("a")).hasContent("th");
  }

  @Test
  void aNameIsSafeOnceItsDirectoryWasForced() throws IOException {
    Files.createDirectory(run.resolve("d"));
    force(run);
    create("d/forced").close();
    force(run.resolve("d"));
    create("d/not forced").close();
    Files.createDirectory(run.resolve("d/below"));
    create("d/below/forced in vain").close();
    force(run.resolve("d/below"));

    assertThat(disk.unsynced()).containsExactly("create d/not forced", "createDirectory d/below");
    disk.powerLoss();
    assertThat(tree()).containsExactly("attempts", "attempts/1", "d", "d/forced");
  }

  @Test
  void deletesAreUndone() throws IOException {
    storage.writePrivate(at("attempts/1/a"), BYTES);
    force(run.resolve("attempts/1"));
    storage.delete(at("attempts"));
    assertThat(tree()).isEmpty();
    disk.powerLoss();

    assertThat(tree()).containsExactly("attempts", "attempts/1", "attempts/1/a");
    assertThat(storage.read(at("attempts/1/a"), 9)).isEqualTo(BYTES);
  }

  @Test
  void aMoveIsSafeOnceBothDirectoriesWereForced() throws IOException {
    storage.writePrivate(at("attempts/1/a"), BYTES);
    force(run.resolve("attempts/1"));
    Files.move(run.resolve("attempts/1/a"), run.resolve("a"));
    force(run);
    assertThat(disk.unsynced()).containsExactly("move attempts/1/a -> a");
    disk.powerLoss();
    assertThat(tree()).containsExactly("attempts", "attempts/1", "attempts/1/a");

    Files.move(run.resolve("attempts/1/a"), run.resolve("a"));
    force(run);
    force(run.resolve("attempts/1"));
    assertThat(disk.unsynced()).isEmpty();
    disk.powerLoss();
    assertThat(tree()).containsExactly("a", "attempts", "attempts/1");
  }

  @Test
  void whatADirectoryHoldsMovesWithIt() throws IOException {
    storage.writePrivate(at("attempts/1/a"), BYTES);
    force(run.resolve("attempts/1"));
    storage.rename(at("attempts/1"), at("attempts/1.fenced"));
    create("attempts/1.fenced/b").close();
    disk.powerLoss();

    assertThat(tree()).containsExactly("attempts", "attempts/1.fenced", "attempts/1.fenced/a");
  }

  @Test
  void anyPartMaySurvive() throws IOException {
    storage.writePrivate(at("attempts/1/a"), BYTES);
    force(run.resolve("attempts/1"));
    Files.createLink(run.resolve("a"), run.resolve("attempts/1/a"));
    Files.delete(run.resolve("attempts/1/a"));
    assertThat(disk.unsynced())
        .containsExactly("createLink attempts/1/a -> a", "delete attempts/1/a");
    disk.powerLoss("delete attempts/1/a"::equals);

    assertThat(tree()).containsExactly("attempts", "attempts/1");
  }

  @Test
  void anOlderChangeOfANameThatIsForcedLaterIsVoid() throws IOException {
    storage.writePrivate(at("attempts/1/a"), BYTES);
    force(run.resolve("attempts/1"));
    Files.move(run.resolve("attempts/1/a"), run.resolve("a"));
    Files.delete(run.resolve("a"));
    force(run);
    force(run.resolve("attempts/1"));
    disk.powerLoss();

    assertThat(tree()).containsExactly("attempts", "attempts/1");
  }

  @Test
  void refusesWhatItCannotKeep() {
    assertThatThrownBy(() -> Files.createSymbolicLink(run.resolve("l"), run.resolve("attempts")))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("found a symbolic link");
    assertThatThrownBy(() -> FaultFileSystem.ofThisJvm().keepUnsynced(temp, run))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPublishedFileIsLostWhenForcesDoNothing() {
    FaultPlan.below(run)
        .lie(Lie.FORCES_DO_NOTHING)
        .run(
            () -> {
              storage.writePrivate(at("attempts/1/a"), BYTES);
              storage.publish(at("attempts/1/a"), at("a"));
            });
    assertThat(tree()).contains("a");
    disk.powerLoss();

    assertThat(tree()).containsExactly("attempts", "attempts/1");
  }

  private FileChannel create(String name) throws IOException {
    return FileChannel.open(
        run.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private List<String> tree() {
    try (Stream<Path> paths = Files.walk(run)) {
      return paths
          .filter(path -> !path.equals(run))
          .map(path -> run.relativize(path).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private URI at(String name) {
    return Storage.resolve(Locations.uri(run.toString()), name);
  }
}
