package io.sparkrnn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationLoaderTest {
  private static final RunConfiguration DEFAULTS = ConfigurationLoader.defaults();

  /** Differs from the defaults in every key but one. */
  private static final String EXPLICIT_FILE =
      """
      model {
        name = vanilla-rnn, hidden = [64, 32], activation = relu, recurrent-init = identity
        task = forecast, cell = elman, bidirectional = true, biases = two, dropout = 0.25
        embedding-size = 16, embeddings = vectors.txt, reads = mean, loss = quantile, quantiles = [0.1, 0.9]
        label-smoothing = 0.1, class-weights = balanced
      }
      data {
        train-images = "a/x"
        train-labels = "a/y"
        test-images = "hdfs://nn/b/x"
        test-labels = "b/y"
        classes = 26, label-offset = 1, resize = [20, 24], transpose = true, invert = true, scale = 2.5
        validation = 5000
      }
      training {
        epochs = 3
        minibatch-size = 33
        workers = 256
        threads-per-worker = 4
        averaging-frequency = 7
        first-epoch-averaging-frequency = 2
        seed = -5
        clip-norm = 0
        l2 = 1e-4
        engine = local
        kernels = portable
        rounds = job
        evaluation-overlap-rounds = 0
        early-stopping-epochs = 6
        early-stopping-min-delta = 0.001
        score = macro-f1
        ema-decay = 0.999
        initial-model = "hdfs://nn/runs/7"
        keep-best = true
        first-counted-step = 5
        length-window-minibatches = 4
        most-minibatches = 9
        averaging = parameters
        iterations = 5000
        shift-pixels = 2
        most-epochs = 9
      }
      updater {
        name = nesterovs, learning-rate = 0.1, momentum = .5, beta1 = 0.8, beta2 = 0.99, epsilon = 1E-7
        weight-decay = 0.05, adam-learning-rate = 0.2
      }
      schedule {
        name = step
        warm-up-iterations = 100
        decay-rate = 0.1
        decay-iterations = 500
        final-fraction = 0.01
        start-fraction = 0.1
        rise-fraction = 0.25
        momentum-at-peak = 0.8
        plateau-epochs = 3
        plateau-factor = 0.25
        plateau-min-learning-rate = 1e-5
      }
      run {
        dir = "file:///runs/r \\"1\\"\\\\"
        resume = true
        allow-drift = [training.epochs, data]
        checkpoint-every = 2
        checkpoint-every-rounds = 50
        checkpoint-every-minutes = 2.5
        keep = 9
        retry-seconds = 1
        heartbeat-seconds = 0.5
        takeover-seconds = 3
        tensorboard = "hdfs://nn/curves"
      }
      spark { master = "spark://host:7077", shared-paths = true, shards = disk }
      hadoop { fs.defaultFS = "hdfs://nn:8020", "dfs.replication" = 1 }
      """;

  private static final RunConfiguration EXPLICIT =
      ConfigurationLoader.parse(EXPLICIT_FILE, "the file");

  /** In place of images; differs from the defaults in every key of its section. */
  private static final RunConfiguration OF_TABLES =
      ConfigurationLoader.parse(
          """
          table {
            train = "hdfs://nn/a.csv", validation = b, test = c, format = csv
            query = "SELECT *, log(x) AS y FROM input WHERE z = 'a'"
            features = [x, "t*"], inputs = 3
            text = words, tokens = words, vocabulary-size = 100, vocabulary-min-count = 2
            label = class, targets = [y, z], weight = w, statics = [age]
            series = id, time = t, window-steps = 48, stride-steps = 12, horizon-steps = 24
            known-ahead = [holiday], validation-from = 2020-01-01, test-from = 2021-01-01
            standardise = series, unscaled = [x], target-transform = log1p, missing = mask
          }
          """,
          "the file");

  @TempDir Path directory;

  /** An estimator asks for them some hundred times. */
  @Test
  void defaultsAreReadOnce() {
    assertThat(ConfigurationLoader.defaults()).isSameAs(DEFAULTS);
  }

  @Test
  void shippedDefaults() {
    assertThat(DEFAULTS.model())
        .isEqualTo(
            new ModelConfiguration(
                "row-rnn-150",
                List.of(),
                "",
                RecurrentInit.ORTHOGONAL,
                TaskName.CLASSIFY,
                "",
                false,
                "",
                0,
                32,
                "",
                "",
                "",
                List.of(),
                0,
                ""));
    assertThat(DEFAULTS.updater())
        .isEqualTo(
            new UpdaterConfiguration(
                UpdaterName.AUTO, Double.NaN, Double.NaN, 0.9, Double.NaN, 1e-8, 0.01, Double.NaN));
    assertThat(DEFAULTS.hadoop()).isEmpty();
  }

  @Test
  void everyKeyInAFile() {
    assertThat(EXPLICIT.model())
        .isEqualTo(
            new ModelConfiguration(
                "vanilla-rnn",
                List.of(64, 32),
                "relu",
                RecurrentInit.IDENTITY,
                TaskName.FORECAST,
                "elman",
                true,
                "two",
                0.25,
                16,
                "vectors.txt",
                "mean",
                "quantile",
                List.of("0.1", "0.9"),
                0.1,
                "balanced"));
    assertThat(EXPLICIT.data())
        .isEqualTo(
            new DataConfiguration(
                "builtin:mnist",
                "a/x",
                "a/y",
                "hdfs://nn/b/x",
                "b/y",
                26,
                1,
                List.of(20, 24),
                true,
                true,
                2.5,
                5000));
    assertThat(EXPLICIT.updater())
        .isEqualTo(
            new UpdaterConfiguration(UpdaterName.NESTEROVS, 0.1, 0.5, 0.8, 0.99, 1e-7, 0.05, 0.2));
    assertThat(EXPLICIT.schedule())
        .isEqualTo(
            new ScheduleConfiguration(
                ScheduleName.STEP, 100, 0.1, 500, 0.01, 0.1, 0.25, 0.8, 3, 0.25, 1e-5));
    assertThat(EXPLICIT.training().seed()).isEqualTo(-5);
    assertThat(EXPLICIT.training().rounds()).isEqualTo(RoundsChoice.JOB);
    assertThat(EXPLICIT.run().dir()).isEqualTo("file:///runs/r \"1\"\\");
    assertThat(EXPLICIT.run().allowDrift()).containsExactly("training.epochs", "data");
    assertThat(EXPLICIT.spark())
        .isEqualTo(new SparkConfiguration("spark://host:7077", true, ShardsChoice.DISK));
    assertThat(EXPLICIT.hadoop())
        .isEqualTo(Map.of("fs.defaultFS", "hdfs://nn:8020", "dfs.replication", "1"));
  }

  @Test
  void everyKeyAsAFlag() {
    Map<String, String> flags =
        Keys.all().stream()
            .filter(key -> !key.equals(Keys.DATA_URI) && !key.isOf(TableConfiguration.class))
            .collect(Collectors.toMap(Key::path, key -> key.text(EXPLICIT)));

    assertThat(flags)
        .containsEntry("model.hidden", "64,32")
        .containsEntry("training.engine", "local");
    assertThat(ConfigurationLoader.load(Optional.empty(), flags).render())
        .isEqualTo(EXPLICIT.withHadoop(Map.of()).render());
  }

  @Test
  void theExplicitConfigurationLeavesNoKeyAtItsDefault() {
    assertThat(Keys.all())
        .filteredOn(
            key ->
                key.text(key.isOf(TableConfiguration.class) ? OF_TABLES : EXPLICIT)
                    .equals(key.text(DEFAULTS)))
        .containsExactly(Keys.DATA_URI);
  }

  @Test
  void tablesAndImagesAreOneOrTheOther() {
    String table = "table { train = a, test = b }, ";
    assertProblems(
        table + "data.uri = c", "expected one source of data, found this one and data.uri");
    assertProblems(
        table + "model.name = row-rnn-100x2",
        "expected no model of the zoo beside tables",
        "found \"row-rnn-100x2\"");
    assertProblems(
        table + "model.loss = huber",
        "expected none for the task classify, whose loss is cross-entropy, found huber");
    assertProblems(
        "table { train = a }",
        "expected a table to test on, or where the test part begins in table.test-from, found neither");
    assertProblems(
        "table { query = \"SELECT 1\" }",
        "expected a table of training sequences beside it in table.train, found none");
    assertProblems(
        table + "training.keep-best = true",
        "expected samples to validate on in data.validation, found none");
    assertProblems(
        table + "training.engine = dl4j",
        "expected none with the engine dl4j, which trains on images, found a");
  }

  /** As people give one that stands in a file: {@code --query "$(cat hours.sql)"}. */
  @Test
  void aQueryMayHaveLines() {
    String query = "SELECT x,\n\ty -- a comment\r\nFROM input\n";
    Map<String, String> flags =
        Map.of("table.train", "a", "table.test", "b", "table.features", "x", "table.query", query);
    RunConfiguration configuration = ConfigurationLoader.load(Optional.empty(), flags);
    assertThat(configuration.table().query()).isEqualTo(query);
    assertThat(ConfigurationLoader.parse(configuration.render(), "the file"))
        .isEqualTo(configuration);
    assertThatThrownBy(
            () ->
                ConfigurationLoader.load(
                    Optional.empty(), Map.of("table.train", "a\nb", "table.test", "b")))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void aCommandWithoutAKeyForTrainingTablesNeedsNone() {
    Map<String, String> flags = Map.of("table.test", "b", "table.features", "x");
    RunConfiguration configuration =
        ConfigurationLoader.load(Optional.empty(), flags, List.of(Keys.of("table.test")));
    assertThat(configuration.table().test()).isEqualTo("b");
    assertThatThrownBy(() -> ConfigurationLoader.load(Optional.empty(), flags))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected a table of training sequences beside it in table.train");
  }

  private static void assertProblems(String file, String... messages) {
    assertThatThrownBy(() -> ConfigurationLoader.parse(file, "the file"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(messages);
  }

  @Test
  void flagsOverrideTheFileAndTheFileTheDefaults() throws IOException {
    RunConfiguration configuration =
        load("training { epochs = 3, workers = 5 }", Map.of("training.epochs", "4"));

    assertThat(configuration.training().epochs()).isEqualTo(4);
    assertThat(configuration.training().workers()).isEqualTo(5);
    assertThat(configuration.training().minibatchSize()).isEqualTo(64);
  }

  @Test
  void aListMayBeEmptyAndAScalarIsAListOfOne() throws IOException {
    assertThat(load("model.hidden = 64", Map.of()).model().hidden()).containsExactly(64);
    assertThat(load("model.hidden = \"64, 32\"", Map.of("model.hidden", "")).model().hidden())
        .isEmpty();
  }

  @Test
  void substitutionsSeeTheFileAndTheDefaults() throws IOException {
    RunConfiguration configuration =
        load("training { seed = 9, workers = ${training.seed}, epochs = ${run.keep} }", Map.of());

    assertThat(configuration.training().workers()).isEqualTo(9);
    assertThat(configuration.training().epochs()).isEqualTo(3);
  }

  @Test
  void renderedConfigurationsReadBackEqual() {
    for (RunConfiguration configuration : List.of(DEFAULTS, EXPLICIT, OF_TABLES)) {
      assertThat(ConfigurationLoader.parse(configuration.render(), "effective.conf"))
          .isEqualTo(configuration);
    }
    assertThat(EXPLICIT.render())
        .contains("model {\n  name = \"vanilla-rnn\"\n  hidden = [64, 32]\n")
        .endsWith("  \"dfs.replication\" = \"1\"\n  \"fs.defaultFS\" = \"hdfs://nn:8020\"\n}\n");
  }

  /** As checkpoints hold them. */
  @Test
  void configurationsThatWereRenderedBeforeAKeyCameHaveItsDefault() {
    String before =
        DEFAULTS
            .render()
            .replaceAll(
                " +(weight-decay|start-fraction|rise-fraction|momentum-at-peak) = .*\n", "");

    assertThat(before.lines().count()).isEqualTo(DEFAULTS.render().lines().count() - 4);
    assertThat(ConfigurationLoader.parse(before, "a checkpoint")).isEqualTo(DEFAULTS);
  }

  @Test
  void secretsAreMaskedOnRequest() {
    RunConfiguration configuration =
        DEFAULTS.withHadoop(
            Map.of("fs.s3a.secret.key", "s", "fs.s3a.access.key", "a", "fs.defaultFS", "f"));

    assertThat(configuration.redacted())
        .isEqualTo(
            DEFAULTS.withHadoop(
                Map.of(
                    "fs.s3a.secret.key",
                    "(redacted)",
                    "fs.s3a.access.key",
                    "(redacted)",
                    "fs.defaultFS",
                    "f")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fs.s3a.secret.key",
        "fs.s3a.access.key",
        "fs.s3a.session.token",
        "fs.s3a.encryption.key",
        "fs.azure.account.key.store.blob.core.windows.net",
        "fs.azure.sas.container.account",
        "fs.azure.account.oauth2.client.secret",
        "fs.gs.auth.service.account.private.key",
        "fs.oss.accessKeySecret",
        "ssl.client.keystore.passwd",
        "my.passphrase",
        "my.api-key"
      })
  void whatLooksLikeASecretIsMasked(String property) {
    RunConfiguration configuration = DEFAULTS.withHadoop(Map.of(property, "a value"));
    assertThat(configuration.redacted().render()).doesNotContain("a value");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fs.defaultFS",
        "dfs.replication",
        "dfs.encrypt.data.transfer",
        "fs.s3a.endpoint",
        "dfs.client.use.datanode.hostname"
      })
  void whatDoesNotIsKept(String property) {
    RunConfiguration configuration = DEFAULTS.withHadoop(Map.of(property, "a value"));
    assertThat(configuration.redacted()).isEqualTo(configuration);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model.name                                | ``",
        "model.hidden                              | 64,0",
        "model.hidden                              | 64,,32",
        "model.hidden                              | many",
        "model.hidden                              | 65537",
        "model.activation                          | sigmoid",
        "model.recurrent-init                      | Orthogonal",
        "data.uri                                  | ``",
        "data.validation                           | -1",
        "training.epochs                           | 0",
        "training.epochs                           | 1.5",
        "training.epochs                           | 1e1",
        "training.epochs                           | 2147483648",
        "training.epochs                           | ``",
        "training.minibatch-size                   | 0",
        "training.minibatch-size                   | 65537",
        "training.workers                          | 0",
        "training.workers                          | 32769",
        "training.threads-per-worker               | 0",
        "training.threads-per-worker               | 1025",
        "training.averaging-frequency              | 0",
        "training.first-epoch-averaging-frequency  | -1",
        "training.seed                             | 9223372036854775808",
        "training.clip-norm                        | -0.5",
        "training.clip-norm                        | NaN",
        "training.l2                               | -1e-9",
        "training.l2                               | 1e999",
        "training.kernels                          | cuda",
        "training.rounds                           | barrier",
        "training.engine                           | flink",
        "training.early-stopping-epochs            | -1",
        "training.early-stopping-min-delta         | -0.1",
        "training.early-stopping-min-delta         | 1.1",
        "training.ema-decay                        | 1",
        "training.ema-decay                        | -0.5",
        "updater.name                              | rmsprop",
        "updater.learning-rate                     | 0",
        "updater.learning-rate                     | 0.1f",
        "updater.learning-rate                     | 0x1p-3",
        "updater.momentum                          | 1",
        "updater.beta1                             | 1.0",
        "updater.beta2                             | -0.1",
        "updater.epsilon                           | 1e-400",
        "updater.weight-decay                      | -0.01",
        "schedule.name                             | one_cycle",
        "schedule.warm-up-iterations               | -1",
        "schedule.decay-rate                       | 0",
        "schedule.decay-rate                       | 1.01",
        "schedule.decay-iterations                 | 0",
        "schedule.final-fraction                   | 1.5",
        "schedule.start-fraction                   | -0.1",
        "schedule.rise-fraction                    | 1.5",
        "schedule.momentum-at-peak                 | 1",
        "schedule.plateau-epochs                   | -1",
        "schedule.plateau-factor                   | 0",
        "schedule.plateau-factor                   | 1.5",
        "schedule.plateau-min-learning-rate        | -1e-9",
        "run.resume                                | yes",
        "run.checkpoint-every                      | 0",
        "run.keep                                  | 0",
      })
  void badValues(String path, String text) throws IOException {
    Key key = Keys.find(path).orElseThrow();
    String message = "expected " + key.expected() + ", found \"" + text + "\"";

    assertThat(problems("", Map.of(path, text)))
        .containsExactly(new Problem(path, key.flag(), message));
    assertThat(problems("\n" + path + " = \"" + text + "\"\n", Map.of()))
        .containsExactly(new Problem(path, file() + ":2", message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training.epochs = null        | training.epochs  | auto or a whole number of at least 1, found null",
        "training.epochs = []          | training.epochs  | auto or a whole number of at least 1, found []",
        "training.epochs { a = 1 }     | training.epochs  | auto or a whole number of at least 1, found a section",
        "training = 3                  | training         | a section, found \"3\"",
        "hadoop = [a, b]               | hadoop           | a section, found [a,b]",
        "hadoop.x = [[1]]              | hadoop.x         | text, found a list",
        "model.name = [a]              | model.name       | text that is not empty, found [a]",
        "trainer {}                    | trainer          | a known key, found an unknown one",
      })
  void wrongTypes(String hocon, String path, String message) throws IOException {
    assertThat(problems(hocon, Map.of()))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo(path);
              assertThat(problem.origin()).isEqualTo(file() + ":1");
              assertThat(problem.message()).startsWith("expected " + message);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "training.epoch, training.epochs",
    "training.learning-rate, updater.learning-rate",
    "training.minibatchSize, training.minibatch-size",
    "trainig.workers, training.workers",
    "epochs, training.epochs",
    "schedule.warmup-iterations, schedule.warm-up-iterations",
    "run.kep, run.keep",
    "master, spark.master",
  })
  void unknownKeysSuggestTheNearest(String unknown, String suggestion) throws IOException {
    String message = "expected a known key, found an unknown one; did you mean " + suggestion + "?";

    assertThat(problems(unknown + " = 1", Map.of()))
        .containsExactly(new Problem(unknown, file() + ":1", message));
    assertThat(problems("", Map.of(unknown, "1")))
        .containsExactly(new Problem(unknown, "command line", message));
  }

  @Test
  void nothingIsSuggestedForWhatIsFarFromEveryKey() throws IOException {
    assertThat(problems("kubernetes.namespace = x", Map.of()))
        .extracting(Problem::message)
        .containsExactly("expected a known key, found an unknown one");
  }

  @Test
  void explicitFilesGoTogether() throws IOException {
    assertThat(problems("data { train-images = x, test-labels = y }", Map.of()))
        .containsExactly(
            new Problem(
                "data.train-labels", "", "expected a file beside data.train-images, found none"),
            new Problem(
                "data.test-images", "", "expected a file beside data.train-images, found none"));
  }

  @Test
  void explicitFilesTakeThePlaceOfADirectory() throws IOException {
    String files =
        "data { train-images = a, train-labels = b, test-images = c, test-labels = d }\n";

    assertThat(problems(files, Map.of("data.uri", "hdfs://nn/mnist")))
        .containsExactly(
            new Problem(
                "data.uri",
                "--data",
                "expected one source of data, found this one and data.train-images"));
    RunConfiguration own = load(files, Map.of("data.uri", "builtin:mnist"));
    assertThat(own.data().hasExplicitFiles()).isTrue();
    assertThat(own.render()).doesNotContain("uri =", "builtin");
    assertThat(own.data().described()).isEqualTo("a, b, c, d");
    assertThat(load("", Map.of()).data().described()).isEqualTo("builtin:mnist");
    assertThat(
            load(files.replaceAll(" = (\\w)", " = \"hdfs://nn/digits/$1\""), Map.of())
                .data()
                .described())
        .isEqualTo("hdfs://nn/digits/");
  }

  @Test
  void resumingNeedsARunDirectory() throws IOException {
    assertThat(problems("", Map.of("run.resume", "true")))
        .containsExactly(
            new Problem(
                "run.resume", "--resume", "expected a run to resume in run.dir, found none"));
  }

  @Test
  void whatFollowsValidationNeedsSamplesForIt() throws IOException {
    String hocon = "training.early-stopping-epochs = 3\nschedule.plateau-epochs = 2";

    assertThat(problems(hocon, Map.of("training.epochs", "0")))
        .containsExactly(
            new Problem(
                "training.epochs",
                "--epochs",
                "expected auto or a whole number of at least 1, found \"0\""),
            new Problem(
                "training.early-stopping-epochs",
                file() + ":1",
                "expected samples to validate on in data.validation, found none"),
            new Problem(
                "schedule.plateau-epochs",
                file() + ":2",
                "expected samples to validate on in data.validation, found none"));
    assertThat(problems(hocon, Map.of("data.validation", "many")))
        .extracting(Problem::key)
        .containsExactly("data.validation");
    RunConfiguration valid = load(hocon, Map.of("data.validation", "1"));
    assertThat(valid.followsValidation()).isTrue();
    assertThat(DEFAULTS.followsValidation()).isFalse();
  }

  @Test
  void ratesOfDl4jKnowNoPlateaus() throws IOException {
    assertThat(
            problems(
                "data.validation = 9, training.engine = dl4j",
                Map.of("schedule.plateau-epochs", "2")))
        .containsExactly(
            new Problem(
                "schedule.plateau-epochs",
                "--plateau-epochs",
                "expected 0 with the engine dl4j, whose learning rate follows from the iteration alone, found 2"));
  }

  @Test
  void oneCycleRisesWithoutAWarmUp() throws IOException {
    Map<String, String> oneCycle = Map.of("schedule.name", "one-cycle");

    assertThat(problems("schedule.warm-up-iterations = 9", oneCycle))
        .containsExactly(
            new Problem(
                "schedule.warm-up-iterations",
                file() + ":1",
                "expected 0 with the schedule one-cycle, which begins with a rise of its own, found 9"));
    assertThat(load("", oneCycle).schedule().name()).isEqualTo(ScheduleName.ONE_CYCLE);
  }

  @Test
  void updatersOfDl4jKnowNoChangingMomentum() throws IOException {
    Map<String, String> dl4j = Map.of("training.engine", "dl4j", "schedule.name", "one-cycle");

    assertThat(problems("schedule.momentum-at-peak = 0.85", dl4j))
        .containsExactly(
            new Problem(
                "schedule.momentum-at-peak",
                file() + ":1",
                "expected 0 with the engine dl4j, whose momentum does not change, found 0.85"));
    assertThat(load("", dl4j).schedule().momentumAtPeak()).isZero();
  }

  @Test
  void everyProblemIsReportedAtOnce() throws IOException {
    String hocon =
        """
        training {
          epochs = none
          wrokers = 2
        }
        run.resume = true
        """;
    Map<String, String> flags = Map.of("updater.name", "lamb", "training.seeds", "1");
    ConfigurationException exception = failure(hocon, flags);

    assertThat(exception)
        .hasMessage(
            """
            Cannot use the configuration, 5 problems:
              training.epochs (FILE:2): expected auto or a whole number of at least 1, found "none"
              training.wrokers (FILE:3): expected a known key, found an unknown one; did you mean training.workers?
              training.seeds (command line): expected a known key, found an unknown one; did you mean training.seed?
              updater.name (--updater): expected one of auto, adam, adamw, muon, nesterovs, sgd, found "lamb"
              run.resume (FILE:5): expected a run to resume in run.dir, found none"""
                .replace("FILE", file().toString()));
    assertThat(exception.problems()).hasSize(5);
  }

  @Test
  void aSyntaxErrorDoesNotHideBadFlags() throws IOException {
    List<Problem> problems = problems("training {\n  epochs = = 3\n}", Map.of("run.keep", "0"));

    assertThat(problems).extracting(Problem::key).containsExactly(file().toString(), "run.keep");
    assertThat(problems.get(0).origin()).isEqualTo(file() + ":2");
    assertThat(problems.get(0).message()).startsWith("expected HOCON, found: ");
  }

  @Test
  void anUndefinedSubstitutionIsAProblem() throws IOException {
    assertThat(problems("\ntraining.seed = ${no.such.key}", Map.of()))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.origin()).isEqualTo(file() + ":2");
              assertThat(problem.message()).contains("${no.such.key}");
            });
  }

  @Test
  void aFileThatIsNotThere() {
    Path missing = directory.resolve("missing.conf");
    ConfigurationException exception = failure(missing, Map.of());

    assertThat(exception)
        .hasMessage(
            "Cannot use the configuration: "
                + missing
                + ": expected a configuration file, found nothing");
    assertThat(failure(directory, Map.of()))
        .hasMessageEndingWith("expected a configuration file, found a directory");
  }

  @Test
  void otherPackagesReportASingleProblem() {
    assertThat(new ConfigurationException("model.name", "expected a model, found \"x\""))
        .hasMessage("Cannot use the configuration: model.name: expected a model, found \"x\"");
  }

  @Test
  void parsedTextIsNamedInProblems() {
    ConfigurationException exception =
        catchThrowableOfType(
            ConfigurationException.class,
            () -> ConfigurationLoader.parse("\nrun.keep = 0", "hdfs://nn/run/effective.conf"));

    assertThat(exception.problems())
        .extracting(Problem::origin)
        .containsExactly("hdfs://nn/run/effective.conf:2");
  }

  private Path file() {
    return directory.resolve("run.conf");
  }

  private RunConfiguration load(String hocon, Map<String, String> flags) throws IOException {
    Files.writeString(file(), hocon);
    return ConfigurationLoader.load(Optional.of(file()), flags);
  }

  private List<Problem> problems(String hocon, Map<String, String> flags) throws IOException {
    return failure(hocon, flags).problems();
  }

  private ConfigurationException failure(String hocon, Map<String, String> flags)
      throws IOException {
    Files.writeString(file(), hocon);
    return failure(file(), flags);
  }

  private static ConfigurationException failure(Path file, Map<String, String> flags) {
    return catchThrowableOfType(
        ConfigurationException.class, () -> ConfigurationLoader.load(Optional.of(file), flags));
  }
}
