package io.sparkrnn.cli;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.images.DataSource;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.Topologies;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.storage.Storage;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code inspect}: what a model is made of, and of a named one what becomes of a batch in it; Spark
 * stays off.
 */
@Command(
    name = "inspect",
    description = "Prints a model's parameters and what becomes of a batch at every stage.")
final class InspectCommand extends ConfiguredCommand {
  private static final List<Key> KEYS =
      List.of(Keys.HIDDEN, Keys.ACTIVATION, Keys.SEED, Keys.DATA_URI);
  private static final int BATCH_SAMPLES = 64;

  /** X0 and X1 of four samples, {@code [sample][timeStep][input]}. */
  private static final float[] VANILLA = {
    0, 1, 2, 0, 9, 8, 7, 0,
    3, 4, 5, 0, 0, 0, 0, 0,
    6, 7, 8, 0, 6, 5, 4, 0,
    9, 0, 1, 0, 3, 2, 1, 0
  };

  @Parameters(paramLabel = "MODEL", arity = "0..1", description = "A model's name.")
  private String model;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      description =
          "Instead of a name: a model file (model.srnn) or the run directory that holds one, whose network and preparation are printed.")
  private String trained;

  InspectCommand(PrintStream out) {
    super(out, KEYS);
  }

  @Spec
  void setSpec(CommandSpec spec) {
    spec.usageMessage()
        .footer(
            "",
            "Models: " + ModelZoo.names() + ".",
            "Those that read images are shown with %d test images, the others with 4 samples of their own."
                .formatted(BATCH_SAMPLES));
  }

  @Override
  public Integer call() {
    if ((model == null) == (trained == null)) {
      throw new UsageException(
          "Cannot inspect: expected either a model's name or --model, found %s"
              .formatted(model == null ? "neither" : "both"));
    }
    if (trained != null) {
      Storage storage = Storage.of(configuration().hadoop());
      out.print(
          ModelDescription.of(ModelFile.read(storage, RunDirectory.modelFile(storage, trained))));
      return ExitCode.DONE;
    }
    Map<String, String> texts = flags();
    boolean dataGiven = texts.containsKey(Keys.DATA_URI.path());
    texts.put(Keys.MODEL_NAME.path(), model);
    RunConfiguration configuration = load(texts);
    RnnTopology topology = Topologies.named(configuration.model());
    if (!topology.trainable() && dataGiven) {
      throw new UsageException(
          "Cannot inspect %s with %s: expected a model that reads images, found one that does not"
              .formatted(model, Keys.DATA_URI.flag()));
    }
    out.print(
        topology.trainable()
            ? ofImages(topology, configuration)
            : report(
                topology,
                SequenceDataset.ofFloats(VANILLA, new int[4], 2, 4, 1),
                configuration,
                "4 samples of two time steps X0 and X1"));
    return ExitCode.DONE;
  }

  private static String ofImages(RnnTopology topology, RunConfiguration configuration) {
    DataConfiguration source = configuration.data();
    SequenceDataset images =
        DataSource.loadTest(source, Storage.of(configuration.hadoop())).dataset();
    return report(
        topology.withData(images.timeSteps(), images.inputSize(), images.classes()),
        images,
        configuration,
        "the first %d test images of %s"
            .formatted(Math.min(BATCH_SAMPLES, images.size()), source.described()));
  }

  private static String report(
      RnnTopology topology, SequenceDataset data, RunConfiguration configuration, String batch) {
    long seed = configuration.training().seed();
    float[] initial =
        ParameterInitializer.valueOf(configuration.model().recurrentInit().name())
            .initialise(topology, seed);
    return InspectionReport.of(
        topology,
        new BatchStages(topology, initial, data, Math.min(BATCH_SAMPLES, data.size())),
        batch + ", initial parameters of seed " + seed);
  }
}
