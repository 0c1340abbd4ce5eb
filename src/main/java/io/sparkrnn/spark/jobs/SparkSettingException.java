package io.sparkrnn.spark.jobs;

/** A Spark setting that this run cannot work with. */
public final class SparkSettingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public SparkSettingException(String message) {
    super(message);
  }
}
