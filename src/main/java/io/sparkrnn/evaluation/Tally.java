package io.sparkrnn.evaluation;

import java.io.Serializable;
import java.util.Map;

/**
 * What was counted of predictions, from which scores follow. Those of blocks are merged in the
 * order of blocks, so that sums have the same bits whoever counted which block.
 */
public sealed interface Tally extends Serializable permits ClassTally, ValueTally {

  /** How many readings were counted. */
  long readings();

  /**
   * Adds what another one counted behind this one.
   *
   * @throws IllegalArgumentException if it is of other classes or values
   */
  void merge(Tally other);

  /** The score that decides where no other one was chosen. */
  ScoreKind usual();

  /**
   * All scores; the same kinds with any counts.
   *
   * @param meanLoss of a reading
   */
  Map<ScoreKind, Double> scores(double meanLoss);

  /** Requires that another one is of as many classes or values. */
  static void requireAlike(boolean alike, Tally into, Tally other) {
    if (!alike) {
      throw new IllegalArgumentException(
          "Cannot merge evaluations: expected one like %s, found %s".formatted(into, other));
    }
  }
}
