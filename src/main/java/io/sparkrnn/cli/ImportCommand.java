package io.sparkrnn.cli;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.export.Dl4jZipDecoder;
import io.sparkrnn.export.Dl4jZipDecoder.Normalizer;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.export.OnnxFile;
import io.sparkrnn.export.SafetensorsFile;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.io.PrintStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code import}: a model of another program as ours. */
@Command(
    name = "import",
    description = {
      "Reads a model of another program and writes it as ours, to evaluate it or to start from it.",
      "From PyTorch: safetensors of an nn.RNN, nn.LSTM or nn.GRU, perhaps under an nn.Linear and over an nn.Embedding. From ONNX: files of ours, and graphs of PyTorch's and tf2onnx's exporters with RNN, LSTM or GRU under one dense layer. From DL4J: a zip of SimpleRnn or LSTM layers, perhaps Bidirectional, under an OutputLayer or RnnOutputLayer."
    })
final class ImportCommand extends ConfiguredCommand {
  private static final int TIME_STEPS = 28;
  private static final String IMPORTED_FROM = "importedFrom";

  /** What is read. */
  enum Source {
    SAFETENSORS,
    ONNX,
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
      description = "The file: a path or URI.")
  private String model;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES}.")
  private Source from;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "URI",
      description = "The new model file, such as model.srnn: a path or URI.")
  private String target;

  @Option(
      names = "--time-steps",
      paramLabel = "N",
      description = "Time steps of a sequence, where the file does not say. Default: " + TIME_STEPS)
  private Integer timeSteps;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description =
          "Nonlinearity of the nn.RNN, tanh or relu, where the file does not say. Default: tanh")
  private Activation activation;

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description =
          "What the outputs of a safetensors file are for, where it does not say: classify, label-steps, regress, forecast or language-model. Default: classify")
  private TaskName task;

  @Option(
      names = "--reads",
      paramLabel = "NAME",
      description =
          "States that the nn.Linear reads, where the file does not say: last (of each direction the one it comes to last), mean, max or every. Default: every for the tasks label-steps, forecast and language-model, else last")
  private Reads reads;

  @Option(
      names = "--ignore-normalizer",
      description =
          "Of a DL4J zip with a normalizer, leave that out: what the model is given has to be normalised before.")
  private boolean ignoreNormalizer;

  ImportCommand(PrintStream out) {
    super(out, List.of());
  }

  @Override
  public Integer call() {
    if (timeSteps != null && timeSteps < 1) {
      throw new UsageException(
          "Cannot import: expected --time-steps of at least 1, found " + timeSteps);
    }
    if (ignoreNormalizer && from != Source.DL4J) {
      throw new UsageException(
          "Cannot import: expected --from dl4j beside --ignore-normalizer, found --from " + from);
    }
    RunConfiguration configuration = configuration();
    Storage storage = Storage.of(configuration.hadoop());
    URI source = Locations.uri(model);
    byte[] bytes = storage.read(source, Storage.MAX_FILE_BYTES);
    String where = Storage.describe(source);
    SafetensorsFile.Missing missing = missing();
    ModelFile read =
        switch (from) {
          case SAFETENSORS -> SafetensorsFile.decode(bytes, where, missing);
          case ONNX -> OnnxFile.decode(bytes, where, missing.timeSteps());
          case DL4J -> Dl4jZipDecoder.decode(bytes, where, missing.timeSteps(), normalizer());
        };
    Network network = read.topology().network();
    requireNoOther("--time-steps", timeSteps, network.timeSteps(), where);
    requireNoOther("--activation", activation, activation(network), where);
    requireNoOther("--reads", reads, network.head().reads(), where);
    if (task != null) {
      requireNoOther(
          "a --task of the loss", missing.loss().name(), network.head().loss().name(), where);
    }
    Map<String, String> provenance = new HashMap<>(read.provenance());
    provenance.put(IMPORTED_FROM, where);
    URI written =
        NewFile.write(storage, target, read.withProvenance(provenance).encode("imported"));
    out.printf("%-10s%s, %s%n", "wrote", Storage.describe(written), read.topology().summary());
    if (read.topology().name().equals(SafetensorsFile.FOREIGN)
        && !read.provenance().containsKey(IMPORTED_FROM)) {
      printTaken(network);
    }
    if (read.topology().name().equals(OnnxFile.FOREIGN)) {
      out.printf(
          "%-10s%s outputs of at most %d time steps, as far as the file does not say it (--time-steps)%n",
          "taken as", network.head().loss().name(), network.timeSteps());
    }
    return ExitCode.DONE;
  }

  private Normalizer normalizer() {
    return ignoreNormalizer ? Normalizer.IGNORED : Normalizer.REFUSED;
  }

  private SafetensorsFile.Missing missing() {
    TaskName given = Objects.requireNonNullElse(task, TaskName.CLASSIFY);
    boolean ofClasses =
        switch (given) {
          case CLASSIFY, LABEL_STEPS, LANGUAGE_MODEL -> true;
          case REGRESS, FORECAST -> false;
        };
    boolean ofSteps = given != TaskName.CLASSIFY && given != TaskName.REGRESS;
    return new SafetensorsFile.Missing(
        Objects.requireNonNullElse(timeSteps, TIME_STEPS),
        Objects.requireNonNullElse(activation, Activation.TANH),
        Objects.requireNonNullElse(reads, ofSteps ? Reads.EVERY : Reads.LAST),
        ofClasses ? Loss.softmax() : new Loss.Squared());
  }

  /** Of Elman's layers; others have their own. */
  private static Object activation(Network network) {
    String cell = network.layers().get(0).cell();
    return cell.startsWith("elman") ? network.activation() : "that of the cell " + cell;
  }

  private void printTaken(Network network) {
    boolean elman = activation(network) instanceof Activation;
    out.printf(
        "%-10s%s%d time steps, which the file does not say (%s--time-steps)%n",
        "taken as",
        elman ? network.activation().name().toLowerCase(Locale.ROOT) + " and " : "",
        network.timeSteps(),
        elman ? "--activation, " : "");
    Head head = network.head();
    if (head.outputs() > 0) {
      out.printf(
          "%-10s%s from %s, which it does not say either (--task, --reads)%n",
          "",
          head.loss().name().equals("softmax") ? "classes" : "numbers",
          switch (head.reads()) {
            case LAST -> "the last state of each direction";
            case MEAN -> "the mean of all states";
            case MAX -> "the largest of all states";
            case EVERY -> "the state of every time step";
          });
    }
    if (!network.input().categorical().isEmpty() && network.inputSize() > 0) {
      out.printf(
          "%-10s%d numbers of a time step before the embedded values, whose order it does not say%n",
          "", network.inputSize());
    }
  }

  private static void requireNoOther(String flag, Object given, Object found, String where) {
    if (given != null && !given.equals(found)) {
      throw new UsageException(
          "Cannot import %s: expected %s as the file has it, %s, or without the flag, found %s"
              .formatted(where, flag, found, given));
    }
  }
}
