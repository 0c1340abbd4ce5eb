package io.sparkrnn.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/** A run as MLflow's server has it, by MLflow's own client. Every call waits for the server. */
final class MlflowRun implements AutoCloseable {
  /** By which a later attempt finds it. */
  private static final String RUN_ID = "sparkrnn.runId";

  private static final Pattern ERROR_CODE =
      Pattern.compile("\"error_code\"\\s*:\\s*\"([A-Z_]{1,60})\"");

  /** What every server takes at once. */
  private static final int BATCH = 100;

  // The client's HTTP library writes to the screen what it does about a lost connection. Kept,
  // since
  // loggers that nobody keeps forget their level.
  private static final java.util.logging.Logger HTTP =
      java.util.logging.Logger.getLogger("org.mlflow_project");

  static {
    HTTP.setLevel(java.util.logging.Level.OFF);
  }

  private final MlflowClient client;
  private String id;

  /**
   * Does not look yet whether there is a server. Unlike the client for Python, the one for Java
   * knows nothing of names and passwords that are not given to it.
   */
  MlflowRun(URI server, Map<String, String> environment) {
    String[] user = Objects.requireNonNullElse(server.getUserInfo(), "").split(":", 2);
    String address =
        "%s://%s%s"
            .formatted(
                server.getScheme(),
                server.getRawAuthority().replaceFirst("^.*@", ""),
                server.getRawPath().replaceFirst("/+$", ""));
    client =
        new MlflowClient(
            new BasicMlflowHostCreds(
                address,
                environment.getOrDefault(
                    "MLFLOW_TRACKING_USERNAME", user.length == 2 ? user[0] : null),
                environment.getOrDefault(
                    "MLFLOW_TRACKING_PASSWORD", user.length == 2 ? user[1] : null),
                environment.get("MLFLOW_TRACKING_TOKEN"),
                Boolean.parseBoolean(environment.get("MLFLOW_TRACKING_INSECURE_TLS"))));
  }

  /** A new one, or the one that an earlier attempt has begun. */
  void begin(
      String experiment,
      String runId,
      long timeMillis,
      Map<String, String> parameters,
      Map<String, String> tags) {
    String experimentId = experiment(experiment);
    Optional<Run> begun = find(experimentId, runId);
    Set<String> known = new HashSet<>();
    if (begun.isPresent()) {
      id = begun.get().getInfo().getRunId();
      begun.get().getData().getParamsList().forEach(parameter -> known.add(parameter.getKey()));
      client.sendPost(
          "runs/update",
          JsonNodeFactory.instance
              .objectNode()
              .put("run_id", id)
              .put("status", RunStatus.RUNNING.name())
              .toString());
    } else {
      id =
          client
              .createRun(
                  CreateRun.newBuilder()
                      .setExperimentId(experimentId)
                      .setRunName(runId)
                      .setStartTime(timeMillis)
                      .addTags(tag(RUN_ID, runId))
                      .build())
              .getRunId();
    }
    tags(tags);
    // What has been said once cannot be changed there.
    parameters(parameters, known);
  }

  private String experiment(String name) {
    Optional<Experiment> found = client.getExperimentByName(name);
    if (found.isPresent()) {
      return found.get().getExperimentId();
    }
    try {
      return client.createExperiment(name);
    } catch (MlflowHttpException e) {
      // Another run may have been faster.
      return client.getExperimentByName(name).orElseThrow(() -> e).getExperimentId();
    }
  }

  private Optional<Run> find(String experimentId, String runId) {
    return client
        .searchRuns(
            List.of(experimentId),
            "tags.`%s` = '%s'".formatted(RUN_ID, runId),
            ViewType.ACTIVE_ONLY,
            1,
            List.of("attributes.start_time DESC"))
        .getItems()
        .stream()
        .findFirst();
  }

  private void parameters(Map<String, String> texts, Set<String> known) {
    List<Param> batch = new ArrayList<>();
    texts.forEach(
        (name, text) -> {
          // Not every server takes empty ones.
          if (!known.contains(name) && !text.isEmpty()) {
            batch.add(Param.newBuilder().setKey(name).setValue(text).build());
          }
        });
    for (int from = 0; from < batch.size(); from += BATCH) {
      client.logBatch(
          id, List.of(), batch.subList(from, Math.min(from + BATCH, batch.size())), List.of());
    }
  }

  void tags(Map<String, String> texts) {
    client.logBatch(
        id,
        List.of(),
        List.of(),
        texts.entrySet().stream().map(entry -> tag(entry.getKey(), entry.getValue())).toList());
  }

  private static RunTag tag(String name, String text) {
    return RunTag.newBuilder().setKey(name).setValue(text).build();
  }

  void metrics(Map<String, Double> values, long step, long timeMillis) {
    client.logBatch(
        id,
        values.entrySet().stream()
            .map(
                entry ->
                    Metric.newBuilder()
                        .setKey(entry.getKey())
                        .setValue(entry.getValue())
                        .setStep(step)
                        .setTimestamp(timeMillis)
                        .build())
            .toList(),
        List.of(),
        List.of());
  }

  /** Says how it ended: {@code FINISHED}, {@code FAILED} or {@code KILLED}. */
  void end(String status, long timeMillis) {
    client.setTerminated(id, RunStatus.valueOf(status), timeMillis);
  }

  /** What went wrong, in no words of the server's: they may repeat what it was sent. */
  static String reason(RuntimeException failure) {
    if (failure instanceof MlflowHttpException answered) {
      Matcher code = ERROR_CODE.matcher(String.valueOf(answered.getBodyMessage()));
      return "status %d%s"
          .formatted(answered.getStatusCode(), code.find() ? " " + code.group(1) : "");
    }
    Throwable cause = failure;
    while (cause instanceof MlflowClientException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof java.net.SocketException
            || cause instanceof java.net.UnknownHostException
        ? cause.getMessage()
        : cause.getClass().getSimpleName();
  }

  @Override
  public void close() {
    client.close();
  }
}
