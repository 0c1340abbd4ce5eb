package io.sparkrnn.cli;

import io.sparkrnn.config.Engine;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.images.PixelRules;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.run.ClusterPaths;
import io.sparkrnn.run.Console;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.spark.SparkBackend;
import io.sparkrnn.spark.data.SeriesQuestions;
import io.sparkrnn.spark.predict.SparkPrediction;
import io.sparkrnn.spark.predict.SparkPrediction.Counts;
import io.sparkrnn.spark.predict.SparkPrediction.Input;
import io.sparkrnn.spark.predict.SparkPrediction.Output;
import io.sparkrnn.spark.predict.TablePrediction;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.Predictor;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict}: what a model says of many samples, by the executors. */
@Command(
    name = "predict",
    description = {
      "Predicts the class of every sample, with probabilities, and writes a table.",
      "A model of tables gives what it was trained to give: classes, labels or numbers. Columns are those of the run whose directory --model names, unless flags say others.",
      "Rows that cannot be used are counted and set aside with the reason: status=ok and status=bad are below the output."
    })
final class PredictCommand extends ConfiguredCommand {
  /** The keys that have a meaning here. */
  private static final List<Key> KEYS =
      Stream.of(
              List.of(Keys.ENGINE, Keys.KERNELS, Keys.MASTER, Keys.SHARED_PATHS),
              ModelImages.PIXELS,
              ModelTable.INPUTS,
              ModelTable.SERIES)
          .flatMap(List::stream)
          .toList();

