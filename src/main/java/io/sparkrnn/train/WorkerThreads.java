package io.sparkrnn.train;

import java.util.concurrent.locks.LockSupport;

/**
 * The threads of one worker, the calling one included; they end with the round. They are woken
 * twice an iteration, so handing work over allocates nothing, and a thread looks for work for some
 * microseconds before it sleeps.
 */
final class WorkerThreads implements AutoCloseable {
  // On the way from one part of an iteration to the next threads wait shorter than waking takes;
  // longer looking would take a core from others on a busy machine.
  private static final int LOOKS = 500;

  private final int threads;
  private final Member[] others;
  private final Thread caller = Thread.currentThread();
  private RangeTask task;
  private volatile int turn;
  private volatile boolean closed;

  /** Work on the range {@code [from, to)}. */
  interface RangeTask {
    void run(int from, int to);
  }

  WorkerThreads(int threads) {
    this.threads = threads;
    this.others = new Member[threads - 1];
    for (int i = 0; i < others.length; i++) {
      others[i] = new Member();
      others[i].start();
    }
  }

  /**
   * Runs a task over {@code [0, total)}, cut at multiples of {@code grain} into a range for each
   * thread. Only the thread that made this object may call it.
   *
   * @throws IllegalStateException if another thread failed, or the calling one was interrupted
   */
  void split(int total, int grain, RangeTask work) {
    int grains = (total + grain - 1) / grain;
    int parts = Math.min(threads, grains);
    if (parts <= 1) {
      work.run(0, total);
      return;
    }
    task = work;
    for (int part = 1; part < threads; part++) {
      Member member = others[part - 1];
      boolean idle = part >= parts;
      member.from = idle ? 0 : (int) ((long) grains * part / parts) * grain;
      member.to = idle ? 0 : Math.min(total, (int) ((long) grains * (part + 1) / parts) * grain);
    }
    turn++;
    for (Member member : others) {
      LockSupport.unpark(member);
    }
    try {
      work.run(0, grains / parts * grain);
    } finally {
      awaitOthers();
    }
    for (Member member : others) {
      member.rethrow();
    }
  }

  /** Even after an interrupt: the others write where the next owner of the arrays will. */
  private void awaitOthers() {
    boolean interrupted = false;
    for (Member member : others) {
      for (int looks = 0; member.done != turn; looks++) {
        if (looks < LOOKS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
          interrupted |= Thread.interrupted();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the threads of a worker were computing");
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Member member : others) {
      LockSupport.unpark(member);
    }
  }

  private final class Member extends Thread {
    private int from;
    private int to;
    private Throwable failure;
    private volatile int done;

    Member() {
      super("replica");
      setDaemon(true);
    }

    @Override
    public void run() {
      while (awaitTurn()) {
        try {
          if (from < to) {
            task.run(from, to);
          }
        } catch (Throwable e) { // Passed on to the caller.
          failure = e;
        }
        done++;
        LockSupport.unpark(caller);
      }
    }

    private boolean awaitTurn() {
      for (int looks = 0; !closed; looks++) {
        if (done != turn) {
          return true;
        }
        if (looks < LOOKS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(WorkerThreads.this);
        }
      }
      return false;
    }

    void rethrow() {
      if (failure != null) {
        Throwable cause = failure;
        failure = null;
        throw new IllegalStateException("a thread of a worker failed: " + cause, cause);
      }
    }
  }
}
