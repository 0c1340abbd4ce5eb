package io.sparkrnn.checkpoint;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows on a thread of its own that an attempt's driver lives, and learns there that it was taken
 * over.
 */
final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final Attempt attempt;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          // A driver that hangs at its end shall not seem to live.
          new BasicThreadFactory.Builder().namingPattern("rnn.heartbeat").daemon(true).build());

  private volatile Optional<RunBusyException> lost = Optional.empty();

  Heartbeat(Attempt attempt, Duration interval) {
    this.attempt = attempt;
    thread.scheduleWithFixedDelay(
        this::beat, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void beat() {
    try {
      attempt.beat();
    } catch (RunBusyException e) {
      lost = Optional.of(e);
      thread.shutdown();
    } catch (RuntimeException e) {
      // The next one may succeed; a successor that takes over in the meantime is no danger.
      LOG.warn("A heartbeat failed: {}", e.toString());
    }
  }

  /** How it was learnt that a later attempt has taken over, if it was. */
  Optional<RunBusyException> lost() {
    return lost;
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      // A beat that is under way would be lost in a directory that is being released.
      thread.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
