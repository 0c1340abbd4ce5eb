package io.sparkrnn.spark.shards;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/** The files of a task's workers: those that its executor has, and those that it builds. */
final class GroupFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupFiles.class);

  private final ShardTask task;
  private final Iterator<Tuple2<Long, Parcel<SequenceDataset>>> samples;
  private final Map<Integer, ShardFile> files = new TreeMap<>();
  private boolean samplesRead;

  /**
   * No files yet.
   *
   * @param samples of the workers, one worker after the other; not looked at until something has to
   *     be built
   */
  GroupFiles(ShardTask task, Iterator<Tuple2<Long, Parcel<SequenceDataset>>> samples) {
    this.task = task;
    this.samples = samples;
  }

  /** Opens the files of a group; its workers. */
  List<Integer> open(Group group) {
    group
        .workers()
        .forEach(worker -> task.blocks().open(worker).ifPresent(file -> add(worker, file)));
    if (files.size() < group.workers().count()) {
      build();
    }
    return new ArrayList<>(files.keySet());
  }

  ShardFile of(int worker) {
    return files.get(worker);
  }

  /** Builds a worker's file again, which is gone; false if that takes another task. */
  boolean rebuild(int worker) {
    if (samplesRead) {
      return false;
    }
    LOG.warn("Building the damaged shard of worker {} again", worker);
    close(files.remove(worker));
    build();
    return true;
  }

  private void add(int worker, ShardFile file) {
    files.put(worker, file);
    if (!task.sha256s().isEmpty()) {
      file.summary().requireSame(task.sha256s());
    }
  }

  /** All that are not open. */
  private void build() {
    samplesRead = true;
    NewShard shard = null;
    try {
      while (samples.hasNext()) {
        Tuple2<Long, Parcel<SequenceDataset>> sample = samples.next();
        int worker = (int) (sample._1() % task.workers());
        if (shard != null && shard.worker() != worker) {
          finish(shard);
          shard = null;
        }
        if (!files.containsKey(worker)) {
          shard = shard == null ? task.blocks().create(worker) : shard;
          shard.add(sample._2().value());
        }
      }
      if (shard != null) {
        finish(shard);
      }
    } finally {
      if (shard != null) {
        shard.close();
      }
    }
  }

  private void finish(NewShard shard) {
    shard.keep();
    shard.close();
    ShardFile file =
        task.blocks()
            .open(shard.worker())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "expected the shard of worker %d as soon as it is written, found none"
                            .formatted(shard.worker())));
    add(shard.worker(), file);
  }

  @Override
  public void close() {
    files.values().forEach(GroupFiles::close);
  }

  private static void close(ShardFile file) {
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("Cannot close the shard of worker {}: {}", file.summary().worker(), e.toString());
    }
  }
}
