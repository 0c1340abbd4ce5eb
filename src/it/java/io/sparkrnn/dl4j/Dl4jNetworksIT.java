package io.sparkrnn.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.updater.Rules;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Sgd;

class Dl4jNetworksIT {
  private static final int TIME_STEPS = 7;

  static Stream<NetworkDescription> descriptions() {
    return Arrays.stream(UpdaterName.values())
        .filter(name -> name != UpdaterName.AUTO && name != UpdaterName.MUON)
        .flatMap(
            updater ->
                Stream.of(
                        OracleData.CONSTANT,
                        new ScheduleConfiguration(
                            ScheduleName.STEP, 0, 0.5, 10, 0, 0, 0, 0, 0, 1, 0),
                        new ScheduleConfiguration(
                            ScheduleName.EXPONENTIAL, 0, 0.9, 1, 0, 0, 0, 0, 0, 1, 0))
                    .map(
                        schedule ->
                            new NetworkDescription(
                                OracleData.topology(Activation.RELU, 9, 6),
                                OracleData.updater(updater),
                                schedule,
                                0.01)));
  }

  @ParameterizedTest
  @MethodSource("descriptions")
  void aConfigurationIsReadBackAsWhatItWasMadeFrom(NetworkDescription description) {
    NetworkDescription read =
        Dl4jNetworks.describe(Dl4jNetworks.configuration(description), TIME_STEPS);

    assertThat(read.topology().network()).isEqualTo(description.topology().network());
    assertThat(read.updater().name()).isEqualTo(description.updater().name());
    assertThat(read.updater().learningRate()).isEqualTo(description.updater().learningRate());
    assertThat(read.schedule()).isEqualTo(description.schedule());
    assertThat(read.l2()).isEqualTo(description.l2());
  }

  @Test
  void updatersKeepTheSettingsThatTheyHave() {
    assertThat(roundTrip(UpdaterName.NESTEROVS).updater().momentum()).isEqualTo(0.9);
    assertThat(roundTrip(UpdaterName.ADAM).updater())
        .extracting("beta1", "beta2", "epsilon")
        .containsExactly(0.9, 0.999, 1e-8);
    assertThat(roundTrip(UpdaterName.ADAMW).updater())
        .extracting("beta1", "beta2", "epsilon", "weightDecay")
        .containsExactly(0.9, 0.999, 1e-8, 0.1);
  }

  @ParameterizedTest
  @EnumSource(
      value = UpdaterName.class,
      names = {"AUTO", "MUON"},
      mode = EnumSource.Mode.EXCLUDE)
  void aStateSurvivesTheWayThroughANetwork(UpdaterName updater) {
    NetworkDescription description = description(updater);
    NetworkState state = numbered(description);
    NetworkState read = Dl4jNetworks.state(Dl4jNetworks.network(description, state));

    assertThat(read.parameters()).containsExactly(state.parameters());
    assertThat(read.updaterState()).containsExactly(state.updaterState());
    assertThat(read.iterations()).isEqualTo(41);
    assertThat(read.epochs()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(
      value = UpdaterName.class,
      names = {"AUTO", "MUON"},
      mode = EnumSource.Mode.EXCLUDE)
  void dl4jRestoresAZip(UpdaterName updater) throws IOException {
    NetworkDescription description = description(updater);
    NetworkState state = numbered(description);
    byte[] zip = Dl4jNetworks.zip(description, state);
    MultiLayerNetwork restored =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(zip), true);
    NetworkState read = Dl4jNetworks.state(restored);

    assertThat(read.parameters()).containsExactly(state.parameters());
    assertThat(read.updaterState()).containsExactly(state.updaterState());
    assertThat(read.iterations()).isEqualTo(41);
    assertThat(read.epochs()).isEqualTo(3);
  }

  @Test
  void schedulesThatDl4jLacksBecomeTheBaseRate() {
    NetworkDescription cosine =
        new NetworkDescription(
            OracleData.topology(Activation.TANH, 4),
            OracleData.updater(UpdaterName.SGD),
            new ScheduleConfiguration(ScheduleName.COSINE, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0),
            0);
    assertThat(Dl4jNetworks.network(cosine, OracleData.initialState(cosine)).getLearningRate(0))
        .isEqualTo(0.05);
    Sgd sgd =
        (Sgd)
            ((org.deeplearning4j.nn.conf.layers.OutputLayer)
                    Dl4jNetworks.configuration(cosine).getConf(1).getLayer())
                .getIUpdater();
    assertThat(sgd.getLearningRateSchedule()).isNull();
  }

  @Test
  void networksWithoutClassesHaveNoDl4jForm() {
    RnnTopology vanilla = ModelZoo.find("vanilla-rnn-1").orElseThrow();
    NetworkDescription description =
        new NetworkDescription(
            vanilla, OracleData.updater(UpdaterName.SGD), OracleData.CONSTANT, 0);
    assertThatThrownBy(() -> Dl4jNetworks.configuration(description))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a DL4J network needs classes, found vanilla-rnn-1 without an output layer");
  }

  @Test
  void whatDl4jLacksIsNamed() {
    Network plain = ModelZoo.find("row-rnn-150").orElseThrow().network();
    NetworkDescription gru =
        NetworkDescription.of(
            new RnnTopology(
                "x", new Network(plain.input(), List.of(new Layer("gru", 64)), plain.head())),
            new Rules(ConfigurationLoader.defaults()).decided());
    assertThatThrownBy(() -> Dl4jNetworks.configuration(gru))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a DL4J network needs LSTM or Elman layers under one dense layer, found GRU layers, which DL4J does not have in 28 x 28 -> gru 64 -> 10");
  }

  @Test
  void statesOfAnotherNetworkAreRefused() {
    NetworkDescription description = description(UpdaterName.ADAM);
    NetworkState state = OracleData.initialState(description);
    int parameters = state.parameters().length;
    assertThatThrownBy(
            () ->
                Dl4jNetworks.network(
                    description,
                    new NetworkState(new float[parameters - 1], state.updaterState(), 0, 0)))
        .hasMessage(
            "a DL4J network takes %d floats of parameters, found %d"
                .formatted(parameters, parameters - 1));
    assertThatThrownBy(
            () ->
                Dl4jNetworks.network(
                    description, new NetworkState(state.parameters(), new float[1], 0, 0)))
        .hasMessage(
            "a DL4J network takes %d floats of updater state, found 1".formatted(2 * parameters));
  }

  private static NetworkDescription roundTrip(UpdaterName updater) {
    return Dl4jNetworks.describe(Dl4jNetworks.configuration(description(updater)), TIME_STEPS);
  }

  private static NetworkDescription description(UpdaterName updater) {
    return new NetworkDescription(
        OracleData.topology(Activation.TANH, 9, 6),
        OracleData.updater(updater),
        OracleData.CONSTANT,
        0.01);
  }

  private static NetworkState numbered(NetworkDescription description) {
    NetworkState initial = OracleData.initialState(description);
    float[] updaterState = initial.updaterState();
    for (int i = 0; i < updaterState.length; i++) {
      updaterState[i] = i * 0.25f;
    }
    return new NetworkState(initial.parameters(), updaterState, 41, 3);
  }
}
