package io.sparkrnn.spark;

import io.sparkrnn.train.Recipe;
import org.apache.spark.SparkConf;

/** Whether Spark will let the results of a round through. */
final class ResultSize {
  private ResultSize() {}

  static void check(SparkConf conf, Recipe recipe, int workers) {
    long parameters = recipe.topology().shape().parameterCount();
    long bytesPerWorker =
        Float.BYTES * (parameters + recipe.updater().stateSize((int) parameters)) + 1024L;
    long bytes = workers * bytesPerWorker;
    long limit = conf.getSizeAsBytes("spark.driver.maxResultSize", "1g");
    if (limit > 0 && bytes > limit) {
      throw new SparkSettingException(
          "Cannot run %d workers of %,d bytes of results each: expected spark.driver.maxResultSize of at least %,d bytes, found %,d"
              .formatted(workers, bytesPerWorker, bytes, limit));
    }
  }
}
