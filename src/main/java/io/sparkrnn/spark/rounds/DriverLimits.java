package io.sparkrnn.spark.rounds;

import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.data.WorkerGroups.Group;
import io.sparkrnn.train.Recipe;
import java.util.List;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether Spark and the driver's memory will take what the workers of a round send. */
final class DriverLimits {
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

  private DriverLimits() {}

  /** Numbers that a state consists of: parameters and updater state. */
  static long values(Recipe recipe) {
    long parameters = recipe.topology().network().parameterCount();
    return parameters * (1 + recipe.updater().moments());
  }

  /**
   * Whether Spark lets the results of a job through.
   *
   * @throws UsageException if not
   */
  static void requireResultsFit(
      SparkConf conf, long values, SubtreeFolding folding, List<Group> groups) {
    long bytes = roundBytes(values, folding, groups);
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
  static void requireMessagesFit(long values) {
    long bytes = RoundMessages.resultBytes(values);
    if (bytes > RoundMessages.LARGEST_BYTES) {
      throw new UsageException(
          "Cannot exchange rounds with tasks that stay: expected messages of at most %,d bytes, found %,d for %,d parameters and updater state; use --rounds job"
              .formatted(RoundMessages.LARGEST_BYTES, bytes, values));
    }
  }

  /**
   * Whether a round can be averaged at all, even if its results arrive one after another.
   *
   * @throws UsageException if not
   */
  static void requireHeap(long values, long heapBytes) {
    long bytes = LEAST_BYTES_PER_VALUE * values;
    if (bytes > heapBytes) {
      throw new UsageException(
          "Cannot average %,d parameters and updater state: expected spark.driver.memory of at least %,d bytes, found %,d"
              .formatted(values, bytes, heapBytes));
    }
  }

  /** Warns if results might not fit that all arrive before the first can be folded. */
  static boolean warnOfHeap(
      long values, SubtreeFolding folding, List<Group> groups, long heapBytes) {
    long bytes = STATE_BYTES_PER_VALUE * values + roundBytes(values, folding, groups);
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

  /** What all tasks of a round send. */
  static long roundBytes(long values, SubtreeFolding folding, List<Group> groups) {
    return groups.stream()
        .flatMapToInt(group -> folding.parts(group.from(), group.end()))
        .mapToLong(
            workers ->
                ENVELOPE_BYTES
                    + (workers == 1
                        ? RoundMessages.resultBytes(values)
                        : RoundMessages.sumBytes(values, workers)))
        .sum();
  }
}
