package io.sparkrnn.spark.jobs;

import scala.util.Properties$;

/** Whether this JVM's Spark and Java are those that the program is made for. */
public final class SparkCompatibility {
  static final int JAVA = 17;
  static final String SPARK = "Spark 3.5.x for Scala 2.12.x";

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

  static void check(String spark, String scala, int java, String javaHome) {
    if (java != JAVA) {
      throw SparkJobException.incompatible(
          "Java %d (set JAVA_HOME)".formatted(JAVA), "Java %d at %s".formatted(java, javaHome));
    }
    if (!spark.startsWith("3.5.") || !scala.startsWith("2.12.")) {
      throw SparkJobException.incompatible(
          SPARK + " (SPARK_HOME)", "Spark %s for Scala %s".formatted(spark, scala));
    }
  }
}
