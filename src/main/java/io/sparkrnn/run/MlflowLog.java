package io.sparkrnn.run;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.TrainingListener;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run for MLflow's tracking server, where the environment names one. A thread of its own talks to
 * the server, so that one that is slow, away or broken costs a warning and, in the end, some
 * seconds; what it has missed by then stays missing there.
 */
final class MlflowLog implements TrainingListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowLog.class);

  static final String SERVER = "MLFLOW_TRACKING_URI";
  static final String EXPERIMENT = "MLFLOW_EXPERIMENT_NAME";
  private static final String CLIENT = "org.mlflow.tracking.MlflowClient";

  /** Epochs by which a server may be behind. */
  private static final int QUEUE = 1_000;

  private final Map<String, String> environment;
  private final String runId;
  private final Clock clock;
  private final Duration patience;
  private final Consumer<String> warnings;
  private final AtomicBoolean dropped = new AtomicBoolean();
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE),
          new BasicThreadFactory.Builder().namingPattern("mlflow").daemon(true).build());
  private String where;
  private volatile MlflowRun run;
  private long epoch;

  /** Of this process, which waits for the server for so long when the run has ended. */
  MlflowLog(String runId) {
    this(System.getenv(), runId, Clock.systemUTC(), Duration.ofSeconds(10), LOG::warn);
  }

  MlflowLog(
      Map<String, String> environment,
      String runId,
      Clock clock,
      Duration patience,
      Consumer<String> warnings) {
    this.warnings = warnings;
    this.environment = environment;
    this.runId = runId;
    this.clock = clock;
    this.patience = patience;
    dropped.set(environment.getOrDefault(SERVER, "").isEmpty());
  }

  /** Before the first round. */
  void begin(RunConfiguration configuration, List<DataFingerprint> data, int attempt) {
    if (dropped.get()) {
      return;
    }
    URI server;
    try {
      server = new URI(environment.get(SERVER));
    } catch (URISyntaxException e) {
      server = URI.create("");
    }
    // Of an address that is not understood, anything may be a password.
    if (!List.of("http", "https").contains(String.valueOf(server.getScheme()))
        || server.getHost() == null) {
      drop(
          "expected http://HOST:PORT or https://HOST in %s, found %s"
              .formatted(
                  SERVER, server.getScheme() == null ? "no such URI" : server.getScheme() + ":"));
      return;
    }
    where =
        "%s://%s%s"
            .formatted(
                server.getScheme(),
                server.getHost(),
                server.getPort() < 0 ? "" : ":" + server.getPort());
    if (!available()) {
      drop("expected mlflow-client.jar beside spark-rnn.jar or in --jars, found none");
      return;
    }
    Map<String, String> parameters = parameters(configuration);
    Map<String, String> tags = tags(data, attempt);
    String experiment = environment.getOrDefault(EXPERIMENT, "");
    URI address = server;
    long timeMillis = clock.millis();
    thread.execute(
        () ->
            attempt(
                () -> {
                  run = new MlflowRun(address, environment);
                  run.begin(
                      experiment.isEmpty() ? "spark-rnn" : experiment,
                      runId,
                      timeMillis,
                      parameters,
                      tags);
                }));
  }

  private static boolean available() {
    try {
      Class.forName(CLIENT, false, MlflowLog.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Map<String, String> parameters(RunConfiguration configuration) {
    RunConfiguration redacted = configuration.redacted();
    Map<String, String> parameters = RunDirectory.texts(redacted);
    redacted.hadoop().forEach((name, value) -> parameters.put("hadoop." + name, value));
    return parameters;
  }

  private static Map<String, String> tags(List<DataFingerprint> data, int attempt) {
    Map<String, String> tags = new LinkedHashMap<>();
    Map<String, String> versions = Versions.all();
    tags.put("mlflow.source.name", "spark-rnn");
    tags.put("mlflow.source.git.commit", versions.get("gitCommit"));
    versions.forEach((name, version) -> tags.put("sparkrnn.versions." + name, version));
    data.forEach(file -> tags.put("sparkrnn.data.%s.sha256".formatted(file.name()), file.sha256()));
    tags.put("sparkrnn.attempt", String.valueOf(attempt));
    return tags;
  }

  @Override
  public void onEpoch(EpochReport report) {
    epoch = report.epoch();
    Map<String, Double> values = TensorBoardLog.values(report);
    values.put("seconds/epoch", report.seconds());
    metrics(values);
  }

  @Override
  public void onTest(EvaluationResult test) {
    metrics(TensorBoardLog.values(test));
  }

  private void metrics(Map<String, Double> values) {
    long step = epoch;
    long timeMillis = clock.millis();
    send(run -> run.metrics(values, step, timeMillis));
  }

  void succeeded(String parametersSha256) {
    send(run -> run.tags(Map.of("sparkrnn.parametersSha256", parametersSha256)));
    end("FINISHED");
  }

  void failed(Throwable failure) {
    end(failure instanceof StoppedBySignalException ? "KILLED" : "FAILED");
  }

  private void end(String status) {
    long timeMillis = clock.millis();
    send(run -> run.end(status, timeMillis));
  }

  private void send(Consumer<MlflowRun> message) {
    if (dropped.get() || where == null) {
      return;
    }
    try {
      thread.execute(() -> attempt(() -> message.accept(run)));
    } catch (RejectedExecutionException e) {
      drop("expected %s to keep up, found it %d messages behind".formatted(where, QUEUE));
    }
  }

  private void attempt(Runnable message) {
    if (dropped.get()) {
      return;
    }
    try {
      message.run();
    } catch (RuntimeException e) {
      drop("expected an answer of %s, found %s".formatted(where, MlflowRun.reason(e)));
    } catch (LinkageError e) {
      drop("expected another mlflow-client.jar, found " + e);
    }
  }

  /** Once. */
  private void drop(String why) {
    if (!dropped.getAndSet(true)) {
      warnings.accept(
          "Cannot track this run in MLflow: %s; training goes on without".formatted(why));
    }
  }

  /** Waits for the server, but not for long. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        drop(
            "expected %s to answer within %d ms, found it silent"
                .formatted(where, patience.toMillis()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.shutdownNow();
    if (run != null) {
      // Ends a call that is under way, too.
      run.close();
    }
  }
}
