package io.sparkrnn.spark.shards;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.storage.StorageException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A shard that is being written; one that has not been kept is deleted. */
final class NewShard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NewShard.class);

  private final ShardBlocks blocks;
  private final int worker;
  private final File file;
  private final ShardWriter writer;

  NewShard(ShardBlocks blocks, int worker, File file, Optional<byte[]> key) {
    this.blocks = blocks;
    this.worker = worker;
    this.file = file;
    try {
      this.writer = new ShardWriter(file, key);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  int worker() {
    return worker;
  }

  void add(SequenceDataset samples) {
    try {
      writer.add(samples);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  void keep() {
    try {
      writer.finish(worker);
    } catch (IOException e) {
      throw failure(e);
    }
    blocks.keep(worker, file);
  }

  private StorageException failure(IOException e) {
    return new StorageException(
        "Cannot write the shard of worker %d to %s, where %,d bytes are free: %s"
            .formatted(worker, file, file.getParentFile().getUsableSpace(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      // Whoever keeps it has been told.
    }
    delete(file);
  }

  static void delete(File file) {
    try {
      Files.deleteIfExists(file.toPath());
    } catch (IOException e) {
      LOG.warn("Cannot delete {}: {}", file, e.toString());
    }
  }
}
