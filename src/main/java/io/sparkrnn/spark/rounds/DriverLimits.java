package io.sparkrnn.spark.rounds;

import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.train.Recipe;
import java.util.List;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Spark and the driver's memory will take what the workers of a round send.
 *
 * @param values that a worker gets, and that its result has: parameters and updater state, or
 *     parameters and a gradient
 * @param streamValues of the state of a worker's streams, which are in a state for each worker; 0
 *     where there are none
 * @param driverValues that only the driver has: the updater's state where gradients are averaged
 * @param stepBytes of the room in which the driver steps: of muon's products, where gradients are
 *     averaged
 */
record DriverLimits(long values, long streamValues, long driverValues, long stepBytes) {
  private static final Logger LOG = LoggerFactory.getLogger(DriverLimits.class);

  /** What comes with each result of a Spark job: class names, metrics. */
  private static final long ENVELOPE_BYTES = 1024;

  /**
   * A state, its encoding and the next one, 4 bytes each; a sum, 8; a result, as bytes and as
   * floats, 4 each.
   */
  private static final long LEAST_BYTES_PER_VALUE = 28;

  /** A state, its encoding and the next one. */
  private static final long STATE_BYTES_PER_VALUE = 12;

  /** In a state, in the parts of it that a step changes, and in the next one. */
  private static final long DRIVER_BYTES_PER_VALUE = 12;

  static DriverLimits of(Recipe recipe) {
    long parameters = recipe.topology().network().parameterCount();
    int sent = recipe.momentsOfWorkers();
    return new DriverLimits(
        parameters * (1 + sent),
        recipe.streamValues(),
        parameters * (recipe.updater().moments() - sent),
        recipe.stepBytesOfDriver());
  }

  /** Of a result, or of a sum of several. */
  long partBytes(int workers) {
    return Float.BYTES * streamValues * workers
        + (workers == 1
            ? RoundMessages.resultBytes(values)
            : RoundMessages.sumBytes(values, workers));
  }

  /** Whether a sum over all workers fits into a message. */
  boolean sumFits(int workers) {
    return partBytes(workers) <= RoundMessages.LARGEST_BYTES;
  }

  /** Numbers of a state. */
  private long stateValues(int workers) {
    return values + streamValues * workers;
  }

  private String described(int workers) {
    return "%,d parameters%s updater state%s"
        .formatted(
            stateValues(workers),
            streamValues == 0 ? " and" : ",",
            streamValues == 0 ? "" : " and states of streams");
  }

  /**
   * Whether Spark lets the results of a job through.
   *
   * @throws UsageException if not
   */
  void requireResultsFit(SparkConf conf, SubtreeFolding folding, List<Group> groups) {
    long bytes = roundBytes(folding, groups);
    long limit = conf.getSizeAsBytes("spark.driver.maxResultSize", "1g");
    if (limit > 0 && bytes > limit) {
      throw new UsageException(
          "Cannot collect the results of %d workers in %d tasks: expected spark.driver.maxResultSize of at least %,d bytes, found %,d"
              .formatted(folding.workers(), groups.size(), bytes, limit));
    }
  }

  /**
   * Whether a state and a worker's result fit into a message each.
   *
   * @throws UsageException if not
   */
  void requireMessagesFit(int workers) {
    long bytes = stateBytes(workers);
    if (bytes > RoundMessages.LARGEST_BYTES) {
      throw new UsageException(
          "Cannot exchange rounds with tasks that stay: expected messages of at most %,d bytes, found %,d for %s; use --rounds job"
              .formatted(RoundMessages.LARGEST_BYTES, bytes, described(workers)));
    }
  }

  /** Of a state as a message, which has the streams of all workers, each with their length. */
  long stateBytes(int workers) {
    long ofStreams = streamValues == 0 ? 0 : Float.BYTES * (1 + streamValues) * workers;
    return RoundMessages.resultBytes(values) + ofStreams;
  }

  /**
   * Whether a round can be averaged at all, even if its results arrive one after another.
   *
   * @throws UsageException if not
   */
  void requireHeap(int workers, long heapBytes) {
    long bytes =
        LEAST_BYTES_PER_VALUE * values + STATE_BYTES_PER_VALUE * streamValues * workers + ofStep();
    if (bytes > heapBytes) {
      throw new UsageException(
          "Cannot average %s: expected spark.driver.memory of at least %,d bytes, found %,d"
              .formatted(described(workers), bytes, heapBytes));
    }
  }

  /** Warns if results might not fit that all arrive before the first can be folded. */
  boolean warnOfHeap(SubtreeFolding folding, List<Group> groups, long heapBytes) {
    long bytes =
        STATE_BYTES_PER_VALUE * stateValues(folding.workers())
            + ofStep()
            + roundBytes(folding, groups);
    if (bytes > heapBytes) {
      LOG.warn(
          "The driver may run out of memory: expected spark.driver.memory of {} MiB for results of {} workers in {} tasks that all arrive at once, found {} MiB",
          bytes >> 20,
          folding.workers(),
          groups.size(),
          heapBytes >> 20);
    }
    return bytes > heapBytes;
  }

  /** What only the driver has. */
  private long ofStep() {
    return DRIVER_BYTES_PER_VALUE * driverValues + stepBytes;
  }

  /** What all tasks of a round send. */
  long roundBytes(SubtreeFolding folding, List<Group> groups) {
    return groups.stream()
        .flatMapToInt(group -> folding.parts(group.from(), group.end()))
        .mapToLong(workers -> ENVELOPE_BYTES + partBytes(workers))
        .sum();
  }
}
