package io.sparkrnn.cli;

import java.time.Duration;
import java.util.Random;

/**
 * A moment in a driver's life: a delay after this round has been committed, or after its start.
 *
 * @param round 0: its start
 */
record Moment(long round, Duration delay) {
  /**
   * One of a driver that goes on from a round: while it commits or ends, but every fourth, and all
   * after the last round, in the time until it has begun.
   *
   * @param begun how long it may take to begin
   */
  static Moment random(Random random, long from, long lastRound, Duration begun) {
    if (from >= lastRound || random.nextInt(4) == 0) {
      return new Moment(0, fraction(begun, random));
    }
    long round = from + 1 + random.nextLong(lastRound / 4);
    return round < lastRound
        ? new Moment(round, fraction(Duration.ofMillis(5), random))
        : new Moment(lastRound, fraction(Duration.ofMillis(100), random));
  }

  private static Duration fraction(Duration whole, Random random) {
    return Duration.ofNanos((long) (whole.toNanos() * random.nextDouble()));
  }

  /** Waits for it; whether the driver has not ended before. */
  boolean await(Driver driver, RunState run) throws InterruptedException {
    while (round > 0 && run.newestCheckpoint().orElse(0) < round) {
      if (driver.endsWithin(Duration.ofMillis(1))) {
        return false;
      }
    }
    return !driver.endsWithin(delay);
  }
}
