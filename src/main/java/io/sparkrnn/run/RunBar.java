package io.sparkrnn.run;

import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundReport;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressState;

/** The bar of a whole run, on a terminal. */
final class RunBar implements AutoCloseable {
  private static final int UPDATE_INTERVAL_MILLIS = 200;

  private final Terminal terminal;
  private final RoundPlan plan;
  private final int epochs;
  private volatile RoundReport last;
  private ProgressBar bar;

  RunBar(Terminal terminal, RoundPlan plan, int epochs) {
    this.terminal = terminal;
    this.plan = plan;
    this.epochs = epochs;
  }

  void onRound(RoundReport report) {
    last = report;
    // The first one shows where the run is, which may have been resumed; the time left is known
    // from the second one on.
    long done = report.round().number() + 1;
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setInitialMax(done + plan.roundsAfter(report.round(), epochs))
              .startsFrom(done, Duration.ZERO)
              .setUpdateIntervalMillis(UPDATE_INTERVAL_MILLIS)
              .setRenderer((state, columns) -> progress(state).line(columns))
              .setConsumer(new Line())
              .clearDisplayOnFinish()
              .build();
    }
    bar.stepTo(done);
    if (done == bar.getMax()) {
      close();
    }
  }

  private Progress progress(ProgressState state) {
    RoundReport report = last;
    long steps = state.getCurrent() - state.getStart();
    return new Progress(
        report.round().epoch() + 1,
        epochs,
        state.getCurrent(),
        state.getMax(),
        report.meanLoss(),
        report.samplesPerSecond(),
        steps == 0
            ? Optional.empty()
            : Optional.of(
                state
                    .getElapsedAfterStart()
                    .dividedBy(steps)
                    .multipliedBy(state.getMax() - state.getCurrent())));
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  /** Where the library draws; its own consumers need JLine, which Spark does not always bring. */
  private final class Line implements ProgressBarConsumer {
    @Override
    public int getMaxRenderedLength() {
      // Some terminals go to the next line as soon as one is full.
      return terminal.columns() - 1;
    }

    @Override
    public void accept(String line) {
      terminal.draw(line);
    }

    @Override
    public void clear() {
      terminal.erase();
    }

    @Override
    public void close() {
      terminal.erase();
    }
  }
}
