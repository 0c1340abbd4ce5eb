package io.sparkrnn.spark.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ExchangeEndpointTest {
  @Test
  void nobodyCanSwitchEncryptionOffFromOutside() {
    SparkConf conf = new SparkConf(false);
    assertThat(ExchangeEndpoint.transport(conf, 1).saslFallback()).isFalse();

    conf.set("spark.network.crypto.saslFallback", "true");
    assertThat(ExchangeEndpoint.transport(conf, 1).saslFallback()).isTrue();
  }
}
