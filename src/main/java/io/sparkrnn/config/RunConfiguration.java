package io.sparkrnn.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything a run is told.
 *
 * @param master Spark's master URL; empty: what {@code spark-submit} says
 * @param hadoop Hadoop properties by name, in the order of their names
 */
public record RunConfiguration(
    ModelConfiguration model,
    DataConfiguration data,
    TrainingConfiguration training,
    UpdaterConfiguration updater,
    ScheduleConfiguration schedule,
    OutputConfiguration run,
    String master,
    Map<String, String> hadoop)
    implements Serializable {
  public RunConfiguration {
    requireNonNull(model, "model");
    requireNonNull(data, "data");
    requireNonNull(training, "training");
    requireNonNull(updater, "updater");
    requireNonNull(schedule, "schedule");
    requireNonNull(run, "run");
    requireNonNull(master, "master");
    hadoop = Collections.unmodifiableMap(new TreeMap<>(hadoop));
  }
}
