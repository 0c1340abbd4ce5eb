package io.sparkrnn.cli;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Looks for checkpoints all the time while a driver is at work. */
final class CommitWatch {
  private final RunState run;
  private final Thread thread = new Thread(this::watch, "commit-watch");
  private volatile boolean ended;
  private volatile long highest = -1;

  private CommitWatch(Path run) {
    this.run = new RunState(run);
  }

  static CommitWatch begin(Path run) {
    CommitWatch watch = new CommitWatch(run);
    watch.thread.setDaemon(true);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    while (!ended) {
      for (long round : run.checkpointRounds()) {
        highest = Math.max(highest, round);
      }
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Ends it; the highest round that has been seen committed, whatever became of it. */
  OptionalLong end() throws InterruptedException {
    ended = true;
    thread.join();
    return highest < 0 ? OptionalLong.empty() : OptionalLong.of(highest);
  }
}
