package io.sparkrnn.checkpoint;

import java.time.Duration;

/** Time that passes only by sleeping, and at once. */
public final class FakeClock implements MonotonicClock {
  private final Runnable afterSleep;
  private long nanos = Long.MAX_VALUE - 1000;

  /** Lets time pass without anything happening in it. */
  public FakeClock() {
    this(() -> {});
  }

  /**
   * Lets something happen in the meantime.
   *
   * @param afterSleep run at the end of each sleep
   */
  public FakeClock(Runnable afterSleep) {
    this.afterSleep = afterSleep;
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public void sleep(Duration duration) {
    synchronized (this) {
      nanos += duration.toNanos();
    }
    afterSleep.run();
  }
}
