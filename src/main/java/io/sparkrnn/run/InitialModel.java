package io.sparkrnn.run;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.model.Floats;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.net.URI;
import java.util.Optional;

/**
 * The parameters of a trained model, for a run to start from.
 *
 * @param parametersSha256 names them in what the run leaves: the file may change later
 */
public record InitialModel(float[] parameters, String parametersSha256) {

  /**
   * The whole model that the configuration of a run on tables names, if it names one: its
   * parameters have a meaning only with what was fitted for it.
   *
   * @throws UsageException if it is none of tables
   * @throws StorageException if it cannot be read
   */
  public static Optional<ModelFile> ofTables(RunConfiguration configuration) {
    if (configuration.training().initialModel().isEmpty()) {
      return Optional.empty();
    }
    Storage storage = Storage.of(configuration.hadoop());
    URI file = RunDirectory.modelFile(storage, configuration.training().initialModel());
    ModelFile model = ModelFile.read(storage, file);
    if (model.preparation().isEmpty()) {
      throw new UsageException(
          "Cannot start from %s: expected a model that was trained on a table, found %s"
              .formatted(Storage.describe(file), model.topology().summary()));
    }
    return Optional.of(model);
  }

  /**
   * The model that a configuration names, if it names one.
   *
   * @param topology that the run trains
   * @throws UsageException if the model is of another network
   * @throws StorageException if it cannot be read
   */
  static Optional<InitialModel> read(
      RunConfiguration configuration, Storage storage, RnnTopology topology) {
    String location = configuration.training().initialModel();
    if (location.isEmpty()) {
      return Optional.empty();
    }
    URI file = RunDirectory.modelFile(storage, location);
    ModelFile model = ModelFile.read(storage, file);
    boolean ofTables = configuration.table().isGiven();
    if (model.preparation().isPresent() != ofTables || !isContinuedBy(model, topology.network())) {
      throw new UsageException(
          "Cannot start from %s: expected a model of %s as is to be trained, found one of %s"
              .formatted(Storage.describe(file), topology.summary(), model.topology().summary()));
    }
    return Optional.of(new InitialModel(model.parameters(), Floats.sha256(model.parameters())));
  }

  /**
   * Whether a model's parameters mean in another network what they mean in its own. How classes are
   * weighted in the loss makes no difference, nor, of tables, how long sequences are.
   */
  public static boolean isContinuedBy(ModelFile model, Network other) {
    Network own = model.topology().network();
    Input input = own.input();
    if (model.preparation().isPresent()) {
      input =
          new Input(
              other.timeSteps(), input.dense(), input.categorical(), input.statics(), input.join());
    }
    Head head = own.head();
    if (head.loss().ofClasses() && other.head().loss().ofClasses()) {
      head = new Head(other.head().loss(), head.outputs(), head.reads());
    }
    return new Network(input, own.layers(), head).equals(other);
  }
}
