package io.sparkrnn.spark;

import io.sparkrnn.spark.watch.TrainingMetrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Shows a run to Spark's metrics system, on the driver only. {@link SparkEngine} adds it to {@code
 * spark.plugins}; nobody has to. Its name is part of the published metrics' names.
 */
public final class TrainingMetricsPlugin implements SparkPlugin {
  // Spark makes plugins by itself; this is how the engine finds what it made.
  private static final Map<String, TrainingMetrics> OF_APPLICATIONS = new ConcurrentHashMap<>();

  /** Those of an application of this JVM. */
  public static TrainingMetrics metricsOf(String applicationId) {
    return OF_APPLICATIONS.get(applicationId);
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new DriverPlugin() {
      private String application = "";

      @Override
      public void registerMetrics(String applicationId, PluginContext context) {
        application = applicationId;
        TrainingMetrics metrics = new TrainingMetrics();
        metrics.register(context.metricRegistry());
        OF_APPLICATIONS.put(applicationId, metrics);
      }

      @Override
      public void shutdown() {
        OF_APPLICATIONS.remove(application);
      }
    };
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return null;
  }
}
