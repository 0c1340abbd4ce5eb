package io.sparkrnn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStorageTest extends StorageContract {
  @TempDir private Path directory;

  private final Storage storage = Storage.of(Map.of());

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  URI directory() {
    return Locations.uri(directory.toString());
  }

  @Test
  void keepsFilesAndDirectoriesToTheirOwner() throws IOException {
    storage.createDirectories(file("a/b"));
    storage.writePrivate(file("a/f"), new byte[3]);
    storage.overwrite(file("a/hint"), new byte[3]);

    for (String made : new String[] {"a", "a/b"}) {
      assertThat(permissions(made)).isEqualTo("rwx------");
    }
    for (String made : new String[] {"a/f", "a/hint"}) {
      assertThat(permissions(made)).isEqualTo("rw-------");
    }
  }

  @Test
  void takesAllNamesAsTheyAre() throws IOException {
    // Composed and decomposed letters, which are different names on Linux.
    for (String name :
        List.of("\u00DCbung #1 %20 %C3%9C [x] 'q'", "U\u0308bung", "数字 😀 \n?*{a,b}")) {
      storage.createDirectories(file(name));
      storage.writePrivate(Storage.resolve(file(name), name), new byte[3]);
      assertThat(directory.resolve(name).resolve(name)).isRegularFile();
      assertThat(storage.list(file(name))).extracting(FileEntry::name).containsExactly(name);
      assertThat(Locations.uri(directory.resolve(name).toString())).isEqualTo(file(name));
      storage.publish(Storage.resolve(file(name), name), file(name + "2"));
      assertThat(storage.read(file(name + "2"), 3)).hasSize(3);
    }
    assertThat(storage.list(directory())).hasSize(6);
  }

  private String permissions(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
  }

  @Test
  void saysThatPermissionIsDenied() throws IOException {
    assumeTrue(!System.getProperty("user.name").equals("root"), "nothing is denied to root");
    storage.createDirectory(file("closed"));
    Files.setPosixFilePermissions(
        directory.resolve("closed"), PosixFilePermissions.fromString("---------"));

    assertThatThrownBy(() -> storage.writePrivate(file("closed/a"), new byte[3]))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessage("Cannot write " + shown("closed/a") + ": permission denied");
  }

  @Test
  void leavesNoChecksumFilesBehind() {
    storage.writePrivate(file("a"), new byte[3]);

    assertThat(directory).isDirectoryNotContaining("glob:**.crc");
  }

  @Test
  void renamingAFileToItselfKeepsIt() {
    storage.writePrivate(file("a"), new byte[3]);
    storage.rename(file("a"), file("a"));

    assertThat(storage.read(file("a"), 3)).hasSize(3);
  }

  @Test
  void createsBelowALinkedDirectory() throws IOException {
    storage.createDirectory(file("real"));
    Files.createSymbolicLink(directory.resolve("link"), directory.resolve("real"));
    storage.createDirectories(file("link"));
    storage.createDirectories(file("link/a"));

    assertThat(storage.isDirectory(file("real/a"))).isTrue();
  }

  @Test
  void deletesALinkAndNotWhatItNames() throws IOException {
    storage.createDirectories(file("real/a"));
    storage.createDirectories(file("tree"));
    Files.createSymbolicLink(directory.resolve("tree/link"), directory.resolve("real"));
    storage.delete(file("tree"));

    assertThat(storage.exists(file("tree"))).isFalse();
    assertThat(storage.exists(file("real/a"))).isTrue();
  }

  /** As two that prune a registry at the same time do. */
  @Test
  void severalMayDeleteTheSame() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int attempt = 0; attempt < 200; attempt++) {
        storage.createDirectories(file("tree/a"));
        for (String name : List.of("tree/a/f", "tree/a/g", "tree/h")) {
          storage.writePrivate(file(name), new byte[1]);
        }
        List<Callable<Void>> deletions =
            Collections.nCopies(
                4,
                () -> {
                  storage.delete(file("tree"));
                  return null;
                });
        for (Future<Void> deletion : threads.invokeAll(deletions)) {
          deletion.get();
        }
        assertThat(storage.exists(file("tree"))).isFalse();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void refusesAHostInALocalUri() {
    assertThatThrownBy(() -> storage.open(URI.create("file://host/a")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot read file://host/a: a local file has no host, but the URI names host");
  }

  @Test
  void refusesARelativeUri() {
    assertThatThrownBy(() -> storage.open(URI.create("a/b")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot read a/b: expected an absolute path");
  }
}
