package io.sparkrnn.run;

import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.data.RunData;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.export.Dl4jZip;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.ImageClasses;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The model that a run ends on, in the formats that there are. */
record FinalModel(Storage storage, CheckpointStore store, RunDirectory directory) {
  private static final Logger LOG = LoggerFactory.getLogger(FinalModel.class);

  /** Publishes what a killed attempt of the run has not published already. */
  void publish(Training<RunData> training, TrainingState end) {
    RunData data = training.data();
    Map<String, String> provenance = new HashMap<>(Versions.all());
    provenance.putAll(data.training().inputRange().lines());
    if (data.preparation().isEmpty()) {
      provenance.putAll(ImageClasses.lines(data.classNames()));
    }
    publishModel(
        new ModelFile(training.topology(), end.parameters(), provenance, data.preparation()));
    // DL4J's copy is of the networks that older files can say.
    if (training.topology().network().isPlain()) {
      publishDl4jZip(end, NetworkDescription.of(training.topology(), training.configuration()));
    }
  }

  private void publishModel(ModelFile model) {
    var file = Storage.resolve(directory.location(), RunDirectory.MODEL_FILE);
    // A run that was killed just after this has written it, perhaps with other versions in it.
    if (storage.exists(file)
        && Arrays.equals(ModelFile.read(storage, file).parameters(), model.parameters())) {
      storage.force(file);
      return;
    }
    store.publishFile(RunDirectory.MODEL_FILE, model.encode(directory.runId()));
  }

  private void publishDl4jZip(TrainingState end, NetworkDescription description) {
    // A run that was killed just after this has written it: zips hold times, so the bytes would
    // differ.
    if (!Dl4jZip.available()
        || storage.exists(Storage.resolve(directory.location(), RunDirectory.DL4J_FILE))) {
      return;
    }
    try {
      NetworkState network =
          new NetworkState(
              end.parameters(),
              description.updaterState(end.updaterState()),
              Math.toIntExact(end.iteration()),
              end.epoch());
      store.publishFile(RunDirectory.DL4J_FILE, Dl4jNetworks.zip(description, network));
    } catch (LinkageError e) {
      // The model itself is complete; DL4J's copy of it needs a native library of this platform.
      LOG.warn("no {} was written: ND4J cannot run here: {}", RunDirectory.DL4J_FILE, e.toString());
    }
  }
}
