package io.sparkrnn.spark;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.images.DataSource;
import io.sparkrnn.data.images.ImageData;
import io.sparkrnn.data.images.ImageSet;
import io.sparkrnn.data.images.ImageTestData;
import io.sparkrnn.data.images.ImageTrainingData;
import io.sparkrnn.data.images.LabelledImages;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.run.Backend;
import io.sparkrnn.run.InitialModel;
import io.sparkrnn.spark.data.SequenceTables;
import io.sparkrnn.spark.data.TableData;
import io.sparkrnn.spark.data.TestTable;
import io.sparkrnn.spark.images.ImageTables;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** Reads the data of a run: images, or tables, for which Spark is needed wherever rounds run. */
public final class RunDataReader {
  private static final String READER = "spark-rnn data";

  private RunDataReader() {}

  /**
   * The data of a configuration. A table is prepared as for the model that training starts from, if
   * there is one.
   *
   * @param backend whose Spark reads tables, if it has one; else one that ends when they are read
   */
  public static RunData read(RunConfiguration configuration, Backend backend) {
    if (!configuration.table().isGiven()) {
      return images(configuration, backend);
    }
    Optional<ModelFile> initial = InitialModel.ofTables(configuration);
    if (backend instanceof SparkBackend spark) {
      return SequenceTables.read(session(spark.started()), configuration, initial);
    }
    try (SparkEngine reader = SparkEngine.start(READER, "local[*]", 1)) {
      return SequenceTables.read(session(reader), configuration, initial);
    }
  }

  private static RunData images(RunConfiguration configuration, Backend backend) {
    Optional<DataSource.Tables> tables =
        DataSource.tables(configuration.data(), Storage.of(configuration.hadoop()), true);
    if (tables.isEmpty()) {
      return ImageTrainingData.read(configuration);
    }
    if (backend instanceof SparkBackend spark) {
      ImageData images = images(configuration, tables.get(), spark.started());
      return ImageTrainingData.of(
          configuration, images, HeldImages.in(spark.started().context(), images));
    }
    try (SparkEngine reader = SparkEngine.start(READER, "local[*]", 1)) {
      ImageData images = images(configuration, tables.get(), reader);
      return ImageTrainingData.of(configuration, images, HeldImages.here(images));
    }
  }

  private static ImageData images(
      RunConfiguration configuration, DataSource.Tables tables, SparkEngine engine) {
    SparkSession session = session(engine);
    LabelledImages training =
        ImageTables.read(session, configuration, tables.training(), List.of());
    return DataSource.data(
        configuration.data(),
        training,
        ImageTables.read(session, configuration, tables.test(), training.names()));
  }

  /**
   * Test images that are in tables, to evaluate a model on; empty where they are in files.
   *
   * @param names what the model's classes are called; none where they are numbers
   * @param engine whose Spark reads them
   */
  public static Optional<ImageTestData> testImages(
      RunConfiguration configuration, List<String> names, SparkEngine engine) {
    return testTables(configuration)
        .map(
            files -> {
              ImageSet images =
                  DataSource.set(
                      configuration.data(),
                      ImageTables.read(session(engine), configuration, files, names));
              return ImageTestData.of(images, () -> images);
            });
  }

  /** As the other, by a Spark on this machine that ends when they are read. */
  public static Optional<ImageTestData> testImages(
      RunConfiguration configuration, List<String> names) {
    if (!hasImageTables(configuration)) {
      return Optional.empty();
    }
    try (SparkEngine reader = SparkEngine.start(READER, "local[*]", 1)) {
      return testImages(configuration, names, reader);
    }
  }

  /** Whether test images are in tables, which Spark reads. */
  public static boolean hasImageTables(RunConfiguration configuration) {
    return testTables(configuration).isPresent();
  }

  private static Optional<List<URI>> testTables(RunConfiguration configuration) {
    return DataSource.tables(configuration.data(), Storage.of(configuration.hadoop()), false)
        .map(DataSource.Tables::test);
  }

  /** Data that were read on this machine, for what computes the rounds. */
  public static RunData in(RunData data, Backend backend) {
    if (!(backend instanceof SparkBackend spark)) {
      return data;
    }
    if (data instanceof TableData tables) {
      return tables.in(spark.started().context());
    }
    return data instanceof ImageTrainingData images && images.reading() instanceof HeldImages held
        ? images.from(HeldImages.in(spark.started().context(), held.images()))
        : data;
  }

  private static SparkSession session(SparkEngine engine) {
    return SparkSession.builder().sparkContext(engine.context().sc()).getOrCreate();
  }

  /**
   * The test part of a table, for a model that was trained on one.
   *
   * @param engine whose Spark reads it
   */
  public static EvaluationData test(
      RunConfiguration configuration,
      Network network,
      Preparation preparation,
      SparkEngine engine) {
    return TestTable.read(session(engine), configuration, network, preparation);
  }

  /** As the other, by a Spark on this machine that ends when the part is read. */
  public static EvaluationData test(
      RunConfiguration configuration, Network network, Preparation preparation) {
    try (SparkEngine reader = SparkEngine.start(READER, "local[*]", 1)) {
      return test(configuration, network, preparation, reader);
    }
  }
}
