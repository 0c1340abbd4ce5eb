package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.WorkerGroups.Group;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.version.Coalescer;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.Partition;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import scala.Option;
import scala.Tuple2;

/**
 * A user's RDD of samples as one shard a worker, plain arrays, kept by Spark. Which samples a
 * worker has, and in which order, depends on the order of the RDD's samples alone, not on its
 * partitions or on how samples are grouped into its elements.
 */
public final class RddShards implements WorkerShards, AutoCloseable {
  private final JavaRDD<Parcel<Shard>> shards;
  private final List<Summary> summaries;

  /** What the driver knows of a shard. */
  record Summary(int worker, String sha256, int samples, int timeSteps) implements Serializable {
    static Summary of(Shard shard) {
      SequenceDataset samples = shard.samples();
      return new Summary(shard.worker(), samples.sha256(), samples.size(), samples.timeSteps());
    }
  }

  private RddShards(JavaRDD<Parcel<Shard>> shards, List<Summary> summaries) {
    this.shards = shards;
    this.summaries = summaries;
  }

  /**
   * Deals the samples out and keeps the shards.
   *
   * @param network whose inputs and classes the samples must have; its time steps are not looked at
   * @param reader reads an element
   * @throws DataException if there are fewer samples than workers, or a sample is not of the shape
   */
  public static <T> RddShards materialise(
      JavaRDD<T> data, SampleReader<T> reader, int workers, Network network) {
    long[] starts = startsOfPartitions(data, reader);
    long samples = starts[starts.length - 1];
    if (samples < workers) {
      throw new DataException(
          "Cannot divide %d samples among %d workers: expected at least one for each"
              .formatted(samples, workers));
    }
    JavaRDD<Tuple2<Integer, Parcel<SampleChunks.Chunk>>> chunks =
        data.mapPartitionsWithIndex(
            (partition, elements) ->
                new SampleChunks<>(
                    elements, reader, workers, partition, starts[partition], starts[partition + 1]),
            false);
    JavaRDD<Parcel<Shard>> built =
        JavaPairRDD.fromJavaRDD(chunks)
            .partitionBy(new HashPartitioner(workers))
            .mapPartitions(
                ofOneWorker -> List.of(new Parcel<>(build(ofOneWorker, network))).iterator());
    return keep(built);
  }

  /** Number of the first sample of each partition, and behind the last the number of samples. */
  private static <T> long[] startsOfPartitions(JavaRDD<T> data, SampleReader<T> reader) {
    List<long[]> counts =
        SparkJobException.translated(
            () ->
                data.mapPartitionsWithIndex(
                        (partition, elements) ->
                            List.of(new long[] {partition, countSamples(elements, reader)})
                                .iterator(),
                        false)
                    .collect());
    long[] starts = new long[counts.size() + 1];
    for (long[] count : counts) {
      starts[(int) count[0] + 1] = count[1];
    }
    for (int partition = 0; partition < counts.size(); partition++) {
      starts[partition + 1] += starts[partition];
    }
    return starts;
  }

  private static <T> long countSamples(Iterator<T> elements, SampleReader<T> reader) {
    long samples = 0;
    while (elements.hasNext()) {
      samples += reader.count(elements.next());
    }
    return samples;
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
    SampleChunks.Chunk whole = SampleChunks.join(chunks.toArray(SampleChunks.Chunk[]::new));
    return new Shard(
        worker,
        SequenceDataset.ofFloats(
            whole.values(),
            whole.labels(),
            whole.timeSteps(),
            network.inputSize(),
            network.classes()));
  }

  /** Summarises shards and keeps them; one that is lost and built again must be the same. */
  public static RddShards keep(JavaRDD<Parcel<Shard>> built) {
    built.setName("shards being built").persist(StorageLevel.MEMORY_AND_DISK());
    try {
      List<Summary> summaries = new ArrayList<>();
      ResultStream.forEach(built.map(shard -> Summary.of(shard.value())), summaries::add);
      summaries.sort(Comparator.comparingInt(Summary::worker));
      requireEqualTimeSteps(summaries);
      List<String> sha256s = summaries.stream().map(Summary::sha256).toList();
      JavaRDD<Parcel<Shard>> verified =
          built
              .map(shard -> verify(shard, sha256s))
              .setName("shards")
              .persist(StorageLevel.MEMORY_AND_DISK());
      SparkJobException.translated(verified::count);
      return new RddShards(verified, summaries);
    } finally {
      built.unpersist();
    }
  }

  private static void requireEqualTimeSteps(List<Summary> summaries) {
    for (Summary summary : summaries) {
      if (summary.timeSteps() != summaries.get(0).timeSteps()) {
        throw new DataException(
            "Cannot train on sequences of different lengths: expected %d time steps as in worker 0's shard, found %d in worker %d's"
                .formatted(summaries.get(0).timeSteps(), summary.timeSteps(), summary.worker()));
      }
    }
  }

  private static Parcel<Shard> verify(Parcel<Shard> parcel, List<String> sha256s) {
    Shard shard = parcel.value();
    String sha256 = sha256s.get(shard.worker());
    if (!shard.samples().sha256().equals(sha256)) {
      throw new DataException(
          "Cannot rebuild the shard of worker %d: expected SHA-256 %s as when it was built first, found %s; the data must be the same when they are computed again"
              .formatted(shard.worker(), sha256, shard.samples().sha256()));
    }
    return parcel;
  }

  /** The shards for one runner, which may drop its own: they stay here. */
  @Override
  public JavaRDD<Parcel<List<Shard>>> of(List<Group> groups) {
    JavaRDD<Parcel<Shard>> grouped =
        groups.size() == summaries.size()
            // Tasks go where the shards are.
            ? shards
            : shards
                .rdd()
                .coalesce(groups.size(), false, Option.apply(new ByGroup(groups)), null)
                .toJavaRDD();
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

  /** Partitions of shards, whose numbers are those of the workers, as partitions of groups. */
  private record ByGroup(List<Group> groups) implements Coalescer {
    @Override
    public PartitionGroup[] coalesce(int most, RDD<?> parent) {
      Partition[] partitions = parent.partitions();
      return groups.stream()
          .map(
              group -> {
                PartitionGroup together = new PartitionGroup(Option.empty());
                group.workers().forEach(w -> together.partitions().$plus$eq(partitions[w]));
                return together;
              })
          .toArray(PartitionGroup[]::new);
    }
  }

  /** SHA-256 of each shard, in the order of the workers. */
  public List<String> sha256s() {
    return summaries.stream().map(Summary::sha256).toList();
  }

  public int timeSteps() {
    return summaries.get(0).timeSteps();
  }

  /** What a round runner asks about the shards; it has them already, and nothing to evaluate. */
  public TrainingData data() {
    return new Sizes(summaries);
  }

  private record Sizes(List<Summary> summaries) implements TrainingData {
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
    shards.unpersist();
  }
}
