package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import io.sparkrnn.storage.UnsupportedStorageException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long writing is tried: a file system that is away, full or restarting may be back in a
 * moment.
 *
 * @param patience from the first failure on; zero: one try
 * @param hurry whether the process is to end soon, so that the next try is the last
 */
public record Retry(Duration patience, BooleanSupplier hurry, MonotonicClock clock) {
  private static final Logger LOG = LoggerFactory.getLogger(Retry.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** One try. */
  public static final Retry NEVER = new Retry(Duration.ZERO, () -> true, MonotonicClock.SYSTEM);

  /** As the other, for a step that returns nothing. */
  public void run(Runnable step) {
    run(
        () -> {
          step.run();
          return this;
        });
  }

  /**
   * Tries a step until it succeeds, with pauses that double. A step must bear being tried again
   * after a try whose outcome is unknown.
   *
   * @throws StorageException the last failure, when patience has run out or trying again is useless
   */
  public <T> T run(Supplier<T> step) {
    Duration pause = FIRST_PAUSE;
    long deadlineNanos = 0;
    for (int tries = 1; ; tries++) {
      boolean last = tries > 1 && hurry.getAsBoolean();
      try {
        return step.get();
      } catch (TargetExistsException | MissingFileException | UnsupportedStorageException e) {
        throw e;
      } catch (StorageException e) {
        long now = clock.nanoTime();
        if (tries == 1) {
          deadlineNanos = now + patience.toNanos();
        }
        if (last || now - deadlineNanos >= 0) {
          throw e;
        }
        LOG.warn("{}; try {} follows", e.getMessage(), tries + 1);
        clock.sleep(pause);
        pause = pause.multipliedBy(2);
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
          pause = LONGEST_PAUSE;
        }
      }
    }
  }
}
