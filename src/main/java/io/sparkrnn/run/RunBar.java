package io.sparkrnn.run;

import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundReport;
import io.sparkrnn.train.TrainingLoop.Budget;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;

/**
 * The bar of a whole run, on a terminal, drawn by a thread of its own. A cycle that follows has
 * another one.
 */
final class RunBar implements AutoCloseable {
  private static final int UPDATE_INTERVAL_MILLIS = 200;

  private final Terminal terminal;
  private final RoundPlan plan;
  private final Budget budget;
  private volatile String noun = "images";
  private volatile RoundReport last;
  private ScheduledExecutorService drawing;
  private long beganNanos;
  private long first;
  private long rounds;

  RunBar(Terminal terminal, RoundPlan plan, Budget budget) {
    this.terminal = terminal;
    this.plan = plan;
    this.budget = budget;
  }

  /** What samples are called, in the plural. */
  void noun(String samples) {
    noun = samples;
  }

  void onRound(RoundReport report) {
    last = report;
    long done = report.round().number() + 1;
    if (drawing == null) {
      beganNanos = System.nanoTime();
      first = done;
      rounds = done + plan.roundsAfter(report.round(), epochs(report));
      drawing =
          Executors.newSingleThreadScheduledExecutor(
              new BasicThreadFactory.Builder().namingPattern("rnn.bar").daemon(true).build());
      drawing.scheduleAtFixedRate(this::draw, 0, UPDATE_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }
    if (done == rounds) {
      close();
    }
  }

  private int epochs(RoundReport report) {
    return budget.through(report.round().epoch() + 1);
  }

  private void draw() {
    RoundReport report = last;
    long done = report.round().number() + 1;
    // The first round shows where the run is, which may have been resumed; the time left is known
    // from the second one on.
    long steps = done - first;
    long nanos = System.nanoTime() - beganNanos;
    Progress progress =
        new Progress(
            report.round().epoch() + 1,
            epochs(report),
            done,
            rounds,
            report.meanLoss(),
            report.samplesPerSecond(),
            noun,
            steps == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(nanos / steps * (rounds - done))));
    // Some terminals go to the next line as soon as one is full.
    terminal.draw(progress.line(terminal.columns() - 1));
  }

  /** Shows how far the run has come, and takes the bar away. */
  @Override
  public void close() {
    if (drawing != null) {
      // A terminal that is gone is no failure of the run.
      CompletableFuture.runAsync(this::draw, drawing)
          .thenRun(terminal::erase)
          .exceptionally(gone -> null)
          .join();
      drawing.shutdown();
      drawing = null;
    }
  }
}
