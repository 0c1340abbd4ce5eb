package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.spark.rounds.RoundMessages.RunRound;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Replica;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.TaskContext;

/**
 * A task that stays: runs the rounds of its group of workers until the driver ends the stretch.
 *
 * @param kernels the implementation that it uses, by name
 */
record ResidentTask(
    ExchangeEndpoint endpoint, Recipe recipe, String kernels, SubtreeFolding folding)
    implements Serializable {

  /** Runs the rounds and returns their number. */
  int run(List<Shard> shards) {
    TaskContext task = TaskContext.get();
    Replica replica = new Replica(recipe, KernelProvider.chosenByDriver(kernels));
    int rounds = 0;
    try (DriverConnection driver = DriverConnection.to(endpoint)) {
      while (driver.ask(task.partitionId()) instanceof RunRound todo) {
        folding.run(
            wanted(shards, todo.workers()),
            shard -> {
              task.killTaskIfInterrupted();
              return replica.run(todo.state(), shard, todo.round());
            },
            part -> driver.send(todo.round().number(), part));
        rounds++;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      task.killTaskIfInterrupted();
      throw new IllegalStateException("interrupted while waiting for the driver", e);
    }
    return rounds;
  }

  private static List<Shard> wanted(List<Shard> shards, int[] workers) {
    return workers.length == 0
        ? shards
        : shards.stream()
            .filter(shard -> Arrays.stream(workers).anyMatch(w -> w == shard.worker()))
            .toList();
  }
}
