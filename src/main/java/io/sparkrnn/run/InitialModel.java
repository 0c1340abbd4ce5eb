package io.sparkrnn.run;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.RunData;
import io.sparkrnn.export.EmbeddingTable;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.model.Floats;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.train.Training;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Parameters for a run to start from, which are not all random: a trained model's, or such as have
 * pretrained vectors of words in their embedding.
 *
 * @param parametersSha256 names them in what the run leaves: the file may change later
 */
public record InitialModel(float[] parameters, String parametersSha256) {

  /**
   * The whole model that the configuration of a run on tables names, if it names one that has a
   * preparation: its parameters have a meaning only with what was fitted for it. One without, from
   * another program, is given what is fitted now.
   *
   * @throws StorageException if it cannot be read
   */
  public static Optional<ModelFile> ofTables(RunConfiguration configuration) {
    if (configuration.training().initialModel().isEmpty()) {
      return Optional.empty();
    }
    Storage storage = Storage.of(configuration.hadoop());
    URI file = RunDirectory.modelFile(storage, configuration.training().initialModel());
    return Optional.of(ModelFile.read(storage, file))
        .filter(model -> model.preparation().isPresent());
  }

  /**
   * What a configuration names, if it names anything.
   *
   * @param out is told how many words have a vector
   * @throws UsageException if the model is of another network
   * @throws StorageException if it cannot be read
   */
  static Optional<InitialModel> read(
      Training<? extends RunData> training, Storage storage, PrintStream out) {
    if (!training.configuration().training().initialModel().isEmpty()) {
      return Optional.of(model(training, storage));
    }
    if (training.configuration().model().embeddings().isEmpty()) {
      return Optional.empty();
    }
    float[] parameters = training.randomStart().parameters().clone();
    embed(training, storage, parameters, out);
    return Optional.of(new InitialModel(parameters, Floats.sha256(parameters)));
  }

  /** The model that a configuration names. */
  static InitialModel model(Training<? extends RunData> training, Storage storage) {
    URI file = RunDirectory.modelFile(storage, training.configuration().training().initialModel());
    ModelFile model = ModelFile.read(storage, file);
    requireSame(training, model, Storage.describe(file));
    return new InitialModel(model.parameters(), Floats.sha256(model.parameters()));
  }

  private static void requireSame(
      Training<? extends RunData> training, ModelFile model, String where) {
    RnnTopology topology = training.topology();
    if (!isContinuedBy(model, topology.network())) {
      throw new UsageException(
          "Cannot start from %s: expected a model of %s as is to be trained, found one of %s"
              .formatted(where, topology.summary(), model.topology().summary()));
    }
  }

  /**
   * Whether a model's parameters mean in another network what they mean in its own: how long
   * sequences are makes no difference, nor does anything that training alone does.
   */
  public static boolean isContinuedBy(ModelFile model, Network other) {
    return shape(model.topology().network()).equals(shape(other));
  }

  private static Network shape(Network network) {
    Input input = network.input();
    Head head = network.head();
    Loss loss = head.loss() instanceof Loss.Softmax ? Loss.softmax() : head.loss();
    return new Network(
        new Input(1, input.dense(), input.categorical(), input.statics(), input.join()),
        network.layers().stream()
            .map(
                layer ->
                    new Layer(layer.cell(), layer.units(), layer.direction(), 0, layer.biases()))
            .toList(),
        new Head(loss, head.outputs(), head.reads()));
  }

  private static void embed(
      Training<? extends RunData> training, Storage storage, float[] parameters, PrintStream out) {
    URI table = Locations.uri(training.configuration().model().embeddings());
    String where = Storage.describe(table);
    ParameterBlock block = training.topology().network().layout().block(Kind.EMBEDDING);
    Map<String, Integer> ids = training.data().preparation().orElseThrow().vocabulary().ids();
    try (InputStream in = storage.open(table)) {
      InputStream text = where.endsWith(".gz") ? new GZIPInputStream(in) : in;
      int found = EmbeddingTable.read(text, where, block.rows(), ids, parameters, block.offset());
      out.printf(
          Locale.ROOT,
          "%-10s%,d of %,d tokens have a vector in %s, the others a random one%n",
          "embedding",
          found,
          ids.size(),
          where);
    } catch (IOException e) {
      throw new StorageException("Cannot read %s: %s".formatted(where, e.getMessage()), e);
    }
  }
}
