package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.spark.jobs.Parcel;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SparkEngineTest {
  private static final String FALLBACK = "spark.network.crypto.saslFallback";
  private static final String REGISTERED = "spark.kryo.classesToRegister";

  private static SparkConf configured(SparkConf conf) {
    SparkEngine.configure(conf);
    return conf;
  }

  @Test
  void nobodyCanSwitchEncryptionOffFromOutside() {
    assertThat(configured(new SparkConf(false)).get(FALLBACK)).isEqualTo("false");
    assertThat(configured(new SparkConf(false).set(FALLBACK, "true")).get(FALLBACK))
        .isEqualTo("true");
  }

  @Test
  void whatIsAddedToTheUsersListsStandsBesideTheirs() {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.plugins", "some.Plugin")
            .set("spark.kryo.registrationRequired", "true")
            .set(REGISTERED, "some.Type, other.Type");

    configured(configured(conf));

    assertThat(conf.get("spark.plugins"))
        .isEqualTo("some.Plugin," + TrainingMetricsPlugin.class.getName());
    assertThat(conf.get(REGISTERED)).isEqualTo("some.Type,other.Type," + Parcel.class.getName());
    assertThat(configured(new SparkConf(false)).contains(REGISTERED)).isFalse();
  }
}
