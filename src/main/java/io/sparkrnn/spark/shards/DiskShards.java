package io.sparkrnn.spark.shards;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.spark.jobs.ExecutorSlots;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.train.StopRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Shards in files of the executors that train on them. Spark sorts the samples on its disks, and
 * tasks write them in their order; no heap has to hold a shard. A task whose executor has not the
 * files of its workers builds them.
 */
public final class DiskShards implements WorkerShards, AutoCloseable {
  private final JavaSparkContext context;
  private final JavaRDD<Tuple2<Long, Parcel<SequenceDataset>>> samples;
  private final int workers;

  /** Has no other blocks than the files. */
  private final JavaRDD<Integer> owner;

  private List<ShardSummary> summaries = List.of();

  private DiskShards(
      JavaSparkContext context,
      JavaRDD<Tuple2<Long, Parcel<SequenceDataset>>> samples,
      int workers) {
    this.context = context;
    this.samples = samples;
    this.workers = workers;
    this.owner =
        context
            .parallelize(List.of(0), 1)
            .setName("shards on disk")
            .persist(StorageLevel.DISK_ONLY());
  }

  /**
   * Samples as {@link #build} wants them: a partition a worker, in order.
   *
   * @param samples by the number of the first one in an order of all; sample {@code i} and those
   *     with it are worker {@code i mod workers}'s
   */
  public static <T> JavaPairRDD<Long, T> ofWorkers(JavaPairRDD<Long, T> samples, int workers) {
    return samples.repartitionAndSortWithinPartitions(new ByWorker(workers));
  }

  /**
   * Builds the shards.
   *
   * @param samples those of {@link #ofWorkers} as datasets
   * @param mostTasks that build at a time
   */
  public static DiskShards build(
      JavaSparkContext context,
      JavaRDD<Tuple2<Long, Parcel<SequenceDataset>>> samples,
      int workers,
      int mostTasks) {
    DiskShards shards = new DiskShards(context, samples, workers);
    try {
      shards.build(mostTasks);
      return shards;
    } catch (RuntimeException e) {
      shards.close();
      throw e;
    }
  }

  private void build(int mostTasks) {
    List<ShardSummary> built = new ArrayList<>();
    // As resident tasks will have them, so that they find them where they are.
    int slots = new ExecutorSlots(context.sc(), StopRequest.NEVER).available();
    context.sc().setJobDescription("shards to disks");
    ResultStream.forEach(
        of(WorkerGroups.of(workers, Math.min(slots, mostTasks)))
            .map(
                shards ->
                    new Parcel<>(
                        shards.value().stream()
                            .map(shard -> ((RepairedShard) shard.kept()).summary())
                            .toList())),
        ofGroup -> built.addAll(ofGroup.value()));
    built.sort(Comparator.comparingInt(ShardSummary::worker));
    summaries = List.copyOf(built);
  }

  /** By worker. */
  public List<ShardSummary> summaries() {
    return summaries;
  }

  /** Not kept by Spark: tasks open files. */
  @Override
  public JavaRDD<Parcel<List<Shard>>> of(List<Group> groups) {
    ShardBlocks blocks = new ShardBlocks(owner.id());
    List<List<String>> executors = blocks.locations(context.sc(), workers);
    List<String> locations = groups.stream().map(group -> mostFrequent(group, executors)).toList();
    List<String> sha256s = summaries.stream().map(ShardSummary::sha256).toList();
    return new GroupCoalescer(groups, locations)
        .coalesce(samples)
        .mapPartitionsWithIndex(new ShardTask(blocks, workers, groups, sha256s), false)
        .setName("groups of shards on disk");
  }

  /** Which executor has most of a group's shards; empty if none has one. */
  private static String mostFrequent(Group group, List<List<String>> executors) {
    return group
        .workers()
        .mapToObj(executors::get)
        .flatMap(List::stream)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  /** Deletes the files. */
  @Override
  public void close() {
    owner.unpersist();
  }

  /** By the number of a sample. */
  private static final class ByWorker extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final int workers;

    ByWorker(int workers) {
      this.workers = workers;
    }

    @Override
    public int numPartitions() {
      return workers;
    }

    @Override
    public int getPartition(Object sample) {
      return (int) ((Long) sample % workers);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByWorker same && same.workers == workers;
    }

    @Override
    public int hashCode() {
      return Integer.hashCode(workers);
    }
  }
}
