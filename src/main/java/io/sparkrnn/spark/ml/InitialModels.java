package io.sparkrnn.spark.ml;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;

/** Models whose parameters trainings start from. */
public final class InitialModels {
  private InitialModels() {}

  /**
   * The one that an estimator has, or else that its params name.
   *
   * @param given null for none
   * @throws io.sparkrnn.storage.StorageException if it cannot be read
   */
  public static Optional<ModelFile> of(KeyParams params, ModelFile given, SparkContext context) {
    if (given != null) {
      return Optional.of(given);
    }
    return params
        .<String>found("initialModel")
        .map(
            path -> {
              Map<String, String> hadoop = HadoopSettings.of(context);
              Storage storage = Storage.of(hadoop);
              String location = Locations.hadoopUri(path, hadoop).toString();
              return ModelFile.read(storage, RunDirectory.modelFile(storage, location));
            });
  }
}
