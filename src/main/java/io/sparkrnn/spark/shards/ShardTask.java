package io.sparkrnn.spark.shards;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple2;

/**
 * Opens the shards of a group for a task.
 *
 * @param sha256s of all workers' shards; empty: whatever they are
 */
record ShardTask(ShardBlocks blocks, int workers, List<Group> groups, List<String> sha256s)
    implements Function2<
        Integer, Iterator<Tuple2<Long, Parcel<SequenceDataset>>>, Iterator<Parcel<List<Shard>>>> {

  @Override
  public Iterator<Parcel<List<Shard>>> call(
      Integer group, Iterator<Tuple2<Long, Parcel<SequenceDataset>>> samples) {
    GroupFiles files = new GroupFiles(this, samples);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> files.close());
    List<Shard> shards =
        files.open(groups.get(group)).stream()
            .map(worker -> new Shard(worker, new RepairedShard(files, worker)))
            .toList();
    return List.of(new Parcel<>(shards)).iterator();
  }
}
