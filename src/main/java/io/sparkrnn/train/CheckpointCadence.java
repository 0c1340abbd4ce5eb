package io.sparkrnn.train;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When a run is checkpointed: whatever comes first.
 *
 * @param epochs every so many epochs, and after the last one
 * @param rounds after so many rounds since the last checkpoint; 0: never
 * @param time after so long since the last checkpoint, between two rounds; zero: never
 * @param nanoTime the clock, as {@link System#nanoTime}
 */
public record CheckpointCadence(int epochs, int rounds, Duration time, LongSupplier nanoTime) {

  boolean dueWithin(long roundsSince, long nanosSince) {
    return (rounds > 0 && roundsSince >= rounds)
        || (time.toNanos() > 0 && nanosSince >= time.toNanos());
  }
}
