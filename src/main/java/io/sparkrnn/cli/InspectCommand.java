package io.sparkrnn.cli;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataSource;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.Topologies;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.storage.Storage;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code inspect}: what a model is made of and what becomes of a batch in it; Spark stays off. */
@Command(
    name = "inspect",
    description = "Prints a model's parameters and what becomes of a batch at every stage.")
final class InspectCommand extends ConfiguredCommand {
  private static final List<Key> KEYS =
      List.of(Keys.HIDDEN, Keys.ACTIVATION, Keys.SEED, Keys.DATA_URI);
  private static final int BATCH_SAMPLES = 64;

  @Parameters(paramLabel = "MODEL", description = "A model's name.")
  private String model;

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
    Map<String, String> texts = flags();
    boolean dataGiven = texts.containsKey(Keys.DATA_URI.path());
    texts.put(Keys.MODEL_NAME.path(), model);
    RunConfiguration configuration = load(texts);
    RnnTopology topology = Topologies.named(configuration.model());
    String report;
    if (topology.trainable()) {
      report = onImages(topology, configuration);
    } else if (dataGiven) {
      throw new UsageException(
          "Cannot inspect %s with %s: expected a model that reads images, found one that does not"
              .formatted(model, Keys.DATA_URI.flag()));
    } else {
      report =
          InspectionReport.ofVanilla(
              topology, initial(topology, configuration), configuration.training().seed());
    }
    out.print(report);
    return ExitCode.DONE;
  }

  private static String onImages(RnnTopology topology, RunConfiguration configuration) {
    DataConfiguration source = configuration.data();
    SequenceDataset images =
        DataSource.loadTest(source, Storage.of(configuration.hadoop())).dataset();
    RnnTopology fitted =
        topology.withData(images.timeSteps(), images.inputSize(), images.classes());
    int samples = Math.min(BATCH_SAMPLES, images.size());
    BatchStages stages = new BatchStages(fitted, initial(fitted, configuration), images, samples);
    return InspectionReport.ofImages(
        fitted,
        stages,
        "the first %d test images of %s, initial parameters of seed %d"
            .formatted(samples, source.uri(), configuration.training().seed()));
  }

  private static float[] initial(RnnTopology topology, RunConfiguration configuration) {
    return ParameterInitializer.valueOf(configuration.model().recurrentInit().name())
        .initialise(topology, configuration.training().seed());
  }
}
