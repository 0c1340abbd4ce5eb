package io.sparkrnn.spark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.spark.version.SparkVersion;
import java.io.IOException;
import java.nio.channels.UnresolvedAddressException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparkCompatibilityTest {
  private static final String SPARK =
      SparkVersion.SCALA.equals("2.12")
          ? "Spark 3.5.x for Scala 2.12.x"
          : "Spark 4.2.x or 4.3.x for Scala 2.13.x";

  @Test
  void thisOneIsRight() {
    assertThatCode(SparkCompatibility::check).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"3.4.1, 2.12.17", "4.0.0, 2.13.16", "4.4.0, 2.13.18", "3.5.9, 2.13.8"})
  void anyOtherSparkIsNamed(String spark, String scala) {
    assertRefused(
        spark,
        scala,
        17,
        "expected %s (SPARK_HOME), found Spark %s for Scala %s; pip install 'pyspark==%s.*' gives one"
            .formatted(SPARK, spark, scala, SparkVersion.SPARK.get(0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 25})
  void anyOtherJavaIsNamed(int java) {
    assertRefused(
        SparkCompatibility.version(),
        SparkVersion.SCALA + ".18",
        java,
        "expected Java 17 (set JAVA_HOME), found Java %d at /java".formatted(java));
  }

  private static void assertRefused(String spark, String scala, int java, String message) {
    assertThatExceptionOfType(SparkJobException.class)
        .isThrownBy(() -> SparkCompatibility.check(spark, scala, java, "/java"))
        .withMessage("Cannot start Spark: " + message)
        .matches(SparkJobException::isPermanent);
  }

  @Test
  void classesThatAnExecutorCannotReadAreAnOlderJavas() {
    SparkException failure =
        new SparkException(
            "Job aborted due to stage failure: Task 0 failed 4 times, most recent failure: Lost task 0.3: java.lang.UnsupportedClassVersionError: io/sparkrnn/spark/RoundTask has been compiled by a more recent version\n\tat there");

    assertThat(SparkJobException.translate(failure))
        .isInstanceOf(SparkJobException.class)
        .hasMessage(
            "Cannot run tasks: expected Java 17 on all executors, found an older one; set spark.executorEnv.JAVA_HOME");
  }

  @Test
  void otherSparksClassesOnAnExecutorAreNamed() {
    SparkException failure =
        new SparkException(
            "Job aborted due to stage failure: Task 0 failed 4 times, most recent failure: Lost task 0.3: java.io.InvalidClassException: org.apache.spark.rdd.RDD; local class incompatible\n\tat there");

    assertThat(SparkJobException.translate(failure))
        .isInstanceOf(SparkJobException.class)
        .hasMessage(
            "Cannot run tasks: expected %s on all executors as on the driver, found other classes (java.io.InvalidClassException)"
                .formatted(SPARK));
  }

  @Test
  void whatSparkCouldNotStartForIsSaidByTheInnermostCause() {
    Exception unresolved = new UnresolvedAddressException();
    assertThat(SparkJobException.cannotStart("spark://n1:7077", unresolved))
        .hasMessage("Cannot start Spark on spark://n1:7077: " + unresolved)
        .isInstanceOfSatisfying(
            SparkJobException.class, e -> assertThat(e.isPermanent()).isFalse());

    Exception forbidden =
        new SparkException(
            "External scheduler cannot be instantiated",
            new IOException(
                "Failure executing: GET at: https://host/pods/d. Message: pods \"d\" is forbidden: User \"u\" cannot get resource \"pods\". Received status: Status(apiVersion=v1)"));
    assertThat(SparkJobException.cannotStart("k8s://https://host", forbidden))
        .hasMessage(
            "Cannot start Spark on k8s://https://host: External scheduler cannot be instantiated: Failure executing: GET at: https://host/pods/d. Message: pods \"d\" is forbidden: User \"u\" cannot get resource \"pods\"; apply conf/kubernetes/rbac.yaml")
        .isInstanceOfSatisfying(SparkJobException.class, e -> assertThat(e.isPermanent()).isTrue());
  }

  @Test
  void aClusterOfAnotherSparkIsThoughtOf() {
    assertThat(SparkJobException.stopped("spark://n1:7077", null))
        .hasMessageEndingWith(
            "or has never answered, or whose Spark is not " + SparkVersion.SPARK.get(0));
  }
}
