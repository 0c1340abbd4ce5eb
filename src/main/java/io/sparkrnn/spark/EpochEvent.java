package io.sparkrnn.spark;

import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * An epoch of a run, for Spark's listeners and its event log.
 *
 * @param round rounds that are complete
 * @param validationAccuracy null where nothing is held out, or has no classes
 * @param scoreName of the score that decides; null where nothing is held out
 * @param validationScore its value, likewise
 */
public record EpochEvent(
    String runId,
    int epoch,
    long round,
    double loss,
    Double validationAccuracy,
    double samplesPerSecond,
    double seconds,
    double computeSeconds,
    double waitSeconds,
    double averagingSeconds,
    String scoreName,
    Double validationScore)
    implements SparkListenerEvent {}
