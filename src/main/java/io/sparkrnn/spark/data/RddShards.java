package io.sparkrnn.spark.data;

import io.sparkrnn.config.ShardsChoice;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.SampleReader.Samples;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.shards.DiskShards;
import io.sparkrnn.spark.shards.GroupCoalescer;
import io.sparkrnn.spark.shards.ShardBudget;
import io.sparkrnn.spark.shards.ShardBudget.Room;
import io.sparkrnn.spark.shards.ShardSummary;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.spark.shards.WorkerShards;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * A user's RDD of samples as one shard a worker, in executors' heaps or on their disks. Which
 * samples a worker has, and in which order, depends on the order of the RDD's samples alone, not on
 * its partitions or on how samples are grouped into its elements.
 */
public final class RddShards implements WorkerShards, AutoCloseable {
  private final WorkerShards shards;
  private final Runnable release;
  private final List<ShardSummary> summaries;

  /**
   * How shards are kept.
   *
   * @param choice in heaps or on disks
   * @param mostTasks that build them at a time
   */
  public record Keeping(ShardsChoice choice, int mostTasks) {
    /** As the samples fit, by as many tasks as there are slots. */
    public static final Keeping AUTO = new Keeping(ShardsChoice.AUTO, Integer.MAX_VALUE);
  }

  /** What a partition of the RDD has, and what the executor has room for that read it. */
  private record Count(int partition, long samples, long values, Room room)
      implements Serializable {}

  /** A shard with what is known of it, which is computed once. */
  private record Summarised(ShardSummary summary, Shard shard) implements Serializable {
    static Summarised of(Shard shard) {
      return new Summarised(ShardSummary.of(shard), shard);
    }
  }

  /** Numbers of the first samples of partitions, and behind the last the number of samples. */
  private record Extent(long[] starts, long values, Map<String, Long> rooms) {
    long samples() {
      return starts[starts.length - 1];
    }
  }

  private RddShards(WorkerShards shards, Runnable release, List<ShardSummary> summaries) {
    this.shards = shards;
    this.release = release;
    this.summaries = summaries;
  }

  /** As the other, in memory or on disk, as the samples fit. */
  public static <T> RddShards materialise(
      JavaRDD<T> data, SampleReader<T> reader, int workers, Network network) {
    return materialise(data, reader, workers, network, Keeping.AUTO);
  }

  /**
   * Deals the samples out and keeps the shards.
   *
   * @param network whose inputs and classes the samples must have; its time steps are not looked at
   * @param reader reads an element
   * @throws DataException if there are fewer samples than workers, or a sample is not of the shape
   */
  public static <T> RddShards materialise(
      JavaRDD<T> data, SampleReader<T> reader, int workers, Network network, Keeping keeping) {
    Extent extent = extent(data, reader);
    if (extent.samples() < workers) {
      throw new DataException(
          "Cannot divide %d samples among %d workers: expected at least one for each"
              .formatted(extent.samples(), workers));
    }
    long[] starts = extent.starts();
    JavaRDD<Tuple2<Integer, Parcel<SampleChunks.Chunk>>> chunks =
        data.mapPartitionsWithIndex(
            (partition, elements) ->
                new SampleChunks<>(
                    elements, reader, workers, partition, starts[partition], starts[partition + 1]),
            false);
    ShardBudget budget = ShardBudget.of(data.context(), Float.BYTES * extent.values(), workers);
    if (!budget.onDisk(keeping.choice())) {
      return keep(
          JavaPairRDD.fromJavaRDD(chunks)
              .partitionBy(new HashPartitioner(workers))
              .mapPartitions(
                  ofOneWorker -> List.of(new Parcel<>(build(ofOneWorker, network))).iterator()),
          keeping.mostTasks());
    }
    budget.requireDisks(extent.rooms());
    return onDisk(chunks, workers, network, keeping.mostTasks());
  }

  private static <T> Extent extent(JavaRDD<T> data, SampleReader<T> reader) {
    List<Count> counts = new ArrayList<>();
    ResultStream.forEach(
        data.mapPartitionsWithIndex(
            (partition, elements) -> {
              long samples = 0;
              long values = 0;
              while (elements.hasNext()) {
                T element = elements.next();
                samples += reader.count(element);
                values += reader.values(element);
              }
              return List.of(new Parcel<>(new Count(partition, samples, values, Room.here())))
                  .iterator();
            },
            false),
        count -> counts.add(count.value()));
    counts.sort(Comparator.comparingInt(Count::partition));
    long[] starts = new long[counts.size() + 1];
    long values = 0;
    Map<String, Long> rooms = new HashMap<>();
    for (Count count : counts) {
      starts[count.partition() + 1] = starts[count.partition()] + count.samples();
      values += count.values();
      rooms.merge(count.room().machine(), count.room().bytes(), Math::max);
    }
    return new Extent(starts, values, rooms);
  }

  private static Shard build(
      Iterator<Tuple2<Integer, Parcel<SampleChunks.Chunk>>> ofOneWorker, Network network) {
    int worker = -1;
    List<SampleChunks.Chunk> chunks = new ArrayList<>();
    while (ofOneWorker.hasNext()) {
      Tuple2<Integer, Parcel<SampleChunks.Chunk>> pair = ofOneWorker.next();
      worker = pair._1();
      chunks.add(pair._2().value());
    }
    return new Shard(
        worker, dataset(SampleChunks.join(chunks.toArray(SampleChunks.Chunk[]::new)), network));
  }

  private static SequenceDataset dataset(Samples samples, Network network) {
    return SequenceDataset.ofFloats(
        samples.values(),
        samples.labels(),
        samples.timeSteps(),
        network.inputSize(),
        network.classes());
  }

