package io.sparkrnn.run;

import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingStoppedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Turns SIGTERM and SIGINT into a request to stop; a second signal ends the process at once, and so
 * does the first one before anybody listens.
 */
public final class StopSignals implements StopRequest {
  private final AtomicInteger received = new AtomicInteger();

  /** Listens from now on. */
  public void listen() {
    for (String name : List.of("TERM", "INT")) {
      Signal.handle(
          new Signal(name),
          signal -> {
            if (!received.compareAndSet(0, signal.getNumber())) {
              Runtime.getRuntime().halt(128 + signal.getNumber());
            }
          });
    }
  }

  @Override
  public boolean isMade() {
    return received.get() != 0;
  }

  /** A clock whose sleep ends with a request to stop. */
  MonotonicClock sleepingBy(MonotonicClock clock) {
    return new MonotonicClock() {
      @Override
      public long nanoTime() {
        return clock.nanoTime();
      }

      @Override
      public void sleep(Duration duration) {
        clock.sleep(duration);
        check();
      }
    };
  }

  /** How a run says that it has stopped. */
  public StoppedBySignalException stopped(TrainingStoppedException stopped) {
    return new StoppedBySignalException(received.get(), stopped);
  }

  /** As the other, of a run that has left nothing to go on from. */
  StoppedBySignalException stoppedBeforehand(TrainingStoppedException stopped) {
    return new StoppedBySignalException(received.get(), stopped, false);
  }
}
