package io.sparkrnn.spark.ml;

import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import scala.Option;

/**
 * What {@code save} makes: {@code model.srnn}, which the program's commands read, too, and then
 * Spark ML's metadata, without which nothing is read. It is on any file system that Spark writes
 * to, and readable for whom Spark's files are.
 */
public final class ModelDirectory {
  private static final String FILE = "model.srnn";

  private ModelDirectory() {}

  /** Writes a model. Spark has removed what was there before, if that was asked for. */
  public static <M extends Params> MLWriter writer(M instance, ColumnModel model) {
    return new MLWriter() {
      @Override
      public void saveImpl(String path) {
        Map<String, String> hadoop = HadoopSettings.of(sc());
        Storage storage = Storage.asSpark(hadoop);
        URI directory = Locations.hadoopUri(path, hadoop);
        Map<String, String> lines = new HashMap<>(model.file().provenance());
        lines.put("uid", instance.uid());
        boolean whole = false;
        try {
          storage.createDirectories(directory);
          storage.overwrite(
              Storage.resolve(directory, FILE),
              model.file().withProvenance(lines).encode(instance.uid()));
          DefaultParamsWriter.saveMetadata(instance, path, sc(), Option.empty(), Option.empty());
          whole = true;
        } finally {
          // Scala throws checked exceptions undeclared.
          if (!whole) {
            remove(storage, directory);
          }
        }
      }
    };
  }

  private static void remove(Storage storage, URI directory) {
    try {
      storage.delete(directory);
    } catch (StorageException e) {
      // The failure before says more, and without metadata nothing is read.
    }
  }

  /**
   * Reads what {@link #writer} wrote.
   *
   * @param fits whether a network is one for the class
   * @param expected what such a network is, for messages
   * @param make makes a model of its uid and its file
   */
  public static <M extends Params> MLReader<M> reader(
      Class<M> type,
      Predicate<Network> fits,
      String expected,
      BiFunction<String, ModelFile, M> make) {
    return new MLReader<>() {
      @Override
      public M load(String path) {
        Map<String, String> hadoop = HadoopSettings.of(sc());
        URI file = Storage.resolve(Locations.hadoopUri(path, hadoop), FILE);
        ModelFile read = ModelFile.read(Storage.of(hadoop), file);
        if (!read.topology().trainable() || !fits.test(read.topology().network())) {
          throw new CorruptFileException(
              "Cannot read %s: expected %s, found %s"
                  .formatted(Storage.describe(file), expected, read.topology().summary()));
        }
        return withMetadata(path, sc(), type, uid -> make.apply(uid, read));
      }
    };
  }

  private interface OfUid<M> {
    M make(String uid);
  }

  private static <M extends Params> M withMetadata(
      String path, SparkContext context, Class<M> type, OfUid<M> model) {
    try {
      DefaultParamsReader.Metadata metadata =
          DefaultParamsReader.loadMetadata(path, context, type.getName());
      M made = model.make(metadata.uid());
      metadata.getAndSetParams(made, Option.empty());
      return made;
    } catch (Exception e) {
      // Scala throws checked exceptions undeclared.
      String message =
          "Cannot read %s/metadata: expected Spark ML's metadata of an %s, found %s"
              .formatted(
                  path,
                  type.getSimpleName(),
                  String.valueOf(e.getMessage()).lines().findFirst().orElse("none"));
      // Spark's word for metadata of another class.
      throw e instanceof IllegalArgumentException
          ? new DataException(message)
          : new CorruptFileException(message);
    }
  }
}
