package io.sparkrnn.spark;

import org.apache.spark.scheduler.SparkListenerEvent;

/** What a run has come to on the test samples, for Spark's listeners and its event log. */
public record TestEvent(String runId, double accuracy, double loss, long samples)
    implements SparkListenerEvent {}
