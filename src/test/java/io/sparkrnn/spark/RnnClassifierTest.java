package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.shared.HasWeightCol;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RnnClassifierTest {
  @Test
  void defaultsAreTheProgramsOwn() {
    RunConfiguration defaults = ConfigurationLoader.defaults();
    RunConfiguration found = new RnnClassifier().configuration();
    assertThat(found.training()).isEqualTo(defaults.training());
    assertThat(found.updater()).isEqualTo(defaults.updater());
    assertThat(found.schedule()).isEqualTo(defaults.schedule());
    assertThat(found.model().recurrentInit()).isEqualTo(defaults.model().recurrentInit());
    // Those of the default model, row-rnn-150.
    assertThat(found.model().hidden()).containsExactly(150);
    assertThat(found.model().activation()).isEqualTo("tanh");
  }

  @Test
  void whatIsSetIsInTheConfiguration() {
    RunConfiguration found =
        new RnnClassifier()
            .setHidden(new int[] {7, 5})
            .setActivation("relu")
            .setRecurrentInit("identity")
            .setEpochs(3)
            .setMinibatchSize(16)
            .setWorkers(4)
            .setThreadsPerWorker(2)
            .setAveraging("parameters")
            .setAveragingFrequency(6)
            .setSeed(-5)
            .setClipNorm(0)
            .setL2(1e-5)
            .setUpdater("sgd")
            .setLearningRate(0.25)
            .setWeightDecay(0.125)
            .setSchedule("constant")
            .setWarmUpIterations(9)
            .setKernels("portable")
            .setRounds("job")
            .setShards("disk")
            .configuration();
    assertThat(found)
        .isEqualTo(
            ConfigurationLoader.parse(
                """
                model { hidden = [7, 5], cell = elman, activation = relu, recurrent-init = identity }
                training {
                  epochs = 3, minibatch-size = 16, workers = 4, threads-per-worker = 2
                  averaging = parameters, averaging-frequency = 6, seed = -5, clip-norm = 0.0, l2 = 1e-5
                  kernels = portable, rounds = job
                }
                spark.shards = disk
                updater { name = sgd, learning-rate = 0.25, weight-decay = 0.125 }
                schedule { name = constant, warm-up-iterations = 9 }
                """,
                "this test"));
  }

  static Stream<Arguments> badValues() {
    return Stream.<Consumer<RnnClassifier>>of(
            rnn -> rnn.setTimeSteps(0),
            rnn -> rnn.setHidden(new int[] {}),
            rnn -> rnn.setHidden(new int[] {3, 0}),
            rnn -> rnn.setActivation(""),
            rnn -> rnn.setActivation("sigmoid"),
            rnn -> rnn.setRecurrentInit("zero"),
            rnn -> rnn.setEpochs(0),
            rnn -> rnn.setMinibatchSize(0),
            rnn -> rnn.setWorkers(0),
            rnn -> rnn.setThreadsPerWorker(0),
            rnn -> rnn.setAveraging("models"),
            rnn -> rnn.setAveragingFrequency(0),
            rnn -> rnn.setClipNorm(-1),
            rnn -> rnn.setL2(Double.NaN),
            rnn -> rnn.setUpdater("lamb"),
            rnn -> rnn.setLearningRate(0),
            rnn -> rnn.setWeightDecay(-0.01),
            rnn -> rnn.setSchedule("polynomial"),
            rnn -> rnn.setWarmUpIterations(-1),
            rnn -> rnn.setKernels("gpu"),
            rnn -> rnn.setRounds("barrier"),
            rnn -> rnn.setShards("heap"))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void badValuesAreRefusedWhenTheyAreGiven(Consumer<RnnClassifier> set) {
    assertThatThrownBy(() -> set.accept(new RnnClassifier()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageMatching("Cannot use the configuration: \\w+: expected .*, found \".*\"");
  }

  @Test
  void refusalsNameTheParam() {
    assertThatThrownBy(() -> new RnnClassifier().setLearningRate(-1))
        .hasMessage(
            "Cannot use the configuration: learningRate: expected a number above 0, found \"-1.0\"");
    assertThatThrownBy(() -> new RnnClassifier().setTimeSteps(-1))
        .hasMessage(
            "Cannot use the configuration: timeSteps: expected a whole number of at least 1, found \"-1\"");
  }

  @Test
  void badValuesAreIllegalArgumentsAsSparkMlsAre() {
    RnnClassifier rnn = new RnnClassifier();
    assertThat((Boolean) rnn.timeSteps().isValid().apply(-1)).isFalse();
    assertThat((Boolean) rnn.schedule().isValid().apply("polynomial")).isFalse();
    assertThat((Boolean) rnn.schedule().isValid().apply("one-cycle")).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> rnn.set(rnn.epochs(), 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ParamMap().put(rnn.learningRate().w(-1)))
        .withMessageContaining("learningRate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ParamGridBuilder().addGrid(rnn.workers(), new int[] {1, 0}).build());
    assertThatIllegalArgumentException().isThrownBy(() -> rnn.setEpochs(0));
  }

  @Test
  void paramsAreFoundBySparkMl() {
    RnnClassifier rnn = new RnnClassifier("rnnClassifier_1");
    List<String> names = Arrays.stream(rnn.params()).map(Param::name).toList();
    assertThat(names)
        .contains("timeSteps", "hidden", "epochs", "learningRate", "featuresCol", "thresholds");
    assertThat(rnn.params()).allSatisfy(p -> assertThat(p.parent()).isEqualTo("rnnClassifier_1"));
    assertThat(rnn.explainParams()).doesNotContain("the model's own");
    assertThat(Set.of(new RnnClassifier().uid(), new RnnClassifier().uid())).hasSize(2);
  }

  static Stream<Params> estimatorsAndModels() {
    return Stream.of(
        new RnnClassifier(),
        new RnnRegressor(),
        new RnnSequenceLabeler(),
        new RnnClassificationModel(),
        new RnnRegressionModel(),
        new RnnSequenceLabelingModel());
  }

  @ParameterizedTest
  @MethodSource("estimatorsAndModels")
  void everyParamHasAGetter(Params params) {
    List<String> getters =
        Arrays.stream(params.getClass().getMethods()).map(Method::getName).toList();
    assertThat(params.params())
        .allSatisfy(
            param ->
                assertThat(getters)
                    .contains(
                        "get"
                            + param.name().substring(0, 1).toUpperCase(Locale.ROOT)
                            + param.name().substring(1)));
  }

  @Test
  void metaAlgorithmsMaySetTheWeights() {
    for (HasWeightCol estimator :
        List.of(
            new RnnClassifier().setWeightCol("w"),
            new RnnRegressor().setWeightCol("w"),
            new RnnSequenceLabeler().setWeightCol("w"))) {
      assertThat(estimator.getWeightCol()).isEqualTo("w");
      assertThat(estimator.getOrDefault(estimator.weightCol())).isEqualTo("w");
    }
  }

  @Test
  void copiesAreIndependent() {
    RnnClassifier first = new RnnClassifier().setEpochs(3).setLabelCol("kind");
    RnnClassifier second = first.copy(new ParamMap().put(first.epochs().w(9)));
    assertThat(second.uid()).isEqualTo(first.uid());
    assertThat(second.getLabelCol()).isEqualTo("kind");
    assertThat(second.configuration().training().epochs()).isEqualTo(9);
    second.setSeed(5);
    assertThat(first.configuration().training())
        .isEqualTo(new RnnClassifier().setEpochs(3).configuration().training());
  }

  @Test
  void aClassifierTravels() throws Exception {
    RnnClassifier rnn = new RnnClassifier().setTimeSteps(4).setHidden(new int[] {3, 2});
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(rnn);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      RnnClassifier travelled = (RnnClassifier) in.readObject();
      assertThat(travelled.uid()).isEqualTo(rnn.uid());
      assertThat(travelled.configuration()).isEqualTo(rnn.configuration());
      assertThatThrownBy(() -> travelled.setEpochs(0)).isInstanceOf(ConfigurationException.class);
    }
  }
}
