package io.sparkrnn.spark;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.ImageTrainingData;
import io.sparkrnn.data.RunData;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.run.Backend;
import io.sparkrnn.run.InitialModel;
import io.sparkrnn.spark.data.SequenceTables;
import io.sparkrnn.spark.data.TableData;
import io.sparkrnn.spark.data.TestTable;
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
      return ImageTrainingData.read(configuration);
    }
    Optional<ModelFile> initial = InitialModel.ofTables(configuration);
    if (backend instanceof SparkBackend spark) {
      return SequenceTables.read(session(spark.started()), configuration, initial);
    }
    try (SparkEngine reader = SparkEngine.start(READER, "local[*]", 1)) {
      return SequenceTables.read(session(reader), configuration, initial);
    }
  }

  /** Data that were read on this machine, for what computes the rounds. */
  public static RunData in(RunData data, Backend backend) {
    return data instanceof TableData tables && backend instanceof SparkBackend spark
        ? tables.in(spark.started().context())
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
