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

  public RoundPlan {
    if (minibatchesPerEpoch < 1 || averagingFrequency < 1 || firstEpochAveragingFrequency < 1) {
      throw new IllegalArgumentException(
          "Cannot plan rounds: expected at least 1 minibatch an epoch and 1 iteration a round, found minibatchesPerEpoch=%d, averagingFrequency=%d, firstEpochAveragingFrequency=%d"
              .formatted(minibatchesPerEpoch, averagingFrequency, firstEpochAveragingFrequency));
    }
  }

  /**
   * The round that follows a state; a pure function of its epoch and minibatch.
   *
   * @throws IllegalArgumentException if the state is of a run with longer epochs
   */
  public Round next(TrainingState state) {
    int frequency = frequency(state.epoch());
    int left = minibatchesPerEpoch - state.minibatch();
    if (left < 1) {
      throw new IllegalArgumentException(
          "Cannot plan a round: expected a state before minibatch %d of its epoch, found minibatch %d"
              .formatted(minibatchesPerEpoch, state.minibatch()));
    }
    int iterations = Math.min(frequency, left);
    return new Round(
        state.round(),
        state.epoch(),
        state.minibatch(),
        iterations,
        state.iteration(),
        iterations == left,
        1);
  }

  /** Rounds of one epoch. */
  public int rounds(int epoch) {
    return rounds(epoch, minibatchesPerEpoch);
  }

  /** Rounds that follow one in a run of so many epochs. */
  public long roundsAfter(Round round, int epochs) {
    int left = minibatchesPerEpoch - round.firstMinibatch() - round.iterations();
    long later = epochs - round.epoch() - 1;
    return rounds(round.epoch(), left) + later * rounds(round.epoch() + 1);
  }

  private int rounds(int epoch, int minibatches) {
    int frequency = frequency(epoch);
    return (minibatches + frequency - 1) / frequency;
  }

  private int frequency(int epoch) {
    return epoch == 0 ? firstEpochAveragingFrequency : averagingFrequency;
  }
}
