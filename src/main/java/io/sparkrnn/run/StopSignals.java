package io.sparkrnn.run;

import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Turns SIGTERM and SIGINT into a request that the training loop sees; a second signal ends the
 * process at once.
 */
public final class StopSignals {
  private final AtomicInteger received = new AtomicInteger();

  /** Listens from now on. */
  public void listen() {
    handle("TERM");
    handle("INT");
  }

  private void handle(String name) {
    Signal.handle(
        new Signal(name),
        signal -> {
          if (!received.compareAndSet(0, signal.getNumber())) {
            Runtime.getRuntime().halt(128 + signal.getNumber());
          }
        });
  }

  public boolean requested() {
    return received.get() != 0;
  }

  /** The number of the first signal. */
  int number() {
    return received.get();
  }
}
