package io.sparkrnn.spark.shards;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BlockManagerId;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;

/**
 * Files of shards as blocks of Spark. Its block managers know which executor has which, and delete
 * them when the RDD whose blocks they are is dropped, or the executor ends.
 *
 * @param rdd the number of an RDD that has no other blocks; the number of a worker is that of a
 *     partition
 */
record ShardBlocks(int rdd) implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardBlocks.class);

  private BlockId id(int worker) {
    return new RDDBlockId(rdd, worker);
  }

  private static BlockManager manager() {
    return SparkEnv.get().blockManager();
  }

  private File file(int worker) {
    return manager().diskBlockManager().getFile(id(worker));
  }

  /** By which Spark encrypts its local files, where it does. */
  private static Optional<byte[]> key() {
    Option<byte[]> key = SparkEnv.get().securityManager().getIOEncryptionKey();
    return key.isEmpty() ? Optional.empty() : Optional.of(key.get());
  }

  /** The shard of a worker, if this executor has it; one that is damaged it has no longer. */
  Optional<ShardFile> open(int worker) {
    File file = file(worker);
    if (!file.exists() && manager().getStatus(id(worker)).isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(ShardFile.open(file, worker, key(), () -> drop(worker)));
    } catch (IOException e) {
      LOG.warn("Building the shard of worker {} again: {}", worker, e.toString());
      drop(worker);
      return Optional.empty();
    }
  }

  /** A new one of a worker, which is there when it is kept. */
  NewShard create(int worker) {
    // Beside the file that it becomes: another local directory may be on another disk.
    File file = new File(file(worker).getParentFile(), "temp_local_" + UUID.randomUUID());
    return new NewShard(this, worker, file, key());
  }

  /** Takes a complete file, unless this executor has one of the worker. */
  void keep(int worker, File written) {
    manager()
        .new TempFileBasedBlockStoreUpdater<>(
            id(worker),
            StorageLevel.DISK_ONLY(),
            ClassTag$.MODULE$.apply(Object.class),
            written,
            written.length(),
            true,
            false)
        .save();
  }

  private void drop(int worker) {
    manager().removeBlock(id(worker), true);
    // Spark deletes no file of a block that it does not know.
    NewShard.delete(file(worker));
  }

  /** Of each worker, executors that have its shard, as Spark writes where a task should run. */
  List<List<String>> locations(SparkContext context, int workers) {
    BlockId[] ids = IntStream.range(0, workers).mapToObj(this::id).toArray(BlockId[]::new);
    return JavaConverters.seqAsJavaList(context.env().blockManager().master().getLocations(ids))
        .stream()
        .map(executors -> JavaConverters.seqAsJavaList(executors).stream())
        .map(executors -> executors.map(ShardBlocks::location).toList())
        .toList();
  }

  private static String location(BlockManagerId executor) {
    return "executor_%s_%s".formatted(executor.host(), executor.executorId());
  }
}
