package io.sparkrnn.spark.shards;

import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.spark.version.Coalescer;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.Partition;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import scala.Option;

/**
 * Partitions whose numbers are those of workers, as partitions of groups.
 *
 * @param locations where each group's task should run, as Spark writes it; empty: anywhere
 */
public record GroupCoalescer(List<Group> groups, List<String> locations) implements Coalescer {

  /** Wherever the tasks run. */
  public GroupCoalescer(List<Group> groups) {
    this(groups, groups.stream().map(group -> "").toList());
  }

  /** An RDD of workers as one of groups. */
  public <T> JavaRDD<T> coalesce(JavaRDD<T> ofWorkers) {
    return ofWorkers.rdd().coalesce(groups.size(), false, Option.apply(this), null).toJavaRDD();
  }

  @Override
  public PartitionGroup[] coalesce(int most, RDD<?> parent) {
    Partition[] partitions = parent.partitions();
    return IntStream.range(0, groups.size())
        .mapToObj(
            number -> {
              String location = locations.get(number);
              PartitionGroup together =
                  new PartitionGroup(Option.apply(location.isEmpty() ? null : location));
              groups
                  .get(number)
                  .workers()
                  .forEach(worker -> together.partitions().$plus$eq(partitions[worker]));
              return together;
            })
        .toArray(PartitionGroup[]::new);
  }
}
