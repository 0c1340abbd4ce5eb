package io.sparkrnn.train;

import java.io.Serializable;

/**
 * Which minibatches every worker runs before the next average.
 *
 * @param number counts from 0 over the whole run
 * @param epoch counts from 0
 * @param firstMinibatch index of the round's first minibatch in the epoch
 * @param iterations minibatches of the worker that has the most left
 * @param firstIteration minibatches of the longest worker before this round, over the whole run
 * @param lastOfEpoch whether the epoch ends with this round
 * @param plateauFactor of the learning rate's reductions so far; 1: none
 */
public record Round(
    long number,
    int epoch,
    int firstMinibatch,
    int iterations,
    long firstIteration,
    boolean lastOfEpoch,
    double plateauFactor)
    implements Serializable {
  Round withPlateauFactor(double factor) {
    return new Round(
        number, epoch, firstMinibatch, iterations, firstIteration, lastOfEpoch, factor);
  }
}
