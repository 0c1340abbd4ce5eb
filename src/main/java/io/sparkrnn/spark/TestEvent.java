package io.sparkrnn.spark;

import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * What a run has come to on the test samples, for Spark's listeners and its event log.
 *
 * @param accuracy null where samples have no classes
 * @param scoreName of the score that decides
 */
public record TestEvent(
    String runId, Double accuracy, double loss, long samples, String scoreName, double score)
    implements SparkListenerEvent {}
