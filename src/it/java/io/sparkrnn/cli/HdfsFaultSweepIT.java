package io.sparkrnn.cli;

import io.sparkrnn.faults.FaultHdfs;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On HDFS. */
class HdfsFaultSweepIT extends FaultSweepContract {
  private MiniHdfs hdfs;
  private Path blocks;
  private URI directory;
  private Path configuration;

  @BeforeAll
  void startHdfs(@TempDir Path files) throws IOException {
    blocks = inMemory(files.resolve("hdfs"));
    hdfs = MiniHdfs.start(blocks);
    directory = hdfs.directory();
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

  @AfterAll
  void stopHdfs() throws IOException {
    hdfs.close();
    FileUtils.deleteDirectory(blocks.toFile());
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
    return 29;
  }
}
