package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SampleLayout;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.ShardSamples;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.kernel.VectorOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.Recipe.Sequences;
import io.sparkrnn.train.updater.Updater;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rounds of workers over sequences of all kinds of columns. */
class GeneralTrainingTest {
  private static final int WORKERS = 3;
  private static final Updater ADAM = new Updater.Adam(0.9, 0.999, 1e-8);

  private static Network network(String cell) {
    return new Network(
        new Input(9, 2, List.of(new Embedding(6, 4, 0)), 1, Join.EVERY_STEP),
        List.of(
            new Layer(cell, 7, Direction.BOTH, 0.3, Biases.TWO),
            new Layer(cell, 5, Direction.FORWARD, 0.2, Biases.TWO)),
        new Head(new Loss.Squared(), 1, Reads.EVERY));
  }

  /** The target of a step is its first dense value and its id together, so it can be learnt. */
  private static SequenceDataset samples(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] lengths = random.ints(count, 1, 10).toArray();
    int steps = Arrays.stream(lengths).sum();
    float[] dense = new float[2 * steps];
    int[] ids = random.ints(steps, 0, 6).toArray();
    float[] targets = new float[steps];
    float[] weights = new float[steps];
    for (int step = 0; step < steps; step++) {
      dense[2 * step] = (float) random.nextDouble();
      dense[2 * step + 1] = random.nextInt(9) == 0 ? Float.NaN : (float) random.nextDouble();
      targets[step] = dense[2 * step] + 0.1f * ids[step];
      weights[step] = random.nextInt(3);
    }
    float[] statics = new float[count];
    return SequenceColumns.ofLengths(lengths)
        .dense(dense, 2, Missing.FILL_FORWARD)
        .ids(ids)
        .statics(statics, 1)
        .targets(targets, 1, Readings.EVERY_STEP)
        .weights(weights)
        .dataset();
  }

  private static Recipe recipe(Network network, int threads) {
    return recipe(network, threads, Sequences.INDEPENDENT, 1);
  }

  private static Recipe recipe(Network network, Sequences sequences, int firstCountedStep) {
    return recipe(network, 1, sequences, firstCountedStep);
  }

  private static Recipe recipe(
      Network network, int threads, Sequences sequences, int firstCountedStep) {
    return new Recipe(
        new RnnTopology("general", network),
        40,
        threads,
        ADAM,
        Recipes.constant(0.01),
        1,
        0,
        Recipes.SEED,
        sequences,
        firstCountedStep,
        2);
  }

  private static TrainingState train(
      Recipe recipe, Ops ops, List<Shard> shards, int roundsPerEpoch, int epochs) {
    float[] parameters = ParameterInitializer.PYTORCH.initialise(recipe.topology(), 4);
    TrainingState state = TrainingState.initial(parameters, ADAM);
    RoundPlan plan = new RoundPlan(3, roundsPerEpoch, roundsPerEpoch);
    while (state.epoch() < epochs) {
      Round round = plan.next(state);
      ParameterAverage average = new ParameterAverage(WORKERS);
      // Another worker's results come first, by replicas that have run nothing before.
      for (int worker = WORKERS - 1; worker >= 0; worker--) {
        Replica replica = new Replica(recipe, ops);
        average.add(replica.run(state.forWorkers(), shards.get(worker), round));
      }
      state = state.after(round, average.result());
    }
    return state;
  }

  private static List<Shard> shards() {
    return List.of(
        new Shard(0, samples(100, 1)), new Shard(1, samples(100, 2)), new Shard(2, samples(50, 3)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"elman-tanh", "elman-relu", "lstm", "gru"})
  void bitsDoNotDependOnThreadsAndKernels(String cell) {
    Network network = network(cell);
    List<Shard> shards = shards();
    TrainingState expected = train(recipe(network, 1), new VectorOps(), shards, 2, 2);
    TrainingState found = train(recipe(network, 3), new PortableOps(), shards, 2, 2);
    assertThat(found.vector()).isEqualTo(expected.vector());
    assertThat(found.epochLossSum()).isEqualTo(expected.epochLossSum());
    assertThat(found.epochLossWeight()).isEqualTo(expected.epochLossWeight());
  }

  /** Samples as bytes, of which a minibatch is made when it is asked for. */
  private record Records(SequenceDataset all, SampleLayout layout) implements ShardSamples {
    @Override
    public int size() {
      return all.size();
    }

    @Override
    public boolean hasEqualLengths() {
      return all.hasEqualLengths();
    }

    @Override
    public int length(int sample) {
      return all.length(sample);
    }

    @Override
    public SequenceDataset take(int[] order, int first, int count) {
      int[] lengths = Arrays.stream(order, first, first + count).map(all::length).toArray();
      ByteBuffer records = ByteBuffer.allocate(Arrays.stream(lengths).map(layout::bytes).sum());
      for (int i = 0; i < count; i++) {
        layout.write(all, order[first + i], records);
      }
      assertThat(records.hasRemaining()).isFalse();
      return layout.read(records.flip(), lengths, all.timeSteps());
    }
  }

  /** With dropout, which depends on the numbers of samples in their shard. */
  @Test
  void bitsDoNotDependOnWhereShardsLie() {
    Recipe recipe = recipe(network("gru"), 1);
    List<Shard> elsewhere =
        shards().stream()
            .map(
                shard ->
                    new Shard(
                        shard.worker(),
                        new Records(shard.samples(), SampleLayout.of(shard.samples()))))
            .toList();
    TrainingState expected = train(recipe, new VectorOps(), shards(), 2, 2);
    TrainingState found = train(recipe, new VectorOps(), elsewhere, 2, 2);
    assertThat(found.vector()).isEqualTo(expected.vector());
    assertThat(found.epochLossSum()).isEqualTo(expected.epochLossSum());
  }

  @Test
  void theMeanLossIsOverWhatCounts() {
    Network network = network("gru");
    TrainingState state = train(recipe(network, 1), new VectorOps(), shards(), 3, 1);
    double weight = 0;
    for (Shard shard : shards()) {
      for (int s = 0; s < shard.samples().size(); s++) {
        for (int step = 1; step < shard.samples().length(s); step++) {
          weight += shard.samples().weight(s, step);
        }
      }
    }
    assertThat(state.epochLossWeight()).isEqualTo(weight);
    assertThat(state.epochMeanLoss()).isEqualTo(state.epochLossSum() / weight);
    assertThat(state.epochSamples()).isEqualTo(250);
  }

  @Test
  void learns() {
    Network network = network("lstm");
    double first = train(recipe(network, 1), new VectorOps(), shards(), 3, 1).epochMeanLoss();
    double last = train(recipe(network, 1), new VectorOps(), shards(), 3, 80).epochMeanLoss();
    // The variance of the targets is about 0.11.
    assertThat(first).isGreaterThan(0.1);
    assertThat(last).isLessThan(0.05);
  }

  /** Later windows start from a state that is warm. */
  @Test
  void ofStreamsOnlyTheFirstWindowWarmsUp() {
    Network network =
        new Network(
            new Input(9, 2),
            List.of(new Layer("lstm", 4)),
            new Head(new Loss.Squared(), 1, Reads.EVERY));
    SequenceDataset windows =
        SequenceColumns.ofEqualLengths(80, 9)
            .dense(new float[80 * 9 * 2], 2, Missing.REFUSE)
            .targets(new float[80 * 9], 1, Readings.EVERY_STEP)
            .dataset();
    Recipe recipe = recipe(network, Sequences.STREAMS, 2);
    float[] parameters = ParameterInitializer.PYTORCH.initialise(recipe.topology(), 4);
    WorkerResult result =
        new Replica(recipe, new VectorOps())
            .run(
                TrainingState.initial(parameters, ADAM),
                new Shard(0, windows),
                new Round(0, 0, 0, 2, 0, false, 1));
    assertThat(result.lossWeight()).isEqualTo(40 * (9 - 2) + 40 * 9);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 9})
  void aFirstStepThatCountsIsOneOfTheNetworks(int step) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> recipe(network("gru"), Sequences.INDEPENDENT, step))
        .withMessage("expected a first step that counts from 0 to 8, found " + step);
  }

  @Test
  void whereNothingCountsTheIterationGoesOnWithoutAStep() {
    Network network = network("gru");
    Recipe recipe = recipe(network, 1);
    SequenceDataset nothing =
        SequenceColumns.ofEqualLengths(50, 9)
            .dense(new float[50 * 9 * 2], 2, Missing.REFUSE)
            .ids(new int[50 * 9])
            .statics(new float[50], 1)
            .targets(new float[50 * 9], 1, Readings.EVERY_STEP)
            .weights(new float[50 * 9])
            .dataset();
    float[] parameters = ParameterInitializer.PYTORCH.initialise(recipe.topology(), 4);
    TrainingState state = TrainingState.initial(parameters, ADAM);
    WorkerResult result =
        new Replica(recipe, new VectorOps())
            .run(state, new Shard(0, nothing), new Round(0, 0, 0, 2, 0, false, 1));
    assertThat(result.vector()).isEqualTo(state.vector());
    assertThat(result.samples()).isEqualTo(50);
    assertThat(result.lossWeight()).isZero();
  }
}
