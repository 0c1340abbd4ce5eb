package io.sparkrnn.spark;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.RunData;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.spark.dl4j.Dl4jRoundRunner;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import org.apache.spark.api.java.JavaSparkContext;

/** The engine {@code dl4j}. */
final class Dl4jEngine {
  private Dl4jEngine() {}

  /** Nothing: DL4J Spark is for this Spark. */
  static void requireAvailable() {}

  static RoundRunner rounds(
      JavaSparkContext context,
      RunConfiguration configuration,
      Training<RunData> training,
      String kernels,
      StopRequest stop) {
    return new Dl4jRoundRunner(
        context,
        NetworkDescription.of(training.topology(), training.configuration()),
        training.recipe(),
        training.data(),
        configuration.training().averagingFrequency(),
        kernels,
        stop);
  }
}
