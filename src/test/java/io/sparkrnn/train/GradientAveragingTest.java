package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.kernel.VectorOps;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.Recipe.Sequences;
import io.sparkrnn.train.updater.Updater;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of one minibatch each, averaged, and one step of the updater on the driver. */
class GradientAveragingTest {
  private static final int MINIBATCH = 6;

  /** Windows of equal length, so that they may be those of streams; weights from 0 to 2.5. */
  private static SequenceDataset samples(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int steps = 5 * count;
    float[] dense = new float[3 * steps];
    float[] weights = new float[steps];
    for (int i = 0; i < dense.length; i++) {
      dense[i] = (float) random.nextDouble(-1, 1);
    }
    for (int i = 0; i < steps; i++) {
      weights[i] = 1.25f * random.nextInt(3);
    }
    return SequenceColumns.ofLengths(IntStream.range(0, count).map(i -> 5).toArray())
        .dense(dense, 3, Missing.REFUSE)
        .labels(random.ints(steps, 0, 4).toArray(), 4, Readings.EVERY_STEP)
        .weights(weights)
        .dataset();
  }

  private static InMemoryData data(int... sizes) {
    List<SequenceDataset> shards =
        IntStream.range(0, sizes.length)
            .mapToObj(worker -> samples(sizes[worker], 40 + worker))
            .toList();
    return new InMemoryData(shards, samples(9, 3));
  }

  private static Recipe recipe(Updater updater, Sequences sequences, Averaging averaging) {
    Network network =
        new Network(
            new Input(5, 3),
            List.of(
                new Layer("lstm", 7, Direction.FORWARD, 0.2, Biases.TWO),
                new Layer("gru", 5, Direction.FORWARD, 0, Biases.TWO)),
            new Head(Loss.softmax(), 4, Reads.EVERY));
    return new Recipe(
            new RnnTopology("small", network),
            MINIBATCH,
            1,
            updater,
            Recipes.constant(0.01),
            0.05,
            1e-3,
            Recipes.SEED,
            sequences,
            1,
            0)
        .averaging(averaging);
  }

  private static Recipe withThreads(Recipe recipe, int threads) {
    return new Recipe(
        recipe.topology(),
        recipe.minibatchSize(),
        threads,
        recipe.updater(),
        recipe.schedule(),
        recipe.clipNorm(),
        recipe.l2(),
        recipe.seed(),
        recipe.sequences(),
        recipe.firstCountedStep(),
        recipe.lengthWindowMinibatches(),
        recipe.targetScale(),
        recipe.averaging(),
        recipe.shiftPixels());
  }

