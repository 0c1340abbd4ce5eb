package io.sparkrnn.spark.rounds;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.data.Shard;
import io.sparkrnn.train.ParameterAverage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundPart;
import io.sparkrnn.train.WorkerResult;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What a task that runs several workers sends of a round: every whole subtree of the average that
 * has more than two workers as one sum, which is where a sum's doubles are fewer bytes than the
 * floats of its workers' results, and the results of all other workers.
 *
 * @param workers of the run
 * @param smallest number of workers that are folded
 * @param averaging of what
 */
record SubtreeFolding(int workers, int smallest, Averaging averaging) implements Serializable {
  /** Two workers' floats are as many bytes as one sum's doubles. */
  private static final int FEWER_BYTES = 3;

  /** Folds where it makes fewer bytes, unless a sum were too large for a message. */
  static SubtreeFolding of(Recipe recipe, int workers) {
    return new SubtreeFolding(
        workers,
        DriverLimits.of(recipe).sumFits(workers) ? FEWER_BYTES : Integer.MAX_VALUE,
        recipe.averaging());
  }

  /** Runs workers in the order of their numbers and sends what becomes complete. */
  void run(
      List<Shard> shards, Function<Shard, WorkerResult> round, Consumer<? super RoundPart> sender) {
    int done = 0;
    while (done < shards.size()) {
      int first = shards.get(done).worker();
      int end = first + 1;
      while (done + end - first < shards.size() && shards.get(done + end - first).worker() == end) {
        end++;
      }
      for (int size : parts(first, end).toArray()) {
        List<Shard> part = shards.subList(done, done + size);
        if (size == 1) {
          sender.accept(round.apply(part.get(0)));
        } else {
          ParameterAverage sum = ParameterAverage.ofSubtree(part.get(0).worker(), size, averaging);
          part.forEach(shard -> sum.add(round.apply(shard)));
          sender.accept(sum.sum());
        }
        done += size;
      }
    }
  }

  /** The numbers of workers of what is sent for workers {@code from} to {@code end - 1}. */
  IntStream parts(int from, int end) {
    IntStream.Builder parts = IntStream.builder();
    int first = from;
    while (first < end) {
      int size = ParameterAverage.subtree(first, end, workers);
      if (size >= smallest) {
        parts.add(size);
      } else {
        IntStream.range(0, size).forEach(i -> parts.add(1));
      }
      first += size;
    }
    return parts.build();
  }
}
