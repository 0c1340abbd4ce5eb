package io.sparkrnn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataNodeAwayIT {
  @Test
  void whatNoDataNodeServesFailsAndLeavesNothing(@TempDir Path files) throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.start(files)) {
      Storage storage = hdfs.storage();
      URI directory = hdfs.directory();
      URI before = Storage.resolve(directory, "before");
      URI file = Storage.resolve(directory, "file");
      storage.writePrivate(before, new byte[3]);
      Runnable start = hdfs.stopDataNode(0);

      assertThatThrownBy(() -> storage.writePrivate(file, new byte[3]))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageStartingWith(
              "Cannot write %s: no data node has room for it or none answers ("
                  .formatted(Storage.describe(file)));
      assertThatThrownBy(() -> storage.read(before, 3))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageStartingWith("Cannot read %s: ".formatted(Storage.describe(before)));
      start.run();
      assertThat(storage.list(directory)).containsExactly(new FileEntry("before", 3, false));
      storage.writePrivate(file, new byte[3]);
    }
  }
}