  private static TrainingState start(Recipe recipe) {
    float[] parameters = new float[recipe.topology().parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) Math.sin(i) / 3;
    }
    return TrainingState.initial(parameters, recipe.updater());
  }

  /** Two epochs; with {@code killed}, every state goes through a checkpoint. */
  private static TrainingState train(Recipe recipe, Ops ops, InMemoryData data, boolean killed) {
    RoundPlan plan = new RoundPlan(data.minibatchesPerEpoch(MINIBATCH), 1, 1);
    TrainingState state = start(recipe);
    LocalRoundRunner runner = new LocalRoundRunner(recipe, ops, data, StopRequest.NEVER);
    while (state.epoch() < 2) {
      Round round = plan.next(state);
      state = state.after(round, runner.run(state.forWorkers(), round));
      if (killed) {
        state = StateSections.read(StateSections.of(state), "a checkpoint");
        runner = new LocalRoundRunner(recipe, ops, data, StopRequest.NEVER);
      }
    }
    return state;
  }

  static List<Updater> updaters() {
    Updater.Adam adam = new Updater.Adam(0.9, 0.99, 1e-8);
    return List.of(
        adam, new Updater.AdamW(adam, 0.1), new Updater.Nesterovs(0.9), new Updater.Sgd());
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void ofOneWorkerIsAveragingParametersEveryIteration(Updater updater) {
    InMemoryData data = data(24);
    for (Sequences sequences : Sequences.values()) {
      Recipe parameters = recipe(updater, sequences, Averaging.PARAMETERS);
      TrainingState expected = train(parameters, new PortableOps(), data, false);
      TrainingState found =
          train(parameters.averaging(Averaging.GRADIENTS), new PortableOps(), data, false);

      assertThat(found.vector()).isEqualTo(expected.vector());
      assertThat(found.layout()).isEqualTo(expected.layout());
      assertThat(found.epochLossSum()).isEqualTo(expected.epochLossSum());
      assertThat(found.vector()).isNotEqualTo(start(parameters).vector());
    }
  }

  @ParameterizedTest
  @EnumSource(Sequences.class)
  void hasTheSameBitsOnAnyKernelsAndThreadsAndWhereverItIsKilled(Sequences sequences) {
    InMemoryData data = data(24, 18, 6, 12, 24);
    Recipe recipe = recipe(updaters().get(0), sequences, Averaging.GRADIENTS);
    TrainingState expected = train(recipe, new PortableOps(), data, false);

    assertThat(train(recipe, new VectorOps(), data, true).vector()).isEqualTo(expected.vector());
    assertThat(train(withThreads(recipe, 3), new PortableOps(), data, false).vector())
        .isEqualTo(expected.vector());
  }

  /** Clipped once, with one step of Adam: what averaging parameters cannot be. */
  @Test
  void ofSeveralWorkersIsOneLargeMinibatch() {
    Recipe recipe = recipe(updaters().get(0), Sequences.INDEPENDENT, Averaging.GRADIENTS);
    InMemoryData data = data(6, 6, 3);
    Round round = new Round(0, 0, 0, 1, 0, true, 1);
    TrainingState start = start(recipe);
    RoundStep step = new RoundStep(recipe, new PortableOps());
    ParameterAverage average = step.average(3);
    double[] sums = new double[recipe.topology().parameterCount()];
    double weight = 0;
    for (int worker = 2; worker >= 0; worker--) {
      WorkerResult result = worker(recipe, start, data, worker, round);
      average.add(result);
      weight += result.lossWeight();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += result.lossWeight() * result.vector()[i];
      }
    }
    RoundResult mean = average.result();

    assertThat(mean.lossWeight()).isEqualTo(weight).isNotEqualTo(15);
    for (int i = 0; i < sums.length; i++) {
      assertThat(mean.vector()[i]).isEqualTo((float) (sums[i] / weight));
    }
    RoundResult stepped = step.result(start, round, mean);
    RoundResult ran =
        new LocalRoundRunner(recipe, new PortableOps(), data, StopRequest.NEVER).run(start, round);
    assertThat(ran.vector()).isEqualTo(stepped.vector());
  }

  private static WorkerResult worker(
      Recipe recipe, TrainingState state, InMemoryData data, int worker, Round round) {
    return new Replica(recipe, new PortableOps())
        .run(state.withoutUpdaterState(), data.shard(worker), round);
  }

  @Test
  void aWorkerWithoutAMinibatchGivesNothing() {
    Recipe recipe = recipe(updaters().get(0), Sequences.INDEPENDENT, Averaging.GRADIENTS);
    Round second = new Round(1, 0, 1, 1, 1, true, 1);
    TrainingState state = start(recipe);
    Replica replica = new Replica(recipe, new PortableOps());
    InMemoryData data = data(12, 6);
    // Nothing is left of what it computed for another worker.
    replica.run(state.withoutUpdaterState(), data.shard(0), second);
    WorkerResult empty = replica.run(state.withoutUpdaterState(), data.shard(1), second);

    assertThat(empty.samples()).isZero();
    assertThat(empty.lossWeight()).isZero();
    assertThat(empty.vector()).containsOnly(0f).hasSize(recipe.topology().parameterCount());
    RoundResult both =
        new LocalRoundRunner(recipe, new PortableOps(), data, StopRequest.NEVER).run(state, second);
    RoundResult first =
        new LocalRoundRunner(recipe, new PortableOps(), data(12), StopRequest.NEVER)
            .run(state, second);
    assertThat(both.vector()).isEqualTo(first.vector());
  }

  @Test
  void aRoundInWhichNothingCountsIsNoStep() {
    Recipe recipe = recipe(updaters().get(0), Sequences.INDEPENDENT, Averaging.GRADIENTS);
    SequenceDataset weightless =
        SequenceColumns.ofLengths(new int[] {5, 5})
            .dense(new float[30], 3, Missing.REFUSE)
            .labels(new int[10], 4, Readings.EVERY_STEP)
            .weights(new float[10])
            .dataset();
    TrainingState start = start(recipe);
    RoundResult result =
        new LocalRoundRunner(
                recipe,
                new PortableOps(),
                new InMemoryData(List.of(weightless, weightless), weightless),
                StopRequest.NEVER)
            .run(start, new Round(0, 0, 0, 1, 0, true, 1));

    assertThat(result.vector()).isEqualTo(start.vector());
    assertThat(result.samples()).isEqualTo(4);
  }

  @Test
  void sumsOfSubtreesHaveTheSameBits() {
    int workers = 11;
    SplittableRandom random = new SplittableRandom(5);
    ParameterAverage whole = new ParameterAverage(workers, Averaging.GRADIENTS);
    ParameterAverage folded = new ParameterAverage(workers, Averaging.GRADIENTS);
    ParameterAverage subtree = ParameterAverage.ofSubtree(4, 4, Averaging.GRADIENTS);
    for (int worker = 0; worker < workers; worker++) {
      float[] gradient = {random.nextInt(), (float) random.nextDouble(), -0f};
      double weight = worker == 6 ? 0 : random.nextDouble(3);
      WorkerResult result = new WorkerResult(worker, gradient, 7, 1, weight, null, 1);
      whole.add(result);
      (worker / 4 == 1 ? subtree : folded).add(result);
    }
    folded.add(subtree.sum());

    assertThat(folded.result().vector()).isEqualTo(whole.result().vector());
  }

  @Test
  void aRoundHasOneIteration() {
    Recipe recipe = recipe(updaters().get(0), Sequences.INDEPENDENT, Averaging.GRADIENTS);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> worker(recipe, start(recipe), data(12), 0, new Round(0, 0, 0, 2, 0, true, 1)))
        .withMessage("expected a round of 1 iteration to average gradients, found 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> recipe.averaging(Averaging.AUTO))
        .withMessage("expected parameters or gradients to average, found auto");
  }
}
