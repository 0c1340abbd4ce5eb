package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.StorageException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** This JVM's own clock, which no one sets: waiting needs no agreement between hosts. */
public interface MonotonicClock {
  /** The operating system's. */
  MonotonicClock SYSTEM =
      new MonotonicClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) {
          try {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("Cannot wait any longer: this thread was interrupted", e);
          }
        }
      };

  /** As {@link System#nanoTime}: only differences mean something. */
  long nanoTime();

  void sleep(Duration duration);
}
