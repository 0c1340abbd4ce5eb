package io.sparkrnn.cli;

import io.sparkrnn.faults.FaultHdfs;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On HDFS. */
class HdfsFaultSweepIT extends FaultSweepContract {
  private final MiniHdfs hdfs = MiniHdfs.shared();
  private final URI directory = hdfs.directory();
  private Path configuration;

  @BeforeAll
  void writeConfiguration(@TempDir Path files) throws IOException {
    configuration =
        Files.writeString(
            files.resolve("hdfs.conf"),
            // A client asks again after so long whether the data node has told the name node of a
            // block.
            """
            hadoop {
              "fs.AbstractFileSystem.hdfs.impl" = %s
              "dfs.client.block.write.locateFollowingBlock.initial.delay.ms" = 5
            }
            """
                .formatted(FaultHdfs.class.getName()));
  }

  @Override
  Storage storage() {
    return hdfs.storage();
  }

  @Override
  URI directory() {
    return directory;
  }

  @Override
  List<String> settings(Path temp) {
    return List.of("--config", configuration.toString());
  }

  @Override
  int stride() {
    return 61;
  }
}
