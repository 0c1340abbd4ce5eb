package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Shard;
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
import io.sparkrnn.model.FloatArrays;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.Recipe.Sequences;
import io.sparkrnn.train.updater.Updater;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows of streams: each goes on where the one before ended, whatever fails in between. */
class StreamsTest {
  private static final int STREAMS = 5;
  private static final Updater ADAM = new Updater.Adam(0.9, 0.999, 1e-8);

  /** Three workers with windows of five streams: 6, 6 and 4 of each. */
  private static final InMemoryData DATA = InMemoryData.ofSizes(4, 3, 3, 30, 30, 20);

  private static Recipe recipe(String cell, Sequences sequences) {
    Layer layer = new Layer(cell, 6, Direction.FORWARD, 0, Biases.TWO);
    Network network =
        new Network(
            new Input(4, 3), List.of(layer, layer), new Head(Loss.softmax(), 3, Reads.LAST));
    return new Recipe(
        new RnnTopology("streams", network),
        STREAMS,
        1,
        ADAM,
        Recipes.constant(0.01),
        1,
        0,
        Recipes.SEED,
        sequences,
        0,
        0);
  }

  private static TrainingState initial(Recipe recipe) {
    float[] parameters = new float[recipe.topology().parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) Math.sin(i) / 3;
    }
    return TrainingState.initial(parameters, ADAM);
  }

  /** Two epochs; every state goes through a checkpoint, as if the run were killed there. */
  private static TrainingState train(Recipe recipe, Ops ops, boolean killed) {
    RoundPlan plan = new RoundPlan(6, 2, 2);
    TrainingState state = initial(recipe);
    while (state.epoch() < 2) {
      Round round = plan.next(state);
      // A new runner has nothing of what an old one had.
      try (LocalRoundRunner runner = new LocalRoundRunner(recipe, ops, DATA, () -> false)) {
        state = state.after(round, runner.run(state.forWorkers(), round));
      }
      if (killed) {
        Map<String, byte[]> sections = new LinkedHashMap<>(StateSections.of(state));
        state = StateSections.read(sections, "a checkpoint");
      }
    }
    return state;
  }

  @ParameterizedTest
  @ValueSource(strings = {"elman-tanh", "lstm", "gru"})
  void aRunKilledAfterEveryRoundHasTheSameBits(String cell) {
    Recipe recipe = recipe(cell, Sequences.STREAMS);
    TrainingState expected = train(recipe, new VectorOps(), false);
    assertThat(train(recipe, new PortableOps(), true).vector()).isEqualTo(expected.vector());
    Recipe independent = recipe(cell, Sequences.INDEPENDENT);
    assertThat(train(independent, new VectorOps(), false).vector()).isNotEqualTo(expected.vector());
  }

  @Test
  void aRoundOfAllMinibatchesIsAsManyRoundsOfOne() {
    Recipe recipe = recipe("lstm", Sequences.STREAMS);
    Shard shard = DATA.shard(0);
    Replica replica = new Replica(recipe, new VectorOps());
    TrainingState start = initial(recipe);
    WorkerResult whole = replica.run(start, shard, new Round(0, 0, 0, 6, 0, false, 1));
    TrainingState state = start;
    for (int i = 0; i < 6; i++) {
      Round round = new Round(i, 0, i, 1, i, false, 1);
      WorkerResult part = new Replica(recipe, new VectorOps()).run(state, shard, round);
      state =
          state.after(
              round,
              new RoundResult(
                  part.vector(),
                  part.samples(),
                  part.lossSum(),
                  part.lossWeight(),
                  part.streamStates(),
                  new long[] {1},
                  0));
    }
    assertThat(state.vector()).isEqualTo(whole.vector());
    assertThat(state.streamStates()).isDeepEqualTo(whole.streamStates());
    assertThat(whole.streamState()).hasSize(STREAMS * recipe.topology().network().stateSize());
  }

  @Test
  void anEpochStartsAnew() {
    Recipe recipe = recipe("gru", Sequences.STREAMS);
    TrainingState end = train(recipe, new VectorOps(), false);
    assertThat(end.streamStates()).isEmpty();
    assertThat(end.epochMeanLoss()).isEqualTo(end.epochLossSum() / 80);
  }

  @Test
  void statesOfAnyWorkersComeBackAsTheyWent() {
    float[][] states = {{1, -0f}, null, {}, {Float.MIN_VALUE}};
    byte[] bytes = FloatArrays.toBytes(states);
    assertThat(FloatArrays.fromBytes(bytes)).isDeepEqualTo(states);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatIllegalArgumentException().isThrownBy(() -> FloatArrays.fromBytes(cut));
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FloatArrays.fromBytes(longer))
        .withMessage("expected the end of arrays of floats, found 1 more bytes");
  }

  @Test
  void refusesStreamsOfUnequalLengthsAndLayersThatGoBack() {
    Recipe recipe = recipe("gru", Sequences.STREAMS);
    Shard shard = InMemoryData.ofSizes(4, 3, 3, 29).shard(0);
    Replica replica = new Replica(recipe, new PortableOps());
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> replica.run(initial(recipe), shard, new Round(0, 0, 0, 1, 0, false, 1)))
        .withMessageEndingWith("windows of 5 streams of equal length, found 29 windows");
    // Within an epoch there must be something to go on from.
    Shard whole = DATA.shard(0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> replica.run(initial(recipe), whole, new Round(0, 0, 1, 1, 1, false, 1)))
        .withMessageContaining("expected a state of 60 values to go on from");
    Network back =
        new Network(
            new Input(4, 3),
            List.of(new Layer("gru", 6, Direction.BOTH, 0, Biases.TWO)),
            new Head(Loss.softmax(), 3, Reads.LAST));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Recipe(
                    new RnnTopology("back", back),
                    STREAMS,
                    1,
                    ADAM,
                    Recipes.constant(0.01),
                    1,
                    0,
                    1,
                    Sequences.STREAMS,
                    0,
                    0))
        .withMessageContaining("layers that go forward for windows of streams");
  }
}
