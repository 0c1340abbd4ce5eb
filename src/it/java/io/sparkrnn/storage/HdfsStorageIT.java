package io.sparkrnn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.security.PrivilegedAction;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.security.UserGroupInformation;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class HdfsStorageIT extends StorageContract {
  private static final MiniHdfs HDFS = MiniHdfs.shared();

  private final Storage storage = newStorage();
  private final URI directory = HDFS.directory();

  Storage newStorage() {
    return HDFS.storage();
  }

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  URI directory() {
    return directory;
  }

  @Test
  void keepsFilesAndDirectoriesToTheirOwner() throws IOException {
    storage.createDirectories(file("a/b"));
    storage.createDirectory(file("c"));
    storage.writePrivate(file("f"), new byte[3]);
    storage.overwrite(file("hint"), new byte[3]);

    for (String made : new String[] {"a", "a/b", "c"}) {
      assertThat(status(made).getPermission()).hasToString("rwx------");
    }
    for (String made : new String[] {"f", "hint"}) {
      assertThat(status(made).getPermission()).hasToString("rw-------");
    }
  }

  private FileStatus status(String name) throws IOException {
    URI file = file(name);
    return FileSystem.get(file, new Configuration())
        .getFileStatus(new org.apache.hadoop.fs.Path(file));
  }

  @Test
  void saysThatPermissionIsDenied() {
    storage.writePrivate(file("a"), new byte[3]);

    assertDenied("read", "a", () -> asEve().read(file("a"), 3));
    assertDenied("write", "b", () -> asEve().writePrivate(file("b"), new byte[3]));
    assertDenied("list", "", () -> asEve().list(directory));
    assertDenied("create directory", "d", () -> asEve().createDirectory(file("d")));
    assertDenied("delete", "a", () -> asEve().delete(file("a")));
    assertThat(storage.list(directory)).containsExactly(new FileEntry("a", 3, false));
  }

  private void assertDenied(String action, String name, ThrowingCallable step) {
    String where = name.isEmpty() ? Storage.describe(directory) : shown(name);
    assertThatThrownBy(() -> asEve(step))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageStartingWith("Cannot " + action + " " + where + ": permission denied: user=eve")
        .hasMessageNotContaining("\n");
  }

  private Storage asEve() {
    return newStorage();
  }

  private static void asEve(ThrowingCallable step) throws Throwable {
    Throwable failure =
        UserGroupInformation.createRemoteUser("eve")
            .doAs(
                (PrivilegedAction<Throwable>)
                    () -> {
                      try {
                        step.call();
                        return null;
                      } catch (Throwable e) {
                        return e;
                      }
                    });
    if (failure != null) {
      throw failure;
    }
  }

  @Test
  void usesTheDefaultFileSystemWhenAUriNamesNoHost() {
    storage.writePrivate(file("a"), new byte[3]);
    Storage configured = Storage.of(Map.of("fs.defaultFS", "hdfs://" + directory.getAuthority()));
    URI withoutHost = URI.create("hdfs://" + file("a").getPath());

    assertThat(configured.read(withoutHost, 3)).hasSize(3);
  }

  @Test
  void leavesAFileAloneThatAnotherIsStillWriting() throws IOException {
    FileSystem other = FileSystem.newInstance(directory, new Configuration());
    try (var out = other.create(new org.apache.hadoop.fs.Path(file("open")))) {
      out.write(1);
      assertThatThrownBy(() -> storage.writePrivate(file("open"), new byte[3]))
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("Cannot write " + shown("open") + ": ");
      assertThat(storage.exists(file("open"))).isTrue();
    }
  }
}
