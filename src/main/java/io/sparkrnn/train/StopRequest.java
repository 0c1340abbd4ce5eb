package io.sparkrnn.train;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whether a run is to stop: asked wherever it may, by any thread; what it throws ends the run. */
@FunctionalInterface
public interface StopRequest {
  /** For what nobody stops. */
  StopRequest NEVER = () -> false;

  /** Whether somebody has asked for it. */
  boolean isMade();

  /**
   * Returns where nobody has.
   *
   * @throws TrainingStoppedException where somebody has
   */
  default void check() {
    if (isMade()) {
      throw new TrainingStoppedException();
    }
  }

  /** Begins some work on a thread of its own, which does not keep the process alive. */
  static <T> Future<T> begin(String thread, Callable<T> work) {
    FutureTask<T> begun = new FutureTask<>(work);
    Thread worker = new Thread(begun, thread);
    worker.setDaemon(true);
    worker.start();
    return begun;
  }

  /**
   * What some work of another thread returns; what it throws is thrown as itself, since callers
   * tell failures by their types.
   *
   * @throws TrainingStoppedException if the run is to stop first; the work is left to itself
   */
  default <T> T await(Future<T> work) {
    while (true) {
      try {
        return work.get(100, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        check();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        } else if (e.getCause() instanceof Error failure) {
          throw failure;
        }
        throw new IllegalStateException("some work threw " + e.getCause(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for some work", e);
      }
    }
  }
}
