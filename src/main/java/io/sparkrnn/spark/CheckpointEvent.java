package io.sparkrnn.spark;

import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * A checkpoint of a run, for Spark's listeners and its event log.
 *
 * @param epoch epochs that are complete
 * @param round rounds that are complete
 */
public record CheckpointEvent(
    String runId, int epoch, long round, String location, long bytes, double seconds)
    implements SparkListenerEvent {}
