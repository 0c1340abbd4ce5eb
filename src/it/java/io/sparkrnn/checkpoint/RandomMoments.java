package io.sparkrnn.checkpoint;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Lets faults happen at random moments of what is done again and again. */
final class RandomMoments {
  /** Longer than any of the faults. */
  static final Retry PATIENT = new Retry(Duration.ofMinutes(2), () -> false, MonotonicClock.SYSTEM);

  /** About as long as a few commits take. */
  private static final int MAX_DELAY_MILLIS = 200;

  private final Random random;

  RandomMoments(Random random) {
    this.random = random;
  }

  /** Repeats a step until the fault is over, and once more. */
  void repeatDuring(Runnable fault, Runnable step) {
    int delayMillis = random.nextInt(MAX_DELAY_MILLIS);
    CompletableFuture<Void> happening =
        CompletableFuture.runAsync(
            fault, CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS));
    while (!happening.isDone()) {
      step.run();
    }
    happening.join();
    step.run();
  }
}
