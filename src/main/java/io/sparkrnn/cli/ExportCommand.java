package io.sparkrnn.cli;

import io.sparkrnn.config.Engine;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.export.Dl4jZip;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.export.OnnxFile;
import io.sparkrnn.export.SafetensorsFile;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.run.Versions;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.updater.Rules;
import io.sparkrnn.train.updater.Updater;
import java.io.PrintStream;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code export}: a model in the format of another program. */
@Command(name = "export", description = "Writes a model in the format of another program.")
final class ExportCommand extends ConfiguredCommand {
  /** What is written. */
  enum Format {
    /** For PyTorch, under the names of its modules. */
    SAFETENSORS,
    ONNX,
    /** For DL4J's ModelSerializer. */
    DL4J;

    /** As on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--model",
      required = true,
      paramLabel = "PATH",
      description = "Model file (model.srnn) or the run directory that holds one: a path or URI.")
  private String model;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES}.")
  private Format format;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "URI",
      description = "The new file: a path or URI.")
  private String target;

  ExportCommand(PrintStream out) {
    super(out, List.of());
  }

  @Override
  public Integer call() {
    RunConfiguration configuration = configuration();
    Storage storage = Storage.of(configuration.hadoop());
    ModelFile read = ModelFile.read(storage, RunDirectory.modelFile(storage, model));
    URI written = NewFile.write(storage, target, encode(read, configuration));
    out.printf("%-10s%s, %s%n", "wrote", Storage.describe(written), read.topology().summary());
    return ExitCode.DONE;
  }

  private byte[] encode(ModelFile read, RunConfiguration configuration) {
    if (format != Format.SAFETENSORS && !read.topology().trainable()) {
      throw new UsageException(
          "Cannot export %s as %s: expected a model with an output layer, found %s"
              .formatted(model, format, read.topology().summary()));
    }
    return switch (format) {
      case SAFETENSORS -> SafetensorsFile.encode(read);
      case ONNX -> OnnxFile.encode(read, Versions.sparkRnn());
      case DL4J -> dl4j(read, configuration);
    };
  }

  /**
   * With an updater that has seen nothing yet: a model file has no updater state. One of DL4J's,
   * where none is named.
   */
  private byte[] dl4j(ModelFile read, RunConfiguration asked) {
    RunConfiguration configuration =
        new Rules(asked.with(Map.of(Keys.ENGINE, Engine.DL4J.toString()))).decided();
    if (!Dl4jZip.available()) {
      throw new UsageException(
          "Cannot export for DL4J: expected spark-rnn-dl4j.jar beside spark-rnn.jar or in --jars, found none");
    }
    ModelFile one = Dl4jZip.withOneBias(read);
    int state =
        Updater.of(configuration.updater(), configuration.samplesOfStep())
            .stateSize(one.topology().parameterCount());
    try {
      NetworkDescription description =
          new NetworkDescription(
              one.topology(),
              configuration.updater(),
              configuration.schedule(),
              configuration.training().l2());
      return Dl4jNetworks.zip(
          description,
          new NetworkState(one.parameters(), description.updaterState(new float[state]), 0, 0));
    } catch (IllegalArgumentException e) {
      throw new UsageException("Cannot export %s as dl4j: %s".formatted(model, e.getMessage()));
    }
  }
}
