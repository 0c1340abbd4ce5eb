package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.RunConfiguration;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for the params of all estimators. */
class EstimatorParamsTest {
  static List<Params> estimators() {
    return List.of(new RnnClassifier(), new RnnRegressor(), new RnnSequenceLabeler());
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void everyParamHasAGetterAndASetter(Params estimator) {
    List<String> methods =
        Arrays.stream(estimator.getClass().getMethods()).map(Method::getName).toList();
    assertThat(estimator.params())
        .hasSizeGreaterThan(50)
        .allSatisfy(
            param -> {
              String name = param.name().substring(0, 1).toUpperCase() + param.name().substring(1);
              assertThat(methods).contains("get" + name, "set" + name);
              assertThat(param.parent()).isEqualTo(estimator.uid());
            });
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void gettersSayWhatIsSet(Params estimator) throws Exception {
    for (Param<?> param : estimator.params()) {
      String name = param.name().substring(0, 1).toUpperCase() + param.name().substring(1);
      if (estimator.isDefined(param)) {
        Object value = estimator.getClass().getMethod("get" + name).invoke(estimator);
        assertThat(value).isEqualTo(estimator.getOrDefault(param));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void copiesHaveTheirOwnParams(Params estimator) {
    assertThat(estimator.copy(ParamMap.empty()).params()).isEqualTo(estimator.params());
  }

  @Test
  void whatIsNotSetHasNoValue() {
    assertThatThrownBy(() -> new RnnClassifier().getEpochs())
        .isInstanceOf(NoSuchElementException.class);
    assertThat(new RnnClassifier().setEpochs(3).getEpochs()).isEqualTo(3);
  }

  @Test
  void theNetworkIsThatOfTheProgramsKeys() {
    RunConfiguration found =
        new RnnClassifier()
            .setCell("gru")
            .setHidden(new int[] {5, 4})
            .setBidirectional(true)
            .setBiases("two")
            .setDropout(0.25)
            .setReads("mean")
            .setLabelSmoothing(0.1)
            .configuration();
    assertThat(found.model().cell()).isEqualTo("gru");
    assertThat(found.model().hidden()).containsExactly(5, 4);
    assertThat(found.model().bidirectional()).isTrue();
    assertThat(found.model().biases()).isEqualTo("two");
    assertThat(found.model().dropout()).isEqualTo(0.25);
    assertThat(found.model().reads()).isEqualTo("mean");
    assertThat(found.model().labelSmoothing()).isEqualTo(0.1);
    // The default is of Elman cells alone.
    assertThat(found.model().activation()).isEmpty();
    assertThat(new RnnClassifier().configuration().model().activation()).isEqualTo("tanh");
  }

  @Test
  void badValuesAreRefusedByName() {
    Map<Runnable, String> refusals =
        Map.of(
            () -> new RnnClassifier().setCell("transformer"), "cell: ",
            () -> new RnnClassifier().setDropout(1), "dropout: ",
            () -> new RnnClassifier().setNumTasks(0),
                "numTasks: expected a whole number of at least 1",
            () -> new RnnClassifier().setTextCol(""), "textCol: expected text that is not empty",
            () -> new RnnClassifier().setFeaturesCols(new String[0]), "featuresCols: ",
            () -> new RnnClassifier().setHandleInvalid("drop"),
                "handleInvalid: expected one of error, skip, keep",
            () -> new RnnRegressor().setLoss("hinge"), "loss: ",
            () -> new RnnSequenceLabeler().setStandardise("all"), "standardise: ");
    refusals.forEach(
        (set, message) ->
            assertThatThrownBy(set::run)
                .isInstanceOf(ConfigurationException.class)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot use the configuration: " + message));
    assertThat(new RnnRegressor().getCell()).isEqualTo("lstm");
    assertThat(new RnnSequenceLabeler().getCell()).isEqualTo("lstm");
  }
}
