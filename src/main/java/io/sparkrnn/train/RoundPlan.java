package io.sparkrnn.train;

/**
 * Cuts epochs into rounds.
 *
 * @param minibatchesPerEpoch of the worker with the largest shard
 * @param averagingFrequency iterations a round
 * @param firstEpochAveragingFrequency iterations a round in epoch 0, where replicas still differ
 *     most
 */
public record RoundPlan(
    int minibatchesPerEpoch, int averagingFrequency, int firstEpochAveragingFrequency) {

  /** The round that follows a state; a pure function of its epoch and minibatch. */
  public Round next(TrainingState state) {
    int frequency = state.epoch() == 0 ? firstEpochAveragingFrequency : averagingFrequency;
    int left = minibatchesPerEpoch - state.minibatch();
    int iterations = Math.min(frequency, left);
    return new Round(
        state.round(),
        state.epoch(),
        state.minibatch(),
        iterations,
        state.iteration(),
        iterations == left);
  }

  /** Rounds of one epoch. */
  public int rounds(int epoch) {
    int frequency = epoch == 0 ? firstEpochAveragingFrequency : averagingFrequency;
    return (minibatchesPerEpoch + frequency - 1) / frequency;
  }
}
