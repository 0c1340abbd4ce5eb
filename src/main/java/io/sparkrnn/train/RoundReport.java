package io.sparkrnn.train;

/**
 * One round, as listeners see it.
 *
 * @param meanLoss of the round's samples, in nats
 * @param samples of all workers together
 * @param computeNanos of the slowest worker
 * @param roundNanos the whole round, as the driver saw it
 */
public record RoundReport(
    Round round, double meanLoss, long samples, long computeNanos, long roundNanos) {}