  private static Iterator<Tuple2<Long, Parcel<SequenceDataset>>> datasets(
      Iterator<Tuple2<Long, Parcel<SampleChunks.Chunk>>> ofOneWorker, Network network) {
    SampleChunks.Chunk[] first = new SampleChunks.Chunk[1];
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(ofOneWorker, 0), false)
        .map(
            pair -> {
              SampleChunks.Chunk chunk = pair._2().value();
              first[0] = first[0] == null ? chunk : first[0];
              chunk.requireTimeSteps(first[0]);
              return new Tuple2<>(pair._1(), new Parcel<>(dataset(chunk.samples(), network)));
            })
        .iterator();
  }

  private static RddShards onDisk(
      JavaRDD<Tuple2<Integer, Parcel<SampleChunks.Chunk>>> chunks,
      int workers,
      Network network,
      int mostTasks) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(chunks.context());
    JavaPairRDD<Long, Parcel<SampleChunks.Chunk>> byNumber =
        chunks.mapToPair(chunk -> new Tuple2<>(chunk._2().value().first(), chunk._2()));
    DiskShards shards =
        SparkJobException.translated(
            () ->
                DiskShards.build(
                    context,
                    DiskShards.ofWorkers(byNumber, workers)
                        .mapPartitions(ofOneWorker -> datasets(ofOneWorker, network)),
                    workers,
                    mostTasks));
    try {
      requireEqualTimeSteps(shards.summaries());
      return new RddShards(shards, shards::close, shards.summaries());
    } catch (RuntimeException e) {
      shards.close();
      throw e;
    }
  }

  /** Summarises shards and keeps them; one that is lost and built again must be the same. */
  public static RddShards keep(JavaRDD<Parcel<Shard>> built) {
    return keep(built, Integer.MAX_VALUE);
  }

  private static RddShards keep(JavaRDD<Parcel<Shard>> shards, int mostTasks) {
    JavaRDD<Parcel<Summarised>> built =
        shards
            .map(shard -> new Parcel<>(Summarised.of(shard.value())))
            .setName("shards being built")
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      List<ShardSummary> summaries = new ArrayList<>();
      ResultStream.forEach(
          inTasks(built.map(shard -> shard.value().summary()), mostTasks), summaries::add);
      summaries.sort(Comparator.comparingInt(ShardSummary::worker));
      requireEqualTimeSteps(summaries);
      List<String> sha256s = summaries.stream().map(ShardSummary::sha256).toList();
      JavaRDD<Parcel<Shard>> verified =
          built
              .map(
                  shard -> {
                    shard.value().summary().requireSame(sha256s);
                    return new Parcel<>(shard.value().shard());
                  })
              .setName("shards")
              .persist(StorageLevel.MEMORY_AND_DISK());
      SparkJobException.translated(inTasks(verified, mostTasks)::count);
      return new RddShards(groups -> inMemory(verified, groups), verified::unpersist, summaries);
    } finally {
      built.unpersist();
    }
  }

  /** Several partitions one after another in a task, each of which is kept for itself. */
  private static <T> JavaRDD<T> inTasks(JavaRDD<T> rdd, int mostTasks) {
    return rdd.getNumPartitions() <= mostTasks ? rdd : rdd.coalesce(mostTasks);
  }

  private static void requireEqualTimeSteps(List<ShardSummary> summaries) {
    for (ShardSummary summary : summaries) {
      if (summary.timeSteps() != summaries.get(0).timeSteps()) {
        throw new DataException(
            "Cannot train on sequences of different lengths: expected %d time steps as in worker 0's shard, found %d in worker %d's"
                .formatted(summaries.get(0).timeSteps(), summary.timeSteps(), summary.worker()));
      }
    }
  }

  private static JavaRDD<Parcel<List<Shard>>> inMemory(
      JavaRDD<Parcel<Shard>> shards, List<Group> groups) {
    JavaRDD<Parcel<Shard>> grouped =
        groups.size() == shards.getNumPartitions()
            // Tasks go where the shards are.
            ? shards
            : new GroupCoalescer(groups).coalesce(shards);
    return grouped
        .mapPartitions(
            ofOneGroup -> {
              List<Shard> ofGroup = new ArrayList<>();
              ofOneGroup.forEachRemaining(shard -> ofGroup.add(shard.value()));
              return List.of(new Parcel<>(List.copyOf(ofGroup))).iterator();
            })
        .setName("groups of shards")
        .persist(StorageLevel.MEMORY_ONLY());
  }

  /** The shards for one runner, which may drop its own: they stay here. */
  @Override
  public JavaRDD<Parcel<List<Shard>>> of(List<Group> groups) {
    return shards.of(groups);
  }

  /** SHA-256 of each shard, in the order of the workers. */
  public List<String> sha256s() {
    return summaries.stream().map(ShardSummary::sha256).toList();
  }

  public int timeSteps() {
    return summaries.get(0).timeSteps();
  }

  /** What a round runner asks about the shards; it has them already, and nothing to evaluate. */
  public TrainingData data() {
    return new Sizes(summaries);
  }

  private record Sizes(List<ShardSummary> summaries) implements TrainingData {
    @Override
    public int workers() {
      return summaries.size();
    }

    @Override
    public int shardSize(int worker) {
      return summaries.get(worker).samples();
    }

    @Override
    public Shard shard(int worker) {
      throw new UnsupportedOperationException("the shards of an RDD are in Spark");
    }

    @Override
    public int size(Part part) {
      return 0;
    }

    @Override
    public SequenceDataset part(Part part) {
      throw new UnsupportedOperationException("an RDD to train on has no other parts");
    }
  }

  @Override
  public void close() {
    release.run();
  }
}
