package io.sparkrnn.spark.watch;

/**
 * What operators can watch of a run while it trains; {@code src/docs/monitoring.md} says what each
 * one is.
 */
enum TrainingGauge {
  EPOCH("epoch"),
  ROUND("round"),
  ITERATION("iteration"),
  LEARNING_RATE("learningRate"),
  LOSS("loss"),
  VALIDATION_LOSS("validationLoss"),
  VALIDATION_ACCURACY("validationAccuracy"),
  VALIDATION_SCORE("validationScore"),
  TEST_LOSS("testLoss"),
  TEST_ACCURACY("testAccuracy"),
  TEST_SCORE("testScore"),
  SAMPLES_PER_SECOND("samplesPerSecond"),
  ROUND_SECONDS("roundSeconds"),
  ROUND_COMPUTE_SECONDS("roundComputeSeconds"),
  ROUND_AVERAGING_SECONDS("roundAveragingSeconds"),
  ROUND_WAIT_SECONDS("roundWaitSeconds"),
  TOTAL_ROUNDS("totalRounds"),
  TOTAL_SAMPLES("totalSamples"),
  TOTAL_ROUND_SECONDS("totalRoundSeconds"),
  TOTAL_COMPUTE_SECONDS("totalComputeSeconds"),
  TOTAL_AVERAGING_SECONDS("totalAveragingSeconds"),
  TOTAL_WAIT_SECONDS("totalWaitSeconds"),
  CHECKPOINT_SECONDS("checkpointSeconds"),
  CHECKPOINT_BYTES("checkpointBytes"),
  TOTAL_CHECKPOINTS("totalCheckpoints"),
  TOTAL_CHECKPOINT_SECONDS("totalCheckpointSeconds"),
  TOTAL_CHECKPOINT_BYTES("totalCheckpointBytes");

  private final String metric;

  TrainingGauge(String metric) {
    this.metric = metric;
  }

  /** The last part of the metric's name. */
  String metric() {
    return metric;
  }

  /** What has not happened yet is 0 where it is counted, and otherwise not a number. */
  double initial() {
    return metric.startsWith("total") ? 0 : Double.NaN;
  }
}
