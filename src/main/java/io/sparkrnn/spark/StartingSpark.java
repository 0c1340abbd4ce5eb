package io.sparkrnn.spark;

import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.jobs.SparkSettingException;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingStoppedException;
import java.util.concurrent.FutureTask;

/** A Spark application that starts while its driver does something else. */
public final class StartingSpark implements AutoCloseable {
  private final FutureTask<SparkEngine> start;

  private StartingSpark(FutureTask<SparkEngine> start) {
    this.start = start;
  }

  /**
   * Begins to start Spark.
   *
   * @param master empty: what spark-submit was told, or every core of this machine
   * @param threadsPerTask {@code spark.task.cpus}, unless that is set
   */
  public static StartingSpark begin(String applicationName, String master, int threadsPerTask) {
    FutureTask<SparkEngine> start =
        new FutureTask<>(() -> SparkEngine.start(applicationName, master, threadsPerTask));
    Thread thread = new Thread(start, "spark-start");
    thread.setDaemon(true);
    thread.start();
    return new StartingSpark(start);
  }

  /** Whether it runs, or could not start: whether {@link #await} need not wait. */
  public boolean ended() {
    return start.isDone();
  }

  /**
   * Waits until Spark runs; it ends when this is closed.
   *
   * @throws SparkJobException if it could not start
   * @throws SparkSettingException if a setting of Spark's is not what it should be
   * @throws TrainingStoppedException if the run is to stop first; Spark then ends with the process
   */
  public SparkEngine await(StopRequest stop) {
    try {
      return stop.await(start);
    } catch (TrainingStoppedException e) {
      start.cancel(true);
      throw e;
    }
  }

  /** Stops Spark, which has to be up for that. */
  @Override
  public void close() {
    SparkEngine started;
    try {
      started = await(StopRequest.NEVER);
    } catch (RuntimeException | Error e) {
      // There is nothing to stop; whoever awaited it was told.
      return;
    }
    started.close();
  }
}
