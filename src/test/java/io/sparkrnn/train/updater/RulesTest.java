package io.sparkrnn.train.updater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
  private static RunConfiguration asked(String settings) {
    return ConfigurationLoader.parse(settings, "the test");
  }

  /** With MNIST's 55,000 images that are not held out. */
  private static RunConfiguration decided(String settings) {
    RunConfiguration asked = asked(settings);
    int ofStep = asked.training().workers() * asked.training().minibatchSize();
    return new Rules(asked).decided((55_000 + ofStep - 1) / ofStep, 55_000);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 64, 0.005, 0.95, 4",
    "2, 64, 0.005, 0.95, 4",
    "3, 64, 0.005, 0.95, 4",
    "4, 64, 0.005, 0.95, 4",
    "4, 500, 0.0121, 0.95, 7",
    "2, 1024, 0.01647, 0.9, 7",
  })
  void replicasOfFewWorkersStepByMuon(
      int workers, int minibatch, double rate, double momentum, int epochs) {
    String settings =
        "training { workers = %d, minibatch-size = %d }".formatted(workers, minibatch);
    RunConfiguration found = decided(settings);

    assertThat(found.training().averaging()).isEqualTo(Averaging.PARAMETERS);
    assertThat(found.training().averagingFrequency()).isEqualTo(5);
    assertThat(found.training().epochs()).isEqualTo(epochs);
    assertThat(found.training().shiftPixels()).isZero();
    assertThat(found.updater())
        .isEqualTo(
            new UpdaterConfiguration(
                UpdaterName.MUON, rate, momentum, 0.9, 0.999, 1e-8, 0.01, 0.002));
    assertThat(found.schedule().warmUpIterations()).isZero();
    // What has been decided and is said again is the same.
    assertThat(new Rules(found).decided(1, 1)).isEqualTo(found);
  }

  /**
   * 1,300 iterations of 2 workers with minibatches of 64, in whole epochs; at most 40 of them, or
   * as many as 300 iterations are or one and a half for each sample.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 128, 300",
    "2, 200, 150",
    "2, 201, 151",
    "2, 256, 192",
    "5, 640, 192",
    "7, 866, 186",
    "8, 1024, 163",
    "32, 4096, 41",
    "33, 4224, 40",
    "324, 41472, 5",
    "325, 41600, 4",
    "100000, 12800000, 4"
  })
  void fewSamplesAreSeenMoreOften(int minibatchesPerEpoch, long samples, int epochs) {
    assertThat(new Rules(asked("")).decided(minibatchesPerEpoch, samples).training().epochs())
        .isEqualTo(epochs);
  }

  @ParameterizedTest
  @CsvSource({"classify, MUON", "label-steps, MUON", "regress, ADAM", "forecast, ADAM"})
  void classesAreLearntByMuon(String task, UpdaterName expected) {
    String settings = "model.task = %s, table { train = a, test = b }".formatted(task);
    assertThat(decided(settings).updater().name()).isEqualTo(expected);
    assertThat(decided(settings + ", updater.learning-rate = 0.002").updater().name())
        .isEqualTo(UpdaterName.ADAM);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "updater.name = adam",
        "updater.learning-rate = 0.002",
        "training { workers = 1 }, updater.name = adam",
        "training { workers = 4, minibatch-size = 500 }, updater.name = adam",
        "training { workers = 8, engine = dl4j }",
        "model.task = forecast, table { train = a, test = b }",
        "model.task = language-model, table { train = a, test = b }",
      })
  void whatHasAlwaysBeenShippedStaysAsItIs(String settings) {
    RunConfiguration found = decided(settings);

    assertThat(found.training().averaging()).isEqualTo(Averaging.PARAMETERS);
    assertThat(found.training().averagingFrequency()).isEqualTo(5);
    assertThat(found.training().epochs()).isEqualTo(10);
    assertThat(found.updater())
        .isEqualTo(new UpdaterConfiguration(UpdaterName.ADAM, 0.002, 0.9, 0.9, 0.999, 1e-8, 0.01));
    assertThat(found.schedule().warmUpIterations()).isZero();
    assertThat(found).isEqualTo(new Rules(asked(settings)).decided());
  }

  /** 1,167 iterations of 144 samples would be 584 epochs. */
  @Test
  void manyWorkersHaveOneAndAHalfIterationsForEachOfFewSamples() {
    RunConfiguration asked = asked("training { workers = 16, minibatch-size = 9 }");
    assertThat(new Rules(asked).decided(2, 144).training().epochs()).isEqualTo(150);
    assertThat(new Rules(asked).decided(2, 270).training().epochs()).isEqualTo(203);
  }

  @ParameterizedTest
  @CsvSource({
    "8, 64, 0.01223, 0.005657, 0.95, 0.992, 4, 22",
    "16, 64, 0.01647, 0.008, 0.9, 0.984, 5, 14",
    "32, 64, 0.02219, 0.01131, 0.9, 0.968, 7, 19",
    "8, 256, 0.02219, 0.01131, 0.9, 0.968, 7, 19",
    "128, 64, 0.04028, 0.02263, 0.9, 0.95, 17, 12",
  })
  void manyWorkersHaveTheRatesOfTheirMinibatchesTogether(
      int workers,
      int minibatch,
      double rate,
      double adamRate,
      double momentum,
      double beta2,
      int epochs,
      int warmUp) {
    RunConfiguration found =
        decided("training { workers = %d, minibatch-size = %d }".formatted(workers, minibatch));

    assertThat(found.training().averaging()).isEqualTo(Averaging.GRADIENTS);
    assertThat(found.updater())
        .isEqualTo(
            new UpdaterConfiguration(
                UpdaterName.MUON, rate, momentum, 0.9, beta2, 1e-8, 0.01, adamRate));
    assertThat(found.training().epochs()).isEqualTo(epochs);
    assertThat(found.schedule().warmUpIterations()).isEqualTo(warmUp);
    assertThat(found.training().shiftPixels()).isEqualTo(workers * minibatch < 512 ? 0 : 1);
    // Whoever says what has been decided gets it again.
    assertThat(new Rules(found).decided(1, 1)).isEqualTo(found);
    assertThat(asked(found.render())).isEqualTo(found);
  }

  /** Vectors of tokens are longer than weights, and so are Adam's steps for them. */
  @ParameterizedTest
  @CsvSource({
    "1, auto, muon, 0.005, 0.04",
    "4, auto, muon, 0.005, 0.04",
    "1, gradients, muon, 0.005, 0.04",
    "8, auto, muon, 0.01223, 0.1131",
    "128, auto, muon, 0.04028, 0.2",
    "4, auto, adam, 0.002, 0.002",
    "8, auto, adam, 0.05657, 0.05657",
    "32, parameters, auto, 0.1131, 0.1131",
  })
  void embeddingsHaveHigherRates(
      int workers, String averaging, String updater, double rate, double besideMuon) {
    String settings =
        "training { workers = %d, averaging = %s }, updater.name = %s, table { train = a, test = b, text = c }";
    RunConfiguration found = decided(settings.formatted(workers, averaging, updater));

    assertThat(found.updater())
        .extracting("learningRate", "adamLearningRate")
        .containsExactly(rate, besideMuon);
  }

  /** They are moved no further than weights. */
  @ParameterizedTest
  @ValueSource(strings = {"model.embeddings = v", "training.initial-model = m"})
  void vectorsThatAreTrainedKeepTheRate(String setting) {
    String settings = "table { train = a, test = b, text = c }, " + setting;
    assertThat(decided(settings).updater().adamLearningRate()).isEqualTo(0.002);
    assertThat(decided(settings + ", training.workers = 8").updater().adamLearningRate())
        .isEqualTo(0.005657);
  }

  @Test
  void oneWorkerMayAverageGradients() {
    RunConfiguration found = decided("training { workers = 1, averaging = gradients }");

    assertThat(found.updater().name()).isEqualTo(UpdaterName.MUON);
    assertThat(found.updater().learningRate()).isEqualTo(0.005);
    assertThat(found.training().epochs()).isEqualTo(3);
  }

  @Test
  void manyWorkersThatAverageParametersHaveRatesOfTheirOwn() {
    RunConfiguration found = decided("training { workers = 32, averaging = parameters }");

    assertThat(found.updater())
        .isEqualTo(
            new UpdaterConfiguration(UpdaterName.ADAM, 0.01131, 0.9, 0.9, 0.968, 1e-8, 0.01));
    assertThat(found.training().epochs()).isEqualTo(10);
    assertThat(found.schedule().warmUpIterations()).isEqualTo(27);
  }

  @Test
  void everyOneCanBeSet() {
    String settings =
        """
        training { workers = 8, averaging = gradients, epochs = 2 }
        updater { name = adam, learning-rate = 0.003, momentum = 0.5, beta2 = 0.9 }
        schedule.warm-up-iterations = 7, updater.adam-learning-rate = 0.001
        """;
    assertThat(decided(settings).training().epochs()).isEqualTo(2);
    assertThat(decided(settings).updater())
        .isEqualTo(
            new UpdaterConfiguration(UpdaterName.ADAM, 0.003, 0.5, 0.9, 0.9, 1e-8, 0.01, 0.001));
    assertThat(decided(settings).schedule().warmUpIterations()).isEqualTo(7);
    assertThat(decided("training.workers = 8, updater.name = adam").updater().learningRate())
        .isEqualTo(0.005657);
    assertThat(decided("training.workers = 8, schedule.name = one-cycle").schedule())
        .extracting("warmUpIterations")
        .isEqualTo(0);
  }

  @ParameterizedTest
  @CsvSource({"auto, 864, 8", "auto, 865, 9", "auto, 1, 1", "3, 865, 3", "30, 865, 9", "30, 0, 30"})
  void aBudgetInIterationsIsWholeEpochs(String epochs, int iterations, int expected) {
    String settings =
        "training { workers = 8, epochs = %s, iterations = %d }".formatted(epochs, iterations);
    assertThat(decided(settings).training().epochs()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "data.validation = 100; 12",
        "training.workers = 8, data.validation = 100; 12",
        "updater.name = adam, data.validation = 100; 30",
        "table { train = a, validation = b, test = c }; 12",
        "table { train = a, validation-from = b, test-from = c }; 12",
        "training.most-epochs = 7, data.validation = 100; 7",
        "training { epochs = 2, most-epochs = 3 }, data.validation = 100; 3",
        // Nothing says whether it is too small, or it is somebody's own.
        "''; 0",
        "training.most-epochs = 0, data.validation = 100; 0",
        "training.epochs = 4, data.validation = 100; 0",
        "training.iterations = 4, data.validation = 100; 0",
        "training.engine = dl4j, data.validation = 100; 0",
      })
  void aBudgetOfNobodysOwnMayBeExceeded(String settings, int most) {
    RunConfiguration found = decided(settings);
    assertThat(found.training().mostEpochs()).isEqualTo(most);
    assertThat(new Rules(found).decided(1, 1)).isEqualTo(found);
    // A run that goes on has the epochs that it was given, and they are no one's own.
    assertThat(new Rules(asked(settings)).resuming(found).training().mostEpochs()).isEqualTo(most);
  }

  @Test
  void aResumedRunGoesOnAsItBegan() {
    RunConfiguration earlier =
        ConfigurationLoader.parseSaved(
            "training { workers = 8, epochs = 10, averaging-frequency = 7 }, updater { name = adam, learning-rate = 0.002 }, data.validation = 9",
            "a checkpoint");
    RunConfiguration asked =
        asked(
            "training.workers = 8, training.averaging = auto, updater.learning-rate = 0.1, data.validation = 9");
    RunConfiguration found = new Rules(asked).resuming(earlier);

    assertThat(found.training().averaging()).isEqualTo(Averaging.PARAMETERS);
    assertThat(found.training().epochs()).isEqualTo(10);
    assertThat(found.training().mostEpochs()).isZero();
    assertThat(found.updater().name()).isEqualTo(UpdaterName.ADAM);
    assertThat(found.updater().learningRate()).isEqualTo(0.1);
  }

  @Test
  void whatHasNoMeaningIsRefused() {
    assertProblem(
        "training.most-epochs = 20",
        "expected samples to validate on in data.validation, found none");
    assertProblem(
        "training { engine = dl4j, most-epochs = 20 }, data.validation = 9",
        "expected 0 with the engine dl4j, whose schedule ends with training.epochs, found 20");
    assertProblem(
        "training { workers = 8, averaging-frequency = 10 }",
        "expected parameters in training.averaging beside it, found auto, which with 8 workers averages gradients every iteration");
    assertProblem(
        "training { averaging = gradients, first-epoch-averaging-frequency = 1 }",
        "found gradients, which with 2 workers averages gradients every iteration");
    assertProblem(
        "training { averaging = gradients, engine = dl4j }",
        "expected auto or parameters with the engine dl4j, which averages nothing else, found gradients");
    assertProblem(
        "training.engine = dl4j, updater.name = muon",
        "expected an updater of DL4J's with the engine dl4j, found muon");
    assertProblem("updater.learning-rate = -1", "expected auto or a number above 0, found \"-1\"");
    assertProblem(
        "training.epochs = -1", "expected auto or a whole number of at least 1, found \"-1\"");
  }

  /** Neither do sequences of tables have pixels, nor does DL4J move them. */
  @Test
  void onlyImagesAreMoved() {
    String table = "table { train = a, test = b }, ";
    assertThat(decided(table + "training.workers = 32").training().shiftPixels()).isZero();
    assertProblem(
        table + "training.shift-pixels = 1",
        "expected 0 beside tables, whose sequences are no images, found 1");
    assertProblem(
        "training { engine = dl4j, shift-pixels = 1 }",
        "expected 0 with the engine dl4j, which takes images as they are, found 1");
  }

  private static void assertProblem(String settings, String message) {
    assertThatThrownBy(() -> asked(settings)).hasMessageContaining(message);
  }
}