  /** Spark's mark in a table that is complete. */
  private static final String COMPLETE = "_SUCCESS";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "PATH",
      description = "Model file (model.srnn) or the run directory that holds one: a path or URI.")
  private String model;

  @Option(
      names = "--input",
      paramLabel = "URI",
      description =
          "What to predict: an IDX or NumPy file, a directory of PNG or JPEG files, Parquet, ORC, CSV, or a table's name; for a model of tables, files as for --test-table.")
  private String from;

  @Option(
      names = "--input-format",
      paramLabel = "FORMAT",
      description =
          "One of ${COMPLETION-CANDIDATES}. Default: what the input is; a model of tables has none, but perhaps --table-format.")
  private Input input;

  @Option(
      names = "--features",
      paramLabel = "COLUMN",
      description =
          "Column of a table with numbers in an array or a vector, as the model was trained on: [timeStep][input], pixels from 0 to 1; or of images; or pixel* for a column a pixel. Default: features, or else the only one of images. For a model of tables, columns, separated by commas. Default: the run's")
  private String features;

  @Option(
      names = "--output",
      paramLabel = "URI",
      description = "New directory of the table; of a text, a new file.")
  private String to;

  @Option(
      names = "--output-format",
      paramLabel = "FORMAT",
      defaultValue = "parquet",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Output output;

  @Option(
      names = "--max-bad",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Rows that may be bad; with more, the table stays without _SUCCESS, and it ends with 65. Default: ${DEFAULT-VALUE}")
  private long maxBad;

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "NAME",
      description =
          "Of a model of tables, what answers have: prediction, class, label, probability, top-N, probabilities, quantiles, state. Default: what predict.md says of each kind of model.")
  private List<String> columns = List.of();

  @Option(
      names = "--windows",
      paramLabel = "WHICH",
      defaultValue = "default",
      description =
          "Of series: newest for answers behind the last readings alone, all for those of every time step. Default: newest for forecasts, else all.")
  private SeriesQuestions.Which windows;

  @Mixin private final TextOptions text = new TextOptions();

  PredictCommand(PrintStream out) {
    super(out, KEYS);
  }

  @Override
  public Integer call() {
    RunConfiguration configuration = configuration();
    text.requireComplete();
    if (text.given()) {
      return goOn(configuration);
    }
    if (from == null || to == null) {
      throw new UsageException(
          "Cannot predict: expected --input and --output, or --prompt, found %s"
              .formatted(from == null && to == null ? "none" : "one alone"));
    }
    if (configuration.training().engine() != Engine.SPARK) {
      throw new UsageException("Cannot predict with another engine than spark");
    }
    if (maxBad < 0) {
      throw new UsageException("Cannot predict: expected --max-bad of at least 0, found " + maxBad);
    }
    ClusterPaths paths = ClusterPaths.of(configuration);
    paths.requireReadable("--model", model);
    paths.requireShared(
        input == Input.TABLE || paths.hasTableNames()
            ? Map.of("--output", to)
            : new TreeMap<>(Map.of("--input", from, "--output", to)));
    Storage storage = Storage.of(configuration.hadoop());
    ModelFile read = ModelFile.read(storage, RunDirectory.modelFile(storage, model));
    RunConfiguration ofModel;
    if (read.preparation().isPresent()) {
      ofModel = tableConfiguration(configuration, storage, read);
    } else {
      Map<String, String> texts = ModelImages.texts(storage, model, configuration, flags());
      ofModel = load(texts);
      input = input == null ? Input.of(storage, from).orElse(null) : input;
    }
    requireOneInput(read);
    URI target = Locations.uri(to);
    if (storage.exists(target)) {
      throw new UsageException(
          "Cannot write %s: expected no such directory, found one"
              .formatted(Storage.describe(target)));
    }
    Counts counts = predict(ofModel, paths, read, storage, target);
    Console.inputs(out, read, counts.inputs());
    report(storage, target, counts);
    return ExitCode.DONE;
  }

  private int goOn(RunConfiguration configuration) {
    if (from != null) {
      throw new UsageException("Cannot predict: expected --input or --prompt, found both");
    }
    ClusterPaths.of(configuration).requireReadable("--model", model);
    Storage storage = Storage.of(configuration.hadoop());
    ModelFile read = ModelFile.read(storage, RunDirectory.modelFile(storage, model));
    String kernels = KernelProvider.choose(configuration.training().kernels().toString()).name();
    String written = text.text(RnnModel.of(read, kernels), err()) + "\n";
    if (to == null) {
      // As they are, whatever the terminal's own encoding is.
      out.writeBytes(written.getBytes(StandardCharsets.UTF_8));
    } else {
      URI file = NewFile.write(storage, to, written.getBytes(StandardCharsets.UTF_8));
      out.printf("%-10s%s%n", "wrote", Storage.describe(file));
    }
    return ExitCode.DONE;
  }

  private RunConfiguration tableConfiguration(
      RunConfiguration given, Storage storage, ModelFile read) {
    Map<String, String> flags = flags();
    if (features != null) {
      flags.put("table.features", features);
    }
    RunConfiguration configuration = load(ModelTable.texts(storage, model, read, given, flags));
    if (configuration.model().task() == TaskName.LANGUAGE_MODEL) {
      throw new UsageException(
          "Cannot predict with %s: expected --prompt for a language model, found a table"
              .formatted(model));
    }
    if (windows != SeriesQuestions.Which.DEFAULT && configuration.table().time().isEmpty()) {
      throw new UsageException(
          "Cannot predict with %s: expected a model of series beside --windows, found sequences, one a row"
              .formatted(model));
    }
    TablePrediction.requireColumns(read, columns);
    return configuration;
  }

  private void requireOneInput(ModelFile read) {
    if (read.preparation().isPresent()) {
      if (input != null) {
        throw new UsageException(
            "Cannot predict with %s: expected --table-format or no format for a model of tables, found --input-format %s"
                .formatted(model, input));
      }
      return;
    }
    if (!columns.isEmpty() || windows != SeriesQuestions.Which.DEFAULT) {
      throw new UsageException(
          "Cannot predict with %s: expected a model of tables beside --columns and --windows, found one of images"
              .formatted(model));
    }
    if (input == null) {
      throw new UsageException(
          "Cannot predict with %s: expected one of %s in --input-format for a model of images, found none"
              .formatted(model, Arrays.toString(Input.values())));
    }
    if (!read.topology().trainable()) {
      throw new UsageException(
          "Cannot predict with %s: expected a model with an output layer, found %s"
              .formatted(model, read.topology().summary()));
    }
    if (!Predictor.serves(read.topology().network())) {
      throw new UsageException(
          "Cannot predict with %s: expected a model that gives each image one class, found %s"
              .formatted(model, read.topology().summary()));
    }
  }

  private Counts predict(
      RunConfiguration configuration,
      ClusterPaths paths,
      ModelFile read,
      Storage storage,
      URI target) {
    String kernels = KernelProvider.choose(configuration.training().kernels().toString()).name();
    // What is not there may be a table's name.
    boolean named = input == Input.TABLE || !storage.exists(Locations.uri(from));
    String source = named ? from : Storage.describe(Locations.uri(from));
    SparkPrediction.Request request =
        new SparkPrediction.Request(
            input,
            source,
            Objects.requireNonNullElse(features, ""),
            PixelRules.of(configuration.data()),
            output,
            Storage.describe(target),
            kernels);
    try (SparkBackend spark = SparkBackend.begin("spark-rnn predict", configuration, 1)) {
      if (read.preparation().isPresent()) {
        return new TablePrediction(
                spark.started().context(),
                configuration,
                new TablePrediction.Asked(columns, windows))
            .run(read, request);
      }
      if (!paths.executorsElsewhere()) {
        warmUp(spark, new Predictor(Ops.named(kernels), read.topology(), read.parameters()));
      }
      return new SparkPrediction(spark.started().context(), configuration.hadoop())
          .run(read, request);
    } catch (RuntimeException | Error e) {
      // A part of a table is none.
      storage.delete(target);
      throw e;
    }
  }

  // Starting takes one core; with another, the JVM compiles the kernels that tasks will call.
  private static void warmUp(SparkBackend spark, Predictor predictor) {
    while (!spark.ended()) {
      predictor.run(Predictor.SAMPLES);
    }
  }

  private void report(Storage storage, URI target, Counts counts) {
    if (counts.bad() > maxBad) {
      storage.delete(Storage.resolve(target, COMPLETE));
      throw new DataException(
          "Cannot predict all of %s: expected at most %d bad rows, found %d of %d, one for this reason: %s; bad rows and predictions are in %s, without the mark of completeness %s"
              .formatted(
                  from,
                  maxBad,
                  counts.bad(),
                  counts.bad() + counts.predicted(),
                  counts.reason().orElse("none"),
                  Storage.describe(target),
                  COMPLETE));
    }
    out.printf(
        Locale.ROOT,
        "%-10s%,d rows, %,d bad%n%-10s%.1f s, %,.0f rows/s%n%-10s%s%n",
        "predicted",
        counts.predicted(),
        counts.bad(),
        "in",
        counts.seconds(),
        (counts.predicted() + counts.bad()) / counts.seconds(),
        "table",
        Storage.describe(target));
  }
}
