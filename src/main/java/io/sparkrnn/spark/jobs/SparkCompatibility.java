package io.sparkrnn.spark.jobs;

import io.sparkrnn.spark.version.SparkVersion;
import scala.util.Properties$;

/** Whether this JVM's Spark and Java are those that the program is made for. */
public final class SparkCompatibility {
  static final int JAVA = 17;
  static final String SPARK =
      "Spark %s.x for Scala %s.x"
          .formatted(String.join(".x or ", SparkVersion.SPARK), SparkVersion.SCALA);

  private SparkCompatibility() {}

  /**
   * Looks at what is there.
   *
   * @throws SparkJobException if it is anything else
   */
  public static void check() {
    check(
        version(),
        Properties$.MODULE$.versionNumberString(),
        Runtime.version().feature(),
        System.getProperty("java.home"));
  }

  /** Spark's, for example {@code 3.5.9}. */
  public static String version() {
    return org.apache.spark.package$.MODULE$.SPARK_VERSION();
  }

  /** What all of a cluster must have in common, for example {@code 3.5}. */
  static String line() {
    return version().replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }

  static void check(String spark, String scala, int java, String javaHome) {
    if (java != JAVA) {
      throw SparkJobException.incompatible(
          "Java %d (set JAVA_HOME)".formatted(JAVA), "Java %d at %s".formatted(java, javaHome));
    }
    if (SparkVersion.SPARK.stream().noneMatch(ours -> spark.startsWith(ours + "."))
        || !scala.startsWith(SparkVersion.SCALA + ".")) {
      throw SparkJobException.incompatible(
          SPARK + " (SPARK_HOME)",
          "Spark %s for Scala %s; pip install 'pyspark==%s.*' gives one"
              .formatted(spark, scala, SparkVersion.SPARK.get(0)));
    }
  }
}
