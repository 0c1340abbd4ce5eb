package io.sparkrnn.spark.rounds;

import io.sparkrnn.spark.version.SparkVersion;
import java.io.Serializable;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.TransportConf;

/**
 * Where the tasks of a stretch find the driver.
 *
 * @param run a random number of the runner
 * @param stretch counts the runner's Spark jobs
 */
record ExchangeEndpoint(String host, int port, long run, int stretch) implements Serializable {
  private static final String MODULE = "rnn.exchange";

  /**
   * Spark's transport settings under {@code spark.rnn.exchange.io}. What nobody set waits a few
   * seconds for a connection: there is another way to run rounds.
   *
   * @param threads that serve the connections
   */
  static TransportConf transport(SparkConf conf, int threads) {
    SparkConf settings = conf.clone();
    // As SparkEngine for all of Spark; here also in an application that others have begun.
    settings.setIfMissing("spark.network.crypto.saslFallback", "false");
    settings.setIfMissing("spark." + MODULE + ".io.connectionCreationTimeout", "10s");
    return SparkVersion.transport(settings, MODULE, threads);
  }
}
