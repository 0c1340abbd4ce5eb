package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.Shard;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream.ElementFunction;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundPart;
import io.sparkrnn.train.TrainingState;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;

/**
 * A group's part of a round that is a Spark job.
 *
 * @param runner a random number of the runner
 * @param kernels the implementation that it uses, by name
 */
public record RoundTask(
    long runner,
    Recipe recipe,
    String kernels,
    SubtreeFolding folding,
    Round round,
    StateOfRound state)
    implements ElementFunction<Parcel<List<Shard>>, List<RoundPart>> {

  /** How the state comes to the tasks. */
  sealed interface StateOfRound extends Serializable {
    TrainingState get();
  }

  /** With the task: nothing but the task has to be fetched, but every task decodes it. */
  record WithTask(TrainingState state) implements StateOfRound {
    @Override
    public TrainingState get() {
      return state;
    }
  }

  /** By a broadcast: an executor fetches it once more, and decodes it once for all its tasks. */
  record ByBroadcast(Broadcast<Parcel<TrainingState>> broadcast) implements StateOfRound {
    @Override
    public TrainingState get() {
      return broadcast.value().value();
    }
  }

  @Override
  public List<RoundPart> apply(Parcel<List<Shard>> group) {
    Replicas replicas = Replicas.of(runner, recipe, kernels);
    TrainingState before = state.get();
    List<RoundPart> parts = new ArrayList<>();
    folding.run(group.value(), shard -> replicas.run(before, shard, round), parts::add);
    return parts;
  }
}
