package io.sparkrnn.spark;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.ImageTrainingData;
import io.sparkrnn.data.RunData;
import io.sparkrnn.run.Backend;
import io.sparkrnn.spark.data.SequenceTables;
import org.apache.spark.sql.SparkSession;

/** Reads the data of a run: images, or tables, for which Spark is needed wherever rounds run. */
public final class RunDataReader {
  private RunDataReader() {}

  /**
   * The data of a configuration.
   *
   * @param backend whose Spark reads tables, if it has one; else one that ends when they are read
   */
  public static RunData read(RunConfiguration configuration, Backend backend) {
    if (!configuration.table().isGiven()) {
      return ImageTrainingData.read(configuration);
    }
    if (backend instanceof SparkBackend spark) {
      return read(configuration, spark.started());
    }
    try (SparkEngine reader = SparkEngine.start("spark-rnn data", "local[*]", 1)) {
      return read(configuration, reader);
    }
  }

  private static RunData read(RunConfiguration configuration, SparkEngine engine) {
    SparkSession session = SparkSession.builder().sparkContext(engine.context().sc()).getOrCreate();
    return SequenceTables.read(session, configuration);
  }
}
