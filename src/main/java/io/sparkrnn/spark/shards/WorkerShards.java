package io.sparkrnn.spark.shards;

import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/** Where the tasks of a runner get the shards of their workers. */
public interface WorkerShards {
  /** The shards, a partition a group, kept by Spark until the runner drops them. */
  JavaRDD<Parcel<List<Shard>>> of(List<Group> groups);

  /** Shards that tasks read from the source of the data. */
  static WorkerShards readFrom(JavaSparkContext context, TrainingData data) {
    // The RDD holds numbers: parallelize(shards) would put the samples into every task of every
    // round, cached or not.
    return groups -> {
      List<Integer> numbers = IntStream.range(0, groups.size()).boxed().toList();
      return context
          .parallelize(numbers, numbers.size())
          .map(number -> new Parcel<>(groups.get(number).workers().mapToObj(data::shard).toList()))
          .setName("shards")
          .persist(StorageLevel.MEMORY_ONLY());
    };
  }
}
