package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.net.URI;

class HdfsOwnershipIT extends OwnershipContract {
  private static final MiniHdfs HDFS = MiniHdfs.shared();

  private final Storage storage = HDFS.storage();
  private final URI run = Storage.resolve(HDFS.directory(), "runs/1");

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  URI run() {
    return run;
  }
}
