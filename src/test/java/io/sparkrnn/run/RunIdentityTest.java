package io.sparkrnn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Recipe.Sequences;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.VectorLayout;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Rules;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Which states in a checkpoint a run could have reached. */
class RunIdentityTest {
  private static final RnnTopology TOPOLOGY =
      new RnnTopology(
          "streams",
          new Network(
              new Input(4, 3),
              List.of(new Layer("lstm", 6)),
              new Head(Loss.softmax(), 3, Reads.LAST)));

  /** Of five streams, with six units' output and memory each. */
  private static final int VALUES = 60;

  /** Two workers with windows of five streams, and one without samples. */
  private record Streams() implements TrainingData {
    @Override
    public int workers() {
      return 3;
    }

    @Override
    public int shardSize(int worker) {
      return worker == 2 ? 0 : 30;
    }

    @Override
    public Shard shard(int worker) {
      throw new UnsupportedOperationException("only sizes");
    }

    @Override
    public int size(Part part) {
      return 0;
    }

    @Override
    public SequenceDataset part(Part part) {
      throw new UnsupportedOperationException("only sizes");
    }
  }

  private static Recipe recipe(Sequences sequences) {
    RunConfiguration defaults = new Rules(ConfigurationLoader.defaults()).decided();
    return new Recipe(
        TOPOLOGY,
        5,
        1,
        new Updater.Sgd(),
        new LearningRateSchedule(defaults.schedule(), 0.01, 100),
        0,
        0,
        1,
        sequences,
        0,
        0);
  }

  private static TrainingState resumed(Sequences sequences, int minibatch, float[]... streams) {
    int parameters = TOPOLOGY.parameterCount();
    TrainingState saved =
        new TrainingState(
            new float[parameters],
            new VectorLayout(parameters, 0, 0),
            2,
            0,
            minibatch,
            minibatch,
            1,
            10,
            10,
            List.of(),
            streams);
    RunIdentity identity =
        new RunIdentity(
            ConfigurationLoader.defaults(),
            TOPOLOGY,
            recipe(sequences).schedule(),
            List.of(),
            "kernels",
            Optional.empty(),
            List.of());
    Checkpoint checkpoint =
        new Checkpoint(
            URI.create("file:///run/checkpoint-2"),
            "run",
            2,
            OptionalDouble.empty(),
            StateSections.of(saved));
    return identity.state(checkpoint, recipe(sequences), new Streams());
  }

  private static void assertRefused(
      Sequences sequences, int minibatch, String message, float[]... streams) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> resumed(sequences, minibatch, streams))
        .withMessage("Cannot resume from /run/checkpoint-2: expected " + message);
  }

  @Test
  void goesOnWithinAnEpochFromTheStatesOfItsStreams() {
    float[][] streams = {new float[VALUES], new float[VALUES], null};
    assertThat(resumed(Sequences.STREAMS, 2, streams).streamStates()).isDeepEqualTo(streams);
    assertThat(resumed(Sequences.STREAMS, 0).streamStates()).isEmpty();
    assertThat(resumed(Sequences.INDEPENDENT, 2).streamStates()).isEmpty();
  }

  @Test
  void refusesStatesOfOtherStreams() {
    float[] right = new float[VALUES];
    assertRefused(Sequences.STREAMS, 2, "3 workers with states of streams, found 2", right, right);
    assertRefused(Sequences.STREAMS, 2, "3 workers with states of streams, found 0");
    assertRefused(
        Sequences.STREAMS,
        2,
        "60 values of the streams of worker 1, found 48",
        right,
        new float[48],
        null);
    assertRefused(
        Sequences.STREAMS, 2, "60 values of the streams of worker 0, found 0", null, right, null);
  }

  @Test
  void refusesStatesOfStreamsWhereThereAreNone() {
    float[] states = new float[VALUES];
    assertRefused(
        Sequences.INDEPENDENT,
        2,
        "0 workers with states of streams, found 3",
        states,
        states,
        null);
    assertRefused(
        Sequences.STREAMS, 0, "0 workers with states of streams, found 3", states, states, null);
  }
}
