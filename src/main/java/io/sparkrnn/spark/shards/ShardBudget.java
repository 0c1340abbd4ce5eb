package io.sparkrnn.spark.shards;

import io.sparkrnn.config.ShardsChoice;
import io.sparkrnn.storage.StorageException;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;

/**
 * What the shards of all workers take, and what executors have.
 *
 * @param bytes of all samples
 * @param executors how many there are
 * @param machines that they are on
 * @param cacheBytes that Spark may cache on the executor where that is least
 */
public record ShardBudget(long bytes, int workers, int executors, int machines, long cacheBytes) {
  private static final Logger LOG = LoggerFactory.getLogger(ShardBudget.class);

  private static final String DRIVER = "driver";

  /** A shard is there twice while it is built. */
  private static final int COPIES_IN_MEMORY = 2;

  /** Shuffled samples, what is spilled while they are sorted, and the files. */
  private static final int COPIES_ON_DISK = 3;

  /** What an executor's local directories have room for. */
  public record Room(String machine, long bytes) implements Serializable {
    /** Of the executor that asks. */
    public static Room here() {
      Set<FileStore> stores = new HashSet<>();
      long usable = 0;
      try {
        for (File directory : SparkEnv.get().blockManager().diskBlockManager().localDirs()) {
          FileStore store = Files.getFileStore(directory.toPath());
          usable += stores.add(store) ? store.getUsableSpace() : 0;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Room(SparkEnv.get().blockManager().blockManagerId().host(), usable);
    }
  }

  /** Of the executors that there are now. */
  public static ShardBudget of(SparkContext context, long bytes, int workers) {
    List<ExecutorSummary> all =
        JavaConverters.seqAsJavaList(context.statusStore().executorList(true));
    List<ExecutorSummary> executors =
        context.isLocal()
            ? all
            : all.stream().filter(executor -> !executor.id().equals(DRIVER)).toList();
    return new ShardBudget(
        bytes,
        workers,
        Math.max(1, executors.size()),
        (int)
            Math.max(
                1,
                executors.stream()
                    .map(executor -> executor.hostPort().replaceFirst(":\\d+$", ""))
                    .distinct()
                    .count()),
        executors.stream().mapToLong(ExecutorSummary::maxMemory).min().orElse(Long.MAX_VALUE));
  }

  /** Whether they should be on disks. */
  public boolean onDisk(ShardsChoice choice) {
    boolean onDisk = choice == ShardsChoice.DISK || choice == ShardsChoice.AUTO && !fitIntoMemory();
    LOG.info(
        "Keeping {} bytes of samples of {} workers {}: an executor with most of them has {}, and may cache {} bytes",
        bytes,
        workers,
        onDisk ? "on disk" : "in memory",
        bytesOfOneExecutor(),
        cacheBytes);
    return onDisk;
  }

  private boolean fitIntoMemory() {
    return COPIES_IN_MEMORY * bytesOfOneExecutor() <= cacheBytes
        // Of one array.
        && bytes / workers < (long) Integer.MAX_VALUE * Float.BYTES;
  }

  private long bytesOfOneExecutor() {
    long shards = (workers + executors - 1) / executors;
    return (long) ((double) bytes / workers * shards);
  }

  /**
   * Whether disks take them.
   *
   * @param room on machines that were asked, which may be fewer than all
   * @throws StorageException if not
   */
  public void requireDisks(Map<String, Long> room) {
    double mean = room.values().stream().mapToLong(Long::longValue).average().orElse(0);
    double free = mean * Math.max(machines, room.size());
    if (free < (double) COPIES_ON_DISK * bytes) {
      throw new StorageException(
          "Cannot keep samples in Spark's local directories (spark.local.dir) of %d machine(s): expected %,d bytes to be free, found %,.0f"
              .formatted(Math.max(machines, room.size()), COPIES_ON_DISK * bytes, free));
    }
  }
}
