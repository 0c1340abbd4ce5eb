package io.sparkrnn.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.run.TrackingServer.Mood;
import io.sparkrnn.train.EpochReport;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MLflow's server gets of a run, and that nothing it does matters to the run. */
public class MlflowLogTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochMilli(1_700_000_000_123L), ZoneOffset.UTC);
  private static final EvaluationResult RESULT =
      new EvaluationResult(ConfusionMatrix.of(new long[] {3, 1, 0, 4}, 2), 0.25, 8, List.of());

  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
  private final TrackingServer server;

  MlflowLogTest() throws IOException {
    server = new TrackingServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MlflowLog log(String... more) {
    Map<String, String> environment = new HashMap<>(Map.of(MlflowLog.SERVER, server.address()));
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return new MlflowLog(environment, "run-of-today", CLOCK, Duration.ofSeconds(30), warnings::add);
  }

  private static RunConfiguration configuration(String hocon) {
    return ConfigurationLoader.parse(hocon, "the test");
  }

  private static void begin(MlflowLog log, int attempt, String hocon) {
    log.begin(
        configuration(hocon),
        List.of(new DataFingerprint("train-images", "file:/train-images", "ab12", 47)),
        attempt);
  }

  private static EpochReport epoch(int number) {
    return new EpochReport(
        number,
        10L * number,
        1.0 / number,
        0.002,
        600,
        2,
        1,
        0.5,
        List.of(1.0),
        Optional.of(RESULT));
  }

  /** A run of one epoch from its begin to its end. */
  private static void track(MlflowLog log) {
    try (log) {
      begin(log, 1, "");
      log.onEpoch(epoch(1));
      log.onTest(RESULT);
      log.succeeded("f00d");
    }
  }

  private JsonNode onlyRun() {
    assertThat(server.runs()).hasSize(1);
    return server.runs().get(0);
  }

  @Test
  void logsARunFromItsBeginToItsEnd() {
    try (MlflowLog log = log()) {
      begin(
          log,
          1,
          """
          training.epochs = 2
          hadoop { "fs.defaultFS" = "hdfs://nn" }
          data { train-images = a, train-labels = b, test-images = c, test-labels = d }
          """);
      log.onEpoch(epoch(1));
      log.onEpoch(epoch(2));
      log.onTest(RESULT);
      log.succeeded("f00d");
    }
    assertThat(warnings).isEmpty();
    assertThat(server.experiments()).containsOnlyKeys("spark-rnn");
    JsonNode run = onlyRun();
    assertThat(run.at("/info/run_name").asText()).isEqualTo("run-of-today");
    assertThat(run.at("/info/status").asText()).isEqualTo("FINISHED");
    assertThat(run.at("/info/start_time").asLong()).isEqualTo(CLOCK.millis());
    assertThat(run.at("/info/end_time").asLong()).isEqualTo(CLOCK.millis());
    assertThat(TrackingServer.texts(run, "params"))
        .containsEntry("training.epochs", "2")
        .containsEntry("model.name", "row-rnn-150")
        .containsEntry("hadoop.fs.defaultFS", "hdfs://nn")
        .containsEntry("data.train-images", "a")
        .doesNotContainKeys("data.uri", "training.initial-model");
    assertThat(TrackingServer.texts(run, "tags"))
        .containsEntry("sparkrnn.runId", "run-of-today")
        .containsEntry("sparkrnn.attempt", "1")
        .containsEntry("sparkrnn.parametersSha256", "f00d")
        .containsEntry("sparkrnn.data.train-images.sha256", "ab12")
        .containsEntry("sparkrnn.versions.java", System.getProperty("java.version"))
        .containsKeys("mlflow.source.git.commit", "sparkrnn.versions.sparkRnn");
    assertThat(TrackingServer.steps(run, "loss/training")).containsExactly("1=1.0", "2=0.5");
    assertThat(TrackingServer.steps(run, "loss/validation")).containsExactly("1=0.25", "2=0.25");
    assertThat(TrackingServer.steps(run, "accuracy/validation"))
        .containsExactly("1=0.875", "2=0.875");
    assertThat(TrackingServer.steps(run, "learning_rate")).containsExactly("1=0.002", "2=0.002");
    assertThat(TrackingServer.steps(run, "samples_per_second"))
        .containsExactly("1=300.0", "2=300.0");
    for (String part : List.of("epoch", "compute", "averaging", "wait")) {
      assertThat(TrackingServer.steps(run, "seconds/" + part)).as(part).hasSize(2);
    }
    assertThat(TrackingServer.steps(run, "accuracy/test")).containsExactly("2=0.875");
    assertThat(TrackingServer.steps(run, "loss/test")).containsExactly("2=0.25");
  }

  @Test
  void aLaterAttemptGoesOnWithTheSameRun() {
    try (MlflowLog log = log()) {
      begin(log, 1, "training.epochs = 2");
      log.onEpoch(epoch(1));
      log.failed(new StoppedBySignalException(15, new IllegalStateException()));
    }
    assertThat(onlyRun().at("/info/status").asText()).isEqualTo("KILLED");
    try (MlflowLog log = log()) {
      // What is said otherwise now would be refused.
      begin(log, 2, "training { epochs = 2, threads-per-worker = 2 }");
      log.onEpoch(epoch(2));
    }
    assertThat(warnings).isEmpty();
    JsonNode run = onlyRun();
    assertThat(run.at("/info/status").asText()).isEqualTo("RUNNING");
    assertThat(TrackingServer.steps(run, "loss/training")).containsExactly("1=1.0", "2=0.5");
    assertThat(TrackingServer.texts(run, "params"))
        .containsEntry("training.threads-per-worker", "1");
    assertThat(TrackingServer.texts(run, "tags")).containsEntry("sparkrnn.attempt", "2");
  }

  @Test
  void anotherRunIsAnotherOneThere() {
    for (String id : List.of("first", "second")) {
      try (MlflowLog log =
          new MlflowLog(
              Map.of(MlflowLog.SERVER, server.address() + "/", MlflowLog.EXPERIMENT, "digits & co"),
              id,
              CLOCK,
              Duration.ofSeconds(30),
              warnings::add)) {
        begin(log, 1, "");
        log.failed(new IllegalStateException("diverged"));
      }
    }
    assertThat(warnings).isEmpty();
    assertThat(server.experiments()).containsOnlyKeys("digits & co");
    assertThat(server.runs())
        .extracting(run -> run.at("/info/run_name").asText())
        .containsExactly("first", "second");
    assertThat(server.runs())
        .extracting(run -> run.at("/info/status").asText())
        .containsOnly("FAILED");
  }

  @ParameterizedTest
  @CsvSource({"FAILING,status 500", "RUBBISH,InvalidProtocolBufferException"})
  void aBrokenServerCostsOneWarning(Mood mood, String found) {
    server.is(mood);
    track(log("MLFLOW_TRACKING_TOKEN", "canary-4711"));
    assertThat(warnings)
        .containsExactly(
            "Cannot track this run in MLflow: expected an answer of %s, found %s; training goes on without"
                .formatted(server.address(), found));
  }

  @ParameterizedTest
  @EnumSource(
      value = Mood.class,
      names = {"FAILING", "RUBBISH"})
  void aServerThatBreaksLaterCostsOneWarningAtMost(Mood mood) {
    try (MlflowLog log = log()) {
      begin(log, 1, "");
      server.turns(mood, 7);
      for (int number = 2; number < 50; number++) {
        log.onEpoch(epoch(number));
      }
      log.succeeded("f00d");
    }
    // Whoever takes points need not say anything of interest.
    assertThat(warnings).hasSize(mood == Mood.FAILING ? 1 : 0);
  }

  @Test
  void aServerThatGoesAwayCostsOneWarning() {
    try (MlflowLog log = log()) {
      begin(log, 1, "");
      log.onEpoch(epoch(1));
      server.close();
      log.onEpoch(epoch(2));
      log.onTest(RESULT);
      log.succeeded("f00d");
    }
    assertThat(warnings).hasSize(1);
  }

  private MlflowLog hasty() {
    Map<String, String> environment = Map.of(MlflowLog.SERVER, server.address());
    return new MlflowLog(environment, "run", CLOCK, Duration.ofMillis(1), warnings::add);
  }

  @Test
  void aSilentServerIsNotWaitedForLong() {
    server.is(Mood.SILENT);
    track(hasty());
    assertThat(warnings)
        .containsExactly(
            "Cannot track this run in MLflow: expected %s to answer within 1 ms, found it silent; training goes on without"
                .formatted(server.address()));
  }

  @Test
  void aSlowServerNeverHoldsTheRunUp() {
    server.is(Mood.SILENT);
    try (MlflowLog log = hasty()) {
      begin(log, 1, "");
      for (int number = 1; number < 5_000; number++) {
        log.onEpoch(epoch(number));
      }
    }
    assertThat(warnings)
        .containsExactly(
            "Cannot track this run in MLflow: expected %s to keep up, found it 1000 messages behind; training goes on without"
                .formatted(server.address()));
  }

  @ParameterizedTest
  @CsvSource({
    "file:/tmp/mlruns,file:",
    "databricks,no such URI",
    "postgresql://u:canary@db/x,postgresql:",
    "http://,no such URI",
    "./mlruns,no such URI",
    "http://u:canary@[,no such URI"
  })
  void otherAddressesAreRefusedInOneSentence(String address, String found) {
    track(log(MlflowLog.SERVER, address));
    assertThat(warnings)
        .containsExactly(
            "Cannot track this run in MLflow: expected http://HOST:PORT or https://HOST in MLFLOW_TRACKING_URI, found %s; training goes on without"
                .formatted(found));
    assertThat(server.received()).isEmpty();
  }

  @Test
  void withoutTheVariableNothingIsSent() {
    track(log(MlflowLog.SERVER, ""));
    assertThat(warnings).isEmpty();
    assertThat(server.received()).isEmpty();
  }

  @Test
  void aRunThatFailsBeforeItBeginsIsNone() {
    try (MlflowLog log = log()) {
      log.failed(new IllegalStateException("no such data"));
    }
    assertThat(warnings).isEmpty();
    assertThat(server.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"password", "token", "address"})
  void secretsAreInTheHeaderAlone(String where) {
    String secret = "canary-4711";
    String[] environment =
        switch (where) {
          case "password" ->
              new String[] {"MLFLOW_TRACKING_USERNAME", "me", "MLFLOW_TRACKING_PASSWORD", secret};
          case "token" -> new String[] {"MLFLOW_TRACKING_TOKEN", secret};
          default ->
              new String[] {
                MlflowLog.SERVER, server.address().replace("//", "//me:" + secret + "@")
              };
        };
    try (MlflowLog log = log(environment)) {
      begin(log, 1, "hadoop { \"fs.s3a.secret.key\" = \"canary-4711\" }");
      log.onEpoch(epoch(1));
      server.turns(Mood.FAILING, 1);
      log.onTest(RESULT);
      log.succeeded("f00d");
    }
    String header =
        where.equals("token")
            ? "Bearer " + secret
            : "Basic " + Base64.getEncoder().encodeToString(("me:" + secret).getBytes(UTF_8));
    assertThat(server.authorizations()).isNotEmpty().containsOnly(header);
    assertThat(server.received()).noneMatch(request -> request.contains(secret));
    assertThat(warnings).hasSize(1).noneMatch(message -> message.contains(secret));
  }
}
