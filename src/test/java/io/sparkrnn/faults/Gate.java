package io.sparkrnn.faults;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where threads wait until somebody opens. */
final class Gate {
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  void pass() throws IOException {
    arrived.countDown();
    interruptibly(opened::await);
  }

  void awaitPaused(Duration limit) throws InterruptedException {
    if (!arrived.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("expected a paused thread within " + limit + ", found none");
    }
  }

  void open() {
    opened.countDown();
  }

  static void interruptibly(Wait wait) throws IOException {
    try {
      wait.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted in a planned wait").initCause(e);
    }
  }

  @FunctionalInterface
  interface Wait {
    void run() throws InterruptedException;
  }
}
