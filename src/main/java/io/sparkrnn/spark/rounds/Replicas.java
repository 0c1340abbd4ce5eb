package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Replica;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Replicas of this JVM that wait for the next task of a runner: what a replica allocates, and the
 * order of its samples, hold for many rounds.
 */
public final class Replicas {
  private static final Replicas NONE = new Replicas(0, null, "");

  // Of the newest runner: a JVM that stays does not keep what nobody uses.
  private static volatile Replicas newest = NONE;

  private final long runner;
  private final Recipe recipe;
  private final String kernels;
  private final ConcurrentLinkedQueue<Idle> idle = new ConcurrentLinkedQueue<>();

  /** A replica and the worker that it ran last. */
  private record Idle(int worker, Replica replica) {}

  private Replicas(long runner, Recipe recipe, String kernels) {
    this.runner = runner;
    this.recipe = recipe;
    this.kernels = kernels;
  }

  /**
   * Those of a runner.
   *
   * @param runner its random number
   * @param kernels the implementation that they use, by name
   */
  static Replicas of(long runner, Recipe recipe, String kernels) {
    Replicas found = newest;
    if (found.runner != runner || found == NONE) {
      // Two tasks may both get here: one set of replicas is forgotten, and nothing is lost.
      found = new Replicas(runner, recipe, kernels);
      newest = found;
    }
    return found;
  }

  /** Lets go of a runner's replicas. */
  static void forget(long runner) {
    if (newest.runner == runner) {
      newest = NONE;
    }
  }

  WorkerResult run(TrainingState state, Shard shard, Round round) {
    Idle taken = take(shard.worker());
    Replica replica =
        taken == null
            ? new Replica(recipe, KernelProvider.chosenByDriver(kernels))
            : taken.replica();
    // One that fails is not used again.
    WorkerResult result = replica.run(state, shard, round);
    idle.add(new Idle(shard.worker(), replica));
    return result;
  }

  private Idle take(int worker) {
    for (Idle candidate : idle) {
      if (candidate.worker() == worker && idle.remove(candidate)) {
        return candidate;
      }
    }
    return idle.poll();
  }
}
