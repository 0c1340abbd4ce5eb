package io.sparkrnn.train;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads of one worker, the calling one included; they end with the round. */
final class WorkerThreads implements AutoCloseable {
  private final int threads;
  private final ExecutorService pool;

  /** Work on the range {@code [from, to)}. */
  interface RangeTask {
    void run(int from, int to);
  }

  WorkerThreads(int threads) {
    this.threads = threads;
    this.pool =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads - 1,
                task -> {
                  Thread thread = new Thread(task, "replica");
                  thread.setDaemon(true);
                  return thread;
                });
  }

  /**
   * Runs a task over {@code [0, total)}, cut at multiples of {@code grain} into a range for each
   * thread.
   */
  void split(int total, int grain, RangeTask task) {
    int grains = (total + grain - 1) / grain;
    int parts = Math.min(threads, grains);
    if (parts <= 1) {
      task.run(0, total);
      return;
    }
    List<Callable<Void>> others = new ArrayList<>();
    for (int part = 1; part < parts; part++) {
      int from = (int) ((long) grains * part / parts) * grain;
      int to = Math.min(total, (int) ((long) grains * (part + 1) / parts) * grain);
      others.add(
          () -> {
            task.run(from, to);
            return null;
          });
    }
    try {
      var running = others.stream().map(pool::submit).toList();
      task.run(0, grains / parts * grain);
      for (var future : running) {
        future.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while the threads of a worker were computing", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a thread of a worker failed: " + e.getCause(), e.getCause());
    }
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.shutdownNow();
    }
  }
}
