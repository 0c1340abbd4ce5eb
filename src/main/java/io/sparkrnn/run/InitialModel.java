package io.sparkrnn.run;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.export.ModelFile;
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
record InitialModel(float[] parameters, String parametersSha256) {

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
    if (!model.topology().network().equals(topology.network())) {
      throw new UsageException(
          "Cannot start from %s: expected a model of %s as is to be trained, found one of %s"
              .formatted(Storage.describe(file), topology.summary(), model.topology().summary()));
    }
    return Optional.of(new InitialModel(model.parameters(), Floats.sha256(model.parameters())));
  }
}
