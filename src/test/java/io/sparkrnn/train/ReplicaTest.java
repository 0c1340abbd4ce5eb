package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.DoubleNetwork;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.kernel.ParameterLayout;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaTest {
  private static final Ops KERNELS = new PortableOps();
  private static final RnnTopology DEEP = Recipes.topology(5, 3, 4, Activation.TANH, 11, 6);

  private static WorkerResult run(
      Recipe recipe, TrainingState state, SequenceDataset samples, Round round) {
    return new Replica(recipe, KERNELS).run(state, new Shard(0, samples), round);
  }

  private static TrainingState start(Recipe recipe) {
    return TrainingState.initial(
        ParameterInitializer.ORTHOGONAL.initialise(recipe.topology(), 1), recipe.updater());
  }

  private static Round iterations(int first, int count) {
    return new Round(0, 0, first, count, first, false, 1);
  }

  @Test
  void aRoundIsAPureFunction() {
    Recipe recipe = Recipes.plain(DEEP, 8, new Updater.Adam(0.9, 0.999, 1e-8), 0.01);
    SequenceDataset samples = InMemoryData.sequences(37, 5, 3, 4, 1);
    TrainingState state = start(recipe);
    float[] vector = state.vector().clone();
    Replica replica = new Replica(recipe, KERNELS);

    WorkerResult once = replica.run(state, new Shard(0, samples), iterations(0, 5));
    WorkerResult again = replica.run(state, new Shard(0, samples), iterations(0, 5));

    assertThat(state.vector()).isEqualTo(vector);
    assertThat(state.updaterState()).containsOnly(0f);
    assertThat(once.vector()).isNotEqualTo(vector);
    assertSame(again, once);
    assertSame(run(recipe, state, samples, iterations(0, 5)), once);
  }

  private static void assertSame(WorkerResult found, WorkerResult expected) {
    assertThat(found.vector()).isEqualTo(expected.vector());
    assertThat(found.samples()).isEqualTo(expected.samples());
    assertThat(found.lossSum()).isEqualTo(expected.lossSum());
    assertThat(found.worker()).isEqualTo(expected.worker());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 7})
  void bitsDoNotDependOnTheNumberOfThreads(int threads) {
    for (int minibatch : new int[] {1, 16, 33, 64, 160}) {
      Recipe recipe =
          Recipes.regularised(
              Recipes.plain(DEEP, minibatch, new Updater.Adam(0.9, 0.999, 1e-8), 0.01), 0.5, 0.01);
      SequenceDataset samples = InMemoryData.sequences(3 * minibatch + 5, 5, 3, 4, 1);
      TrainingState state = start(recipe);
      assertSame(
          run(Recipes.withThreads(recipe, threads), state, samples, iterations(0, 4)),
          run(recipe, state, samples, iterations(0, 4)));
    }
  }

  // Rate, momentum and updater all depend on the iteration.
  @ParameterizedTest
  @CsvSource({"COSINE, 2", "LINEAR, 2", "ONE_CYCLE, 0"})
  void roundsOfOneIterationEqualOneRound(ScheduleName schedule, int warmUp) {
    Recipe recipe =
        new Recipe(
            DEEP,
            8,
            1,
            new Updater.AdamW(new Updater.Adam(0.95, 0.999, 1e-8), 0.1),
            new LearningRateSchedule(
                new ScheduleConfiguration(schedule, warmUp, 0.5, 10, 0, 0.04, 0.5, 0.85, 0, 1, 0),
                0.05,
                6),
            0,
            0,
            Recipes.SEED);
    SequenceDataset samples = InMemoryData.sequences(37, 5, 3, 4, 1);
    TrainingState state = start(recipe);
    WorkerResult whole = run(recipe, state, samples, iterations(0, 5));
    double lossSum = 0;
    for (int i = 0; i < 5; i++) {
      Round round = iterations(i, 1);
      WorkerResult part = run(recipe, state, samples, round);
      lossSum += part.lossSum();
      state =
          state.after(
              round,
              new RoundResult(part.vector(), part.samples(), part.lossSum(), new long[] {1}, 0));
    }
    assertThat(state.vector()).isEqualTo(whole.vector());
    assertThat(lossSum).isCloseTo(whole.lossSum(), within(1e-9));
  }

  @Test
  void weightsDecayByTheRateAndBiasesDoNot() {
    Updater.Adam adam = new Updater.Adam(0.9, 0.999, 1e-8);
    Recipe without = Recipes.plain(DEEP, 8, adam, 0.01);
    Recipe with = Recipes.plain(DEEP, 8, new Updater.AdamW(adam, 0.5), 0.01);
    SequenceDataset samples = InMemoryData.sequences(8, 5, 3, 4, 1);
    TrainingState state = start(with);
    for (ParameterBlock block : DEEP.parameters()) {
      Arrays.fill(state.vector(), block.offset(), block.end(), 0.5f);
    }
    float[] kept = run(without, state, samples, iterations(0, 1)).vector();
    float[] decayed = run(with, state, samples, iterations(0, 1)).vector();
    for (ParameterBlock block : DEEP.parameters()) {
      double decay = block.kind().isBias() ? 0 : 0.01 * 0.5 * 0.5;
      for (int i = block.offset(); i < block.end(); i++) {
        assertThat((double) decayed[i]).as("%s", block).isCloseTo(kept[i] - decay, within(1e-7));
      }
    }
  }

  @Test
  void theLastMinibatchMayBeShortAndNoneIsLeftAfterIt() {
    Recipe recipe = Recipes.plain(DEEP, 8, new Updater.Sgd(), 0.1);
    SequenceDataset samples = InMemoryData.sequences(21, 5, 3, 4, 1);
    TrainingState state = start(recipe);
    assertThat(run(recipe, state, samples, iterations(0, 1)).samples()).isEqualTo(8);
    assertThat(run(recipe, state, samples, iterations(2, 1)).samples()).isEqualTo(5);
    assertThat(run(recipe, state, samples, iterations(1, 9)).samples()).isEqualTo(13);

    WorkerResult idle = run(recipe, state, samples, iterations(3, 4));
    assertThat(idle.samples()).isZero();
    assertThat(idle.lossSum()).isZero();
    assertThat(idle.vector()).isEqualTo(state.vector());
  }

  @ParameterizedTest
  @CsvSource({
    "8, 0, 0, 0",
    "64, 0, 0, 0",
    "8, 2, 0, 0",
    "8, 0, 0.01, 0",
    "8, 0, 0, 0.1",
    "8, 2, 0.01, 0.1"
  })
  void oneIterationOfSgdFollowsTheGradientOfTheOracle(
      int minibatch, int index, double clipNorm, double l2) {
    double rate = 0.5;
    Recipe recipe =
        Recipes.regularised(Recipes.plain(DEEP, minibatch, new Updater.Sgd(), rate), clipNorm, l2);
    // The third minibatch of 8 is short.
    SequenceDataset samples = InMemoryData.sequences(21, 5, 3, 4, 1);
    TrainingState state = start(recipe);
    // Biases begin at zero, where decay would not show.
    ParameterLayout layout = DEEP.network().layout();
    ParameterBlock bias = layout.block(0, Kind.BIAS);
    Arrays.fill(state.vector(), bias.offset(), bias.end(), 0.5f);
    state.vector()[layout.block(Kind.OUTPUT_BIAS).offset()] = -0.5f;
    WorkerResult result = run(recipe, state, samples, iterations(index, 1));

    int[] order = MinibatchPlan.order(Recipes.SEED, 0, 0, 21);
    int from = index * minibatch;
    int[] taken = Arrays.copyOfRange(order, from, Math.min(21, from + minibatch));
    DoubleNetwork.Result oracle =
        new DoubleNetwork(DEEP.network(), state.parameters())
            .run(new DatasetMinibatch().begin(samples, order, from), numbers(taken.length));
    double[] gradient = oracle.gradient();
    double norm = Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
    double scale = clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
    assertThat(scale < 1).as("clips").isEqualTo(clipNorm > 0);
    for (ParameterBlock block : DEEP.parameters()) {
      double decay = block.kind().isBias() ? 0 : l2;
      for (int i = block.offset(); i < block.end(); i++) {
        double w = state.parameters()[i];
        assertThat((double) result.vector()[i])
            .as("%s", block)
            .isCloseTo(w - rate * (scale * gradient[i] + decay * w), within(1e-6));
      }
    }
    assertThat(result.samples()).isEqualTo(taken.length);
    assertThat(result.lossSum() / taken.length).isCloseTo(oracle.loss(), within(1e-6));
  }

  private static int[] numbers(int count) {
    return IntStream.range(0, count).toArray();
  }

  @Test
  void aGradientOfWhichTheSquareOverflowsIsClippedAndNotErased() {
    RnnTopology topology = Recipes.topology(2, 1, 2, Activation.RELU, 1);
    Recipe recipe = Recipes.regularised(Recipes.plain(topology, 1, new Updater.Sgd(), 1), 1, 0);
    // U, W, b, V (2), c (2): the gradient of V is half of the last state, 1e25.
    float[] parameters = {1e25f, 0, 0, 0, 0, 0, 0};
    SequenceDataset samples = SequenceDataset.ofFloats(new float[] {0, 1}, new int[] {0}, 2, 1, 2);
    WorkerResult result =
        run(recipe, TrainingState.initial(parameters, recipe.updater()), samples, iterations(0, 1));
    float half = (float) Math.sqrt(0.5);
    assertThat(result.vector()[3]).isCloseTo(half, within(1e-6f));
    assertThat(result.vector()[4]).isCloseTo(-half, within(1e-6f));
  }

  @ParameterizedTest
  @CsvSource({"4, 3, 4", "5, 2, 4", "5, 3, 5"})
  void dataOfAnotherShapeIsRefused(int timeSteps, int inputSize, int classes) {
    Recipe recipe = Recipes.plain(DEEP, 8, new Updater.Sgd(), 0.1);
    SequenceDataset samples = InMemoryData.sequences(9, timeSteps, inputSize, classes, 1);
    String message =
        "Cannot run the network on the data: expected 5 time steps of 3 inputs and at most 4 classes, found %d time steps of %d inputs and %d classes"
            .formatted(timeSteps, inputSize, classes);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> run(recipe, start(recipe), samples, iterations(0, 1)))
        .withMessage(message);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(
            () -> recipe.evaluator().evaluate(KERNELS, start(recipe).parameters(), samples, 0, 0))
        .withMessage(message);
  }
}
