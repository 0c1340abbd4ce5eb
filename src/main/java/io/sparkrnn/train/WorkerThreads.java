package io.sparkrnn.train;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The threads of one worker, the calling one included; they end with the round. They meet once an
 * iteration, so handing work over allocates nothing, and a thread looks for work for about a tenth
 * of a millisecond before it sleeps.
 *
 * <p>Whoever comes first takes the next part. So where the other cores are busy, and no other
 * thread comes, the calling one does all parts itself, as if it were alone.
 */
final class WorkerThreads implements AutoCloseable {
  // From one iteration to the next threads wait shorter than waking takes; longer looking would
  // take a core from others on a busy machine.
  private static final int LOOKS = 2_000;

  private static final int PART_BITS = 16;
  private static final int PART_MASK = (1 << PART_BITS) - 1;

  private final Member[] others;
  private final Thread caller = Thread.currentThread();

  /** Turns so far, parts of this turn, and the next part that nobody has taken. */
  private final AtomicLong next = new AtomicLong();

  private final AtomicInteger finished = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private IntConsumer task;
  private volatile boolean closed;

  WorkerThreads(int threads) {
    this.others = new Member[threads - 1];
    try {
      for (int i = 0; i < others.length; i++) {
        others[i] = new Member();
        others[i].start();
      }
    } catch (Throwable e) {
      // Those that have started would wait for ever.
      close();
      throw e;
    }
  }

  /**
   * Runs all parts of a task, from 0. Only the thread that made this object may call it.
   *
   * @throws IllegalStateException if a part failed; or, where there are other threads, if the
   *     calling one was interrupted
   */
  void run(int parts, IntConsumer work) {
    if (parts > PART_MASK) {
      throw new IllegalArgumentException(
          "expected at most %d parts, found %d".formatted(PART_MASK, parts));
    }
    task = work;
    finished.set(0);
    long turn = (next.get() >>> 2 * PART_BITS) + 1;
    next.set(turn << 2 * PART_BITS | (long) parts << PART_BITS);
    for (int i = 0; i < Math.min(others.length, parts - 1); i++) {
      LockSupport.unpark(others[i]);
    }
    while (takePart()) {}
    boolean interrupted = awaitOthers(parts);
    Throwable found = failure.getAndSet(null);
    if (found instanceof Error error) {
      throw error;
    } else if (found != null) {
      throw new IllegalStateException("a thread of a worker failed: " + found, found);
    } else if (interrupted) {
      throw new IllegalStateException("interrupted while the threads of a worker were computing");
    }
  }

  /** Runs the next part; false if all are taken. */
  private boolean takePart() {
    for (long seen = next.get(); ; seen = next.get()) {
      int part = (int) (seen & PART_MASK);
      int parts = (int) (seen >>> PART_BITS & PART_MASK);
      if (part >= parts) {
        return false;
      }
      if (next.compareAndSet(seen, seen + 1)) {
        try {
          task.accept(part);
        } catch (Throwable e) { // Passed on to the caller.
          failure.compareAndSet(null, e);
        }
        if (finished.incrementAndGet() == parts) {
          LockSupport.unpark(caller);
        }
        return true;
      }
    }
  }

  /**
   * Even after an interrupt: the others write where the next owner of the arrays will.
   *
   * @return whether there was one, of which the thread's flag is set again
   */
  private boolean awaitOthers(int parts) {
    boolean interrupted = false;
    for (int looks = 0; finished.get() != parts; looks++) {
      if (looks < LOOKS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return others.length > 0 && Thread.currentThread().isInterrupted();
  }

  @Override
  public void close() {
    closed = true;
    for (Member member : others) {
      if (member != null) {
        LockSupport.unpark(member);
      }
    }
  }

  private final class Member extends Thread {
    Member() {
      super("replica");
      setDaemon(true);
    }

    @Override
    public void run() {
      for (int looks = 0; !closed; looks++) {
        if (takePart()) {
          looks = 0;
        } else if (looks < LOOKS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(WorkerThreads.this);
          looks = 0;
        }
      }
    }
  }
}
