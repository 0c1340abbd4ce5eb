package io.sparkrnn.spark;

import io.sparkrnn.config.Engine;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.RunData;
import io.sparkrnn.run.Backend;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.jobs.SparkCompatibility;
import io.sparkrnn.spark.rounds.SparkRounds;
import io.sparkrnn.spark.shards.WorkerShards;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingStoppedException;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.spark.api.java.JavaSparkContext;

/** A Spark application that starts while its driver does something else. */
public final class SparkBackend implements Backend {
  private final RunConfiguration configuration;
  private final Future<SparkEngine> start;

  private SparkBackend(RunConfiguration configuration, Future<SparkEngine> start) {
    this.configuration = configuration;
    this.start = start;
  }

  /** Begins to start one for a training. */
  public static SparkBackend begin(String applicationName, RunConfiguration configuration) {
    return begin(applicationName, configuration, configuration.training().threadsPerWorker());
  }

  /**
   * Begins to start one.
   *
   * @param threadsPerTask {@code spark.task.cpus}, unless that is set
   */
  public static SparkBackend begin(
      String applicationName, RunConfiguration configuration, int threadsPerTask) {
    String master = configuration.spark().master();
    return new SparkBackend(
        configuration,
        StopRequest.begin(
            "spark-start", () -> SparkEngine.start(applicationName, master, threadsPerTask)));
  }

  /** Before anything is read or written: with another Spark nothing would come of it. */
  public static void requireCompatible(RunConfiguration configuration) {
    Engine engine = configuration.training().engine();
    if (engine != Engine.LOCAL) {
      SparkCompatibility.check();
    }
    if (engine == Engine.DL4J) {
      Dl4jEngine.requireAvailable();
    }
  }

  /** Whether it runs, or could not start: whether {@link #await} need not wait. */
  public boolean ended() {
    return start.isDone();
  }

  /**
   * Waits until Spark runs; it ends when this is closed.
   *
   * @throws UsageException if a setting of Spark's is not what it should be
   */
  @Override
  public void await(StopRequest stop) {
    try {
      stop.await(start);
    } catch (TrainingStoppedException e) {
      // Then it ends with the process.
      start.cancel(true);
      throw e;
    }
  }

  /** The application, once it runs. */
  public SparkEngine started() {
    return StopRequest.NEVER.await(start);
  }

  private boolean withDl4j() {
    return configuration.training().engine() == Engine.DL4J;
  }

  @Override
  public String description() {
    return (withDl4j() ? "DL4J on " : "") + started().description();
  }

  /** Those that show a run to Spark's metrics system and listeners. */
  @Override
  public List<TrainingListener> listeners(String runId) {
    JavaSparkContext context = started().context();
    return List.of(
        TrainingMetricsPlugin.metricsOf(context.sc().applicationId()),
        new TrainingEvents(context.sc(), runId));
  }

  @Override
  public RoundRunner rounds(Training<RunData> training, String kernels, StopRequest stop) {
    JavaSparkContext context = started().context();
    if (withDl4j()) {
      return Dl4jEngine.rounds(context, configuration, training, kernels, stop);
    }
    return SparkRounds.of(
        context,
        configuration.training().rounds(),
        training.recipe(),
        kernels,
        training.data(),
        WorkerShards.readFrom(context, training.data()),
        stop);
  }

  /** Stops Spark, which has to be up for that. */
  @Override
  public void close() {
    SparkEngine started;
    try {
      started = started();
    } catch (RuntimeException | Error e) {
      // There is nothing to stop; whoever awaited it was told.
      return;
    }
    started.close();
  }
}
