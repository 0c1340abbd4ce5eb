package io.sparkrnn.spark.rounds;

import static io.sparkrnn.spark.rounds.DisturbedRounds.awaitTrue;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Proof;
import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
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
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.CheckpointCadence;
import io.sparkrnn.train.EarlyStopping;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.MovingAverage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Recipe.Sequences;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams, ragged sequences and dropout on executors that are killed: the local engine's bits. */
class GeneralRoundsIT {
  private static final int STREAMS = 6;

  /** Three workers; windows of equal length for streams, else of any. */
  private record Data(boolean equal) implements TrainingData {
    @Override
    public int workers() {
      return 3;
    }

    @Override
    public int shardSize(int worker) {
      return worker == 2 ? 4 * STREAMS : 6 * STREAMS;
    }

    @Override
    public Shard shard(int worker) {
      return new Shard(worker, samples(shardSize(worker), worker));
    }

    private SequenceDataset samples(int count, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      int[] lengths = random.ints(count, equal ? 7 : 1, 8).toArray();
      int steps = Arrays.stream(lengths).sum();
      float[] dense = new float[2 * steps];
      float[] weights = new float[steps];
      for (int step = 0; step < steps; step++) {
        dense[2 * step] = (float) random.nextDouble();
        dense[2 * step + 1] = random.nextInt(9) == 0 ? Float.NaN : 1;
        weights[step] = random.nextInt(3);
      }
      return SequenceColumns.ofLengths(lengths)
          .dense(dense, 2, Missing.MASK)
          .ids(random.ints(steps, 0, 5).toArray())
          .labels(random.ints(steps, 0, 3).toArray(), 3, Readings.EVERY_STEP)
          .weights(weights)
          .dataset();
    }

    @Override
    public int size(Part part) {
      return 1;
    }

    @Override
    public SequenceDataset part(Part part) {
      return samples(1, 9);
    }
  }

  private static Recipe recipe(Sequences sequences, Averaging averaging) {
    boolean streams = sequences == Sequences.STREAMS;
    Direction direction = streams ? Direction.FORWARD : Direction.BOTH;
    Network network =
        new Network(
            new Input(7, 4, List.of(new Embedding(5, 3, 0)), 0, Join.EVERY_STEP),
            List.of(
                new Layer("lstm", 6, direction, 0.3, Biases.TWO),
                new Layer("gru", 5, direction, 0, Biases.TWO)),
            new Head(new Loss.Softmax(0.1, List.of()), 3, Reads.EVERY));
    ScheduleConfiguration constant =
        new ScheduleConfiguration(ScheduleName.CONSTANT, 0, 0.5, 100, 0, 0, 0, 0, 0, 1, 0);
    return new Recipe(
            new RnnTopology("general", network),
            STREAMS,
            1,
            new Updater.Adam(0.9, 0.999, 1e-8),
            new LearningRateSchedule(constant, 0.01, 100),
            1,
            0,
            42,
            sequences,
            1,
            0)
        .averaging(averaging);
  }

  private static TrainingState run(Recipe recipe, RoundRunner runner) {
    TrainingLoop.Options options =
        new TrainingLoop.Options(
            new TrainingLoop.Budget(2),
            recipe.averaging() == Averaging.GRADIENTS
                ? new RoundPlan(6, 1, 1)
                : new RoundPlan(6, 2, 2),
            recipe.schedule(),
            new CheckpointCadence(1, 0, Duration.ZERO, System::nanoTime),
            Optional.empty(),
            StopRequest.NEVER,
            new EarlyStopping(0, 0),
            new MovingAverage(0));
    float[] parameters = ParameterInitializer.PYTORCH.initialise(recipe.topology(), 7);
    return new TrainingLoop(
            options,
            runner,
            (state, scores) ->
                new CheckpointEntry(URI.create("none:" + state.round()), state.round(), 0),
            List.of())
        .run(TrainingState.initial(parameters, recipe.updater()));
  }

  static List<RoundsChoice> ways() {
    return Proof.of(
        List.of(RoundsChoice.JOB, RoundsChoice.RESIDENT), List.of(RoundsChoice.RESIDENT));
  }

  /** Both kinds of sequences with both ways of averaging, or each of these once. */
  private static List<Recipe> recipes() {
    Recipe streamed = recipe(Sequences.STREAMS, Averaging.GRADIENTS);
    Recipe independent = recipe(Sequences.INDEPENDENT, Averaging.PARAMETERS);
    return Proof.of(
        List.of(
            streamed,
            independent,
            recipe(Sequences.STREAMS, Averaging.PARAMETERS),
            recipe(Sequences.INDEPENDENT, Averaging.GRADIENTS)),
        List.of(streamed, independent));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void killedExecutorsLeaveNoTrace(RoundsChoice choice) {
    List<Long> before = Proof.of(List.of(1L, 4L), List.of(4L));
    List<ProcessHandle> killed = new ArrayList<>();
    try (JavaSparkContext context = SmallTraining.context("local-cluster[2,1,1024]")) {
      for (Recipe recipe : recipes()) {
        hasTheLocalBits(
            choice,
            context,
            recipe,
            rounds -> DisturbedRounds.before(rounds, before, () -> killOne(killed)));
      }
    }
    assertThat(killed).hasSize(recipes().size() * before.size());
  }

  @Test
  void averagedGradientsHaveTheLocalBits() {
    Recipe recipe = recipe(Sequences.STREAMS, Averaging.GRADIENTS);
    try (JavaSparkContext context = SmallTraining.context("local[2]")) {
      for (RoundsChoice choice : List.of(RoundsChoice.JOB, RoundsChoice.RESIDENT)) {
        hasTheLocalBits(choice, context, recipe, rounds -> rounds);
      }
    }
  }

  private static void hasTheLocalBits(
      RoundsChoice choice,
      JavaSparkContext context,
      Recipe recipe,
      UnaryOperator<RoundRunner> disturbing) {
    TrainingData data = new Data(recipe.sequences() == Sequences.STREAMS);
    TrainingState expected =
        run(recipe, new LocalRoundRunner(recipe, new PortableOps(), data, StopRequest.NEVER));
    try (RoundRunner rounds =
        choice == RoundsChoice.JOB
            ? SmallTraining.jobs(context, recipe, "portable", data)
            : SmallTraining.resident(context, recipe, "portable", data)) {
      TrainingState found = run(recipe, disturbing.apply(rounds));
      assertThat(found.vector()).isEqualTo(expected.vector());
      assertThat(found.epochLossSum()).isEqualTo(expected.epochLossSum());
      assertThat(found.epochLossWeight()).isEqualTo(expected.epochLossWeight());
    }
  }

  private static void killOne(List<ProcessHandle> killed) {
    ProcessHandle executor = ResidentRoundRunnerIT.executorProcesses().get(0);
    killed.add(executor);
    executor.destroyForcibly();
    awaitTrue(() -> !executor.isAlive());
  }
}
