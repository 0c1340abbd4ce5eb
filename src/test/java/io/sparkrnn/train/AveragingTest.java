package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.updater.Updater;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameter averaging after every iteration of plain SGD is one big minibatch. */
class AveragingTest {
  private static final Ops KERNELS = new PortableOps();
  // Not so large that steps overshoot: they would magnify rounding errors from round to round.
  private static final double RATE = 0.1;
  private static final int EPOCHS = 2;

  /**
   * Of each worker; the last iteration of the unequal ones is short on some and absent on others.
   */
  @ParameterizedTest
  @ValueSource(strings = {"24", "24,24", "16,16,16", "24,21,19", "9,8,1", "17,16,24,3,8"})
  void averagingEveryIterationEqualsOneBigMinibatch(String sizes) {
    int[] shardSizes = Arrays.stream(sizes.split(",")).mapToInt(Integer::parseInt).toArray();
    int minibatch = 8;
    RnnTopology topology = Recipes.topology(6, 3, 4, Activation.TANH, 9, 5);
    Recipe recipe =
        Recipes.regularised(Recipes.plain(topology, minibatch, new Updater.Sgd(), RATE), 0, 0.01);
    InMemoryData data = InMemoryData.ofSizes(6, 3, 4, shardSizes);
    RoundPlan plan = new RoundPlan(data.minibatchesPerEpoch(minibatch), 1, 1);
    float[] initial = ParameterInitializer.XAVIER.initialise(topology, 3);
    TrainingState averaged = TrainingState.initial(initial, recipe.updater());
    TrainingState big = averaged;
    LocalRoundRunner runner = new LocalRoundRunner(recipe, KERNELS, data, StopRequest.NEVER);
    while (averaged.epoch() < EPOCHS) {
      Round round = plan.next(averaged);
      TrainingState before = averaged;
      RoundResult result = runner.run(averaged, round);
      averaged = averaged.after(round, result);

      SequenceDataset union = union(data, round, minibatch);
      WorkerResult step = oneStep(recipe, before, union, round);
      assertThat(step.samples()).isEqualTo(result.samples());
      assertThat(relativeDistance(result.vector(), step.vector())).isLessThan(2e-7);

      WorkerResult far = oneStep(recipe, big, union, round);
      big =
          big.after(
              round,
              new RoundResult(far.vector(), far.samples(), far.lossSum(), new long[] {1}, 0));
    }
    assertThat(relativeDistance(averaged.parameters(), big.parameters())).isLessThan(1e-6);
    // Far more than that has been learnt.
    assertThat(relativeDistance(averaged.parameters(), initial)).isGreaterThan(0.01);
  }

  /** All samples that the workers take in a round of one iteration. */
  private static SequenceDataset union(InMemoryData data, Round round, int minibatch) {
    List<Float> values = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int worker = 0; worker < data.workers(); worker++) {
      SequenceDataset shard = data.shards().get(worker);
      int[] order = MinibatchPlan.order(Recipes.SEED, round.epoch(), worker, shard.size());
      int from = Math.min(shard.size(), round.firstMinibatch() * minibatch);
      int[] taken = Arrays.copyOfRange(order, from, Math.min(shard.size(), from + minibatch));
      for (float value : shard.batch(taken, Axes.BATCH_FIRST)) {
        values.add(value);
      }
      for (int sample : taken) {
        labels.add(shard.label(sample));
      }
    }
    float[] flat = new float[values.size()];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = values.get(i);
    }
    return SequenceDataset.ofFloats(
        flat, labels.stream().mapToInt(Integer::intValue).toArray(), 6, 3, 4);
  }

  private static WorkerResult oneStep(
      Recipe recipe, TrainingState state, SequenceDataset minibatch, Round round) {
    return new Replica(withMinibatch(recipe, minibatch.size()), KERNELS)
        .run(
            state,
            new Shard(0, minibatch),
            new Round(round.number(), 0, 0, 1, round.firstIteration(), false, 1));
  }

  private static Recipe withMinibatch(Recipe recipe, int size) {
    return new Recipe(
        recipe.topology(),
        size,
        1,
        recipe.updater(),
        recipe.schedule(),
        recipe.clipNorm(),
        recipe.l2(),
        recipe.seed());
  }

  private static double relativeDistance(float[] a, float[] b) {
    double difference = 0;
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      squares += (double) b[i] * b[i];
    }
    return Math.sqrt(difference / squares);
  }
}
