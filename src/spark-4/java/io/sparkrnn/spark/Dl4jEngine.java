package io.sparkrnn.spark;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.RunData;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import org.apache.spark.api.java.JavaSparkContext;

/** The engine {@code dl4j}, which is not there: DL4J Spark was made for Scala 2.12 alone. */
final class Dl4jEngine {
  private Dl4jEngine() {}

  /**
   * Says so.
   *
   * @throws UsageException always
   */
  static void requireAvailable() {
    throw new UsageException(
        "Cannot train with the engine dl4j: expected Spark 3.5, for which alone DL4J Spark was made, found a build for Spark 4; use --engine spark");
  }

  static RoundRunner rounds(
      JavaSparkContext context,
      RunConfiguration configuration,
      Training<RunData> training,
      String kernels,
      StopRequest stop) {
    throw new AssertionError("refused before");
  }
}
