package io.sparkrnn.cli;

import io.sparkrnn.config.Engine;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.images.ImageTestData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.run.ClusterPaths;
import io.sparkrnn.run.Console;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.RunDataReader;
import io.sparkrnn.spark.SparkEngine;
import io.sparkrnn.spark.rounds.SparkEvaluation;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.BlockEvaluator;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evaluate}: a finished model on test images, or on a table of sequences. */
@Command(
    name = "evaluate",
    description = {
      "Evaluates a model on the test images of a data set, or on a table of sequences.",
      "Columns of a table are those of the run whose directory --model names, unless flags say others."
    })
final class EvaluateCommand extends ConfiguredCommand {
  /** The keys that have a meaning here. */
  private static final List<Key> KEYS =
      Stream.of(
              ModelImages.TEST,
              ModelImages.PIXELS,
              List.of(Keys.ENGINE, Keys.KERNELS, Keys.MASTER, Keys.SHARED_PATHS),
              ModelTable.TEST,
              ModelTable.SERIES,
              ModelTable.INPUTS)
          .flatMap(List::stream)
          .toList();

  private static final Key CLASSES = Keys.of("data.classes");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "PATH",
      description = "Model file (model.srnn) or the run directory that holds one: a path or URI.")
  private String model;

  EvaluateCommand(PrintStream out) {
    super(out, KEYS);
  }

  @Override
  public Integer call() {
    RunConfiguration configuration = configuration();
    if (configuration.training().engine() == Engine.DL4J) {
      throw new UsageException("Cannot evaluate with the engine dl4j: expected spark or local");
    }
    ClusterPaths.of(configuration).requireReadable("--model", model);
    Storage storage = Storage.of(configuration.hadoop());
    ModelFile read = ModelFile.read(storage, RunDirectory.modelFile(storage, model));
    if (read.preparation().isPresent()) {
      evaluateTable(
          load(ModelTable.texts(storage, model, read, configuration, flags())),
          read,
          read.preparation().get());
    } else {
      Map<String, String> texts = ModelImages.texts(storage, model, configuration, flags());
      evaluateImages(load(texts), read);
    }
    return ExitCode.DONE;
  }

  private void evaluateImages(RunConfiguration configuration, ModelFile read) {
    if (!configuration.table().test().isEmpty()) {
      throw new UsageException(
          "Cannot evaluate %s on a table: expected a model that was trained on one, found %s"
              .formatted(model, read.topology().summary()));
    }
    ClusterPaths.of(configuration).requireReadable("--model", model);
    RunConfiguration ofModel =
        configuration.with(Map.of(CLASSES, String.valueOf(read.topology().network().classes())));
    ImageTestData data;
    EvaluationResult result;
    if (configuration.training().engine() == Engine.LOCAL) {
      data =
          RunDataReader.testImages(ofModel, read.classNames())
              .orElseGet(() -> inFiles(ofModel, read));
      requireFit(read, data.part(Part.TEST), configuration.data().described());
      result =
          new LocalEvaluation(
                  Ops.named(kernels(configuration)), read.topology(), data, StopRequest.NEVER)
              .evaluate(read.parameters(), Part.TEST);
    } else {
      Optional<ImageTestData> files = filesFirst(ofModel, read);
      try (SparkEngine spark =
          SparkEngine.start("spark-rnn evaluate", configuration.spark().master(), 1)) {
        data =
            files
                .or(() -> RunDataReader.testImages(ofModel, read.classNames(), spark))
                .orElseThrow();
        requireFit(read, data.part(Part.TEST), configuration.data().described());
        try (SparkEvaluation evaluation =
            new SparkEvaluation(
                spark.context(),
                kernels(configuration),
                read.topology(),
                data,
                StopRequest.NEVER)) {
          result = evaluation.evaluate(read.parameters(), Part.TEST);
        }
      }
    }
    print(read.classNames());
    Console.evaluation(out, result, "images");
    Console.inputs(out, read, data.part(Part.TEST).inputRange());
  }

  /** Files that are wrong are told before Spark starts; empty where it has to read them. */
  private static Optional<ImageTestData> filesFirst(
      RunConfiguration configuration, ModelFile read) {
    if (RunDataReader.hasImageTables(configuration)) {
      return Optional.empty();
    }
    ImageTestData data = inFiles(configuration, read);
    requireFit(read, data.part(Part.TEST), configuration.data().described());
    return Optional.of(data);
  }

  private static ImageTestData inFiles(RunConfiguration configuration, ModelFile read) {
    return ImageTestData.read(configuration.data(), configuration.hadoop(), read.classNames());
  }

  private static String kernels(RunConfiguration configuration) {
    return KernelProvider.choose(configuration.training().kernels().toString()).name();
  }

  private void evaluateTable(
      RunConfiguration configuration, ModelFile read, Preparation preparation) {
    TableConfiguration table = configuration.table();
    if (table.test().isEmpty() && (table.train().isEmpty() || table.testFrom().isEmpty())) {
      throw new UsageException(
          "Cannot evaluate %s: expected a table in --test-table, found none".formatted(model));
    }
    ClusterPaths paths = ClusterPaths.of(configuration);
    if (!paths.hasTableNames()) {
      paths.requireShared(
          Map.of("--test-table", table.test().isEmpty() ? table.train() : table.test()));
    }
    EvaluationData data;
    EvaluationResult found;
    BlockEvaluator evaluator = new BlockEvaluator(read.topology(), preparation.targets());
    Network network = read.topology().network();
    String kernels = kernels(configuration);
    if (configuration.training().engine() == Engine.LOCAL) {
      data = RunDataReader.test(configuration, network, preparation);
      found =
          new LocalEvaluation(Ops.named(kernels), evaluator, data, StopRequest.NEVER)
              .evaluate(read.parameters(), Part.TEST);
    } else {
      try (SparkEngine spark =
          SparkEngine.start("spark-rnn evaluate", configuration.spark().master(), 1)) {
        data = RunDataReader.test(configuration, network, preparation, spark);
        try (SparkEvaluation evaluation =
            new SparkEvaluation(spark.context(), kernels, evaluator, data, StopRequest.NEVER)) {
          found = evaluation.evaluate(read.parameters(), Part.TEST);
        }
      }
    }
    report(found.decidedBy(Training.scoreKind(configuration, found.tally())), preparation);
    Console.inputs(out, read, data.part(Part.TEST).inputRange());
  }

  private void report(EvaluationResult found, Preparation preparation) {
    if (!found.table().equals(found.scoreTable())) {
      out.printf("%n%s", found.scoreTable());
    }
    print(preparation.classes());
    Console.evaluation(out, found, "sequences");
  }

  private void print(List<String> classNames) {
    if (!classNames.isEmpty()) {
      out.printf("%n%-10s%s%n", "classes", ModelTable.numbered(classNames));
    }
  }

  private static void requireFit(ModelFile model, SequenceDataset data, String uri) {
    Network network = model.topology().network();
    if (network.timeSteps() != data.timeSteps()
        || network.inputSize() != data.inputSize()
        || network.classes() != data.classes()) {
      throw new DataException(
          "Cannot evaluate on %s: expected sequences of %d x %d in %d classes as in the model, found %d x %d in %d"
              .formatted(
                  uri,
                  network.timeSteps(),
                  network.inputSize(),
                  network.classes(),
                  data.timeSteps(),
                  data.inputSize(),
                  data.classes()));
    }
  }
}
