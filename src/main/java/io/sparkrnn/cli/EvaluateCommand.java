package io.sparkrnn.cli;

import io.sparkrnn.config.Engine;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.ImageTestData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.run.ClusterPaths;
import io.sparkrnn.run.Console;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.SparkEngine;
import io.sparkrnn.spark.rounds.SparkEvaluation;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.StopRequest;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evaluate}: a finished model on test images. */
@Command(name = "evaluate", description = "Evaluates a model on the test images of a data set.")
final class EvaluateCommand extends ConfiguredCommand {
  /** The keys that have a meaning here. */
  private static final List<Key> KEYS =
      List.of(Keys.DATA_URI, Keys.ENGINE, Keys.KERNELS, Keys.MASTER, Keys.SHARED_PATHS);

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
    ImageTestData data = ImageTestData.read(configuration.data(), configuration.hadoop());
    requireFit(read, data.part(Part.TEST), configuration.data().described());
    EvaluationResult result = evaluate(configuration, read, data);
    Console.evaluation(out, result);
    Console.inputs(out, read, data.part(Part.TEST).inputRange());
    return ExitCode.DONE;
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

  private static EvaluationResult evaluate(
      RunConfiguration configuration, ModelFile model, ImageTestData data) {
    String kernels = KernelProvider.choose(configuration.training().kernels().toString()).name();
    if (configuration.training().engine() == Engine.LOCAL) {
      return new LocalEvaluation(Ops.named(kernels), model.topology(), data, StopRequest.NEVER)
          .evaluate(model.parameters(), Part.TEST);
    }
    try (SparkEngine spark =
            SparkEngine.start("spark-rnn evaluate", configuration.spark().master(), 1);
        SparkEvaluation evaluation =
            new SparkEvaluation(
                spark.context(), kernels, model.topology(), data, StopRequest.NEVER)) {
      return evaluation.evaluate(model.parameters(), Part.TEST);
    }
  }
}
