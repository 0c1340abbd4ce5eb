package io.sparkrnn.registry;

import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class HdfsModelRegistryIT extends ModelRegistryContract {
  private static MiniHdfs hdfs;

  private final Storage storage = hdfs.storage();
  private URI directory;

  @BeforeAll
  static void startHdfs(@TempDir Path files) throws IOException {
    hdfs = MiniHdfs.start(files);
  }

  @AfterAll
  static void stopHdfs() {
    hdfs.close();
  }

  @BeforeEach
  void nameDirectory() {
    directory = Storage.resolve(hdfs.directory(), "registry");
  }

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  URI directory() {
    return directory;
  }
}
