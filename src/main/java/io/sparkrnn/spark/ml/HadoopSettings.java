package io.sparkrnn.spark.ml;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkContext;

/** Where an application finds its file systems. */
public final class HadoopSettings {
  private HadoopSettings() {}

  /** Hadoop's properties in an application. */
  public static Map<String, String> of(SparkContext context) {
    Map<String, String> properties = new HashMap<>();
    context
        .hadoopConfiguration()
        .forEach(entry -> properties.put(entry.getKey(), entry.getValue()));
    return properties;
  }
}
