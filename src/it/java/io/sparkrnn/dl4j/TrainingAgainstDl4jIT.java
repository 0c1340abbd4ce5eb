package io.sparkrnn.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Replica;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Our replica and DL4J's {@code fit} from the same state on the same minibatches in the same order.
 *
 * <p>Tolerances are absolute. After one step they allow for gradients that agree to 1e-6; Adam
 * divides by the gradient's size, so where a gradient is itself that small its step may differ by a
 * part of the learning rate of 0.05, and these differences feed back over an epoch.
 */
class TrainingAgainstDl4jIT {
  private static final int MINIBATCH = 16;
  // 6 whole minibatches and one of 5 samples.
  private static final int SAMPLES = 101;
  private static final int MINIBATCHES = 7;
  private static final long SEED = 3;

  private final RnnTopology topology = OracleData.topology(Activation.TANH, 9, 6);
  private final SequenceDataset data = OracleData.sequences(topology.network(), SAMPLES);

  @ParameterizedTest
  @CsvSource({
    "SGD, 0, 1e-6",
    "SGD, 0.01, 1e-6",
    "NESTEROVS, 0, 1e-6",
    "NESTEROVS, 0.01, 1e-6",
    "ADAM, 0, 2e-5",
    "ADAM, 0.01, 2e-5",
    "ADAMW, 0, 2e-5",
    "ADAMW, 0.01, 2e-5"
  })
  void oneStepIsDl4js(UpdaterName updater, double l2, double tolerance) {
    NetworkDescription description = description(updater, OracleData.CONSTANT, l2);
    TrainingState start = start(description);
    TrainingState ours = train(description, start, 0, 0, 1);
    MultiLayerNetwork network = dl4j(description);
    fit(network, 0, 0, 1);

    assertClose(ours, network, tolerance);
    assertThat(ours.parameters()).isNotEqualTo(start.parameters());
  }

  @ParameterizedTest
  @CsvSource({"SGD, 2e-5", "NESTEROVS, 2e-5", "ADAM, 2e-4", "ADAMW, 2e-4"})
  void anEpochAndTheIterationAfterItsShortMinibatchAreDl4js(UpdaterName updater, double tolerance) {
    NetworkDescription description = description(updater, OracleData.CONSTANT, 0.001);
    MultiLayerNetwork network = dl4j(description);
    TrainingState epoch = train(description, start(description), 0, 0, MINIBATCHES);
    fit(network, 0, 0, MINIBATCHES);
    assertClose(epoch, network, tolerance);

    TrainingState next = train(description, epoch, 1, 0, 1);
    fit(network, 1, 0, 1);
    assertClose(next, network, tolerance);
  }

  @ParameterizedTest
  @EnumSource(
      value = ScheduleName.class,
      names = {"STEP", "EXPONENTIAL"})
  void schedulesAreDl4js(ScheduleName schedule) {
    NetworkDescription description =
        description(
            UpdaterName.SGD,
            new ScheduleConfiguration(schedule, 0, 0.5, 3, 0, 0, 0, 0, 0, 1, 0),
            0);
    MultiLayerNetwork network = dl4j(description);
    TrainingState ours = train(description, start(description), 0, 0, MINIBATCHES);
    fit(network, 0, 0, MINIBATCHES);

    assertClose(ours, network, 2e-5);
  }

  @ParameterizedTest
  @EnumSource(
      value = UpdaterName.class,
      names = {"AUTO", "MUON"},
      mode = EnumSource.Mode.EXCLUDE)
  void trainingGoesOnInDl4jWhereOursStopped(UpdaterName updater) {
    NetworkDescription description = description(updater, OracleData.CONSTANT, 0);
    TrainingState half = train(description, start(description), 0, 0, 3);
    TrainingState whole = train(description, half, 0, 3, 2);
    MultiLayerNetwork network =
        Dl4jNetworks.network(
            description,
            new NetworkState(
                half.parameters(), half.updaterState(), (int) half.iteration(), half.epoch()));
    fit(network, 0, 3, 2);

    assertClose(whole, network, 2e-5);
  }

  private NetworkDescription description(
      UpdaterName updater, ScheduleConfiguration schedule, double l2) {
    return new NetworkDescription(topology, OracleData.updater(updater), schedule, l2);
  }

  private static TrainingState start(NetworkDescription description) {
    return TrainingState.initial(
        OracleData.parameters(description.topology()), Updater.of(description.updater(), 64));
  }

  private TrainingState train(
      NetworkDescription description,
      TrainingState state,
      int epoch,
      int firstMinibatch,
      int iterations) {
    Updater updater = Updater.of(description.updater(), 64);
    Recipe recipe =
        new Recipe(
            topology,
            MINIBATCH,
            1,
            updater,
            new LearningRateSchedule(
                description.schedule(), description.updater().learningRate(), 0),
            0,
            description.l2(),
            SEED);
    WorkerResult result =
        new Replica(recipe, Ops.named("portable"))
            .run(
                state,
                new Shard(0, data),
                new Round(0, epoch, firstMinibatch, iterations, state.iteration(), false, 1));
    return new TrainingState(
        result.vector(),
        state.layout(),
        0,
        epoch,
        firstMinibatch + iterations,
        state.iteration() + iterations,
        0,
        0,
        List.of());
  }

  private static MultiLayerNetwork dl4j(NetworkDescription description) {
    return Dl4jNetworks.network(description, OracleData.initialState(description));
  }

  private void fit(MultiLayerNetwork network, int epoch, int firstMinibatch, int iterations) {
    int[] order = MinibatchPlan.order(SEED, epoch, 0, SAMPLES);
    for (int i = firstMinibatch; i < firstMinibatch + iterations; i++) {
      int from = i * MINIBATCH;
      network.fit(
          OracleData.dataSet(
              data, Arrays.copyOfRange(order, from, Math.min(SAMPLES, from + MINIBATCH))));
    }
  }

  private static void assertClose(TrainingState ours, MultiLayerNetwork network, double tolerance) {
    NetworkState theirs = Dl4jNetworks.state(network);
    assertThat(ours.iteration()).isEqualTo(theirs.iterations());
    assertClose("parameter", ours.parameters(), theirs.parameters(), tolerance);
    assertClose("updater state", ours.updaterState(), theirs.updaterState(), tolerance);
  }

  private static void assertClose(String what, float[] ours, float[] theirs, double tolerance) {
    assertThat(ours).hasSameSizeAs(theirs);
    for (int i = 0; i < ours.length; i++) {
      assertThat((double) ours[i]).as("%s %d", what, i).isCloseTo(theirs[i], within(tolerance));
    }
  }
}
