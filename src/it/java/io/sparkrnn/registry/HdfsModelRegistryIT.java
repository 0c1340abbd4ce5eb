package io.sparkrnn.registry;

import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.net.URI;

class HdfsModelRegistryIT extends ModelRegistryContract {
  private static final MiniHdfs HDFS = MiniHdfs.shared();

  private final Storage storage = HDFS.storage();
  private final URI directory = Storage.resolve(HDFS.directory(), "registry");

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  URI directory() {
    return directory;
  }
}
