package io.sparkrnn.train;

import io.sparkrnn.model.RnnTopology;
import java.io.Serializable;

/**
 * How a replica trains: everything but state, data and round.
 *
 * @param minibatchSize samples of one iteration
 * @param threadsPerWorker threads that share one worker's arithmetic; the result does not depend on
 *     it
 * @param clipNorm largest global norm of a gradient; 0 for no clipping
 * @param l2 coefficient of {@code l2 / 2 |weights|^2}; biases are exempt, as in DL4J
 * @param seed of the order of minibatches
 */
public record Recipe(
    RnnTopology topology,
    int minibatchSize,
    int threadsPerWorker,
    Updater updater,
    LearningRateSchedule schedule,
    double clipNorm,
    double l2,
    long seed)
    implements Serializable {}
