package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.Jdk;
import io.sparkrnn.run.TrackingServer;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers whose environment names a tracking server; what it gets is MlflowLogTest's. */
class MlflowIT {
  private static final Path CLIENT = SlimJar.TARGET.resolve("mlflow-client.jar");

  private final Canary password = Canary.named("MLFLOW_TRACKING_PASSWORD");
  private final Canary property = Canary.named("of the configuration");

  @TempDir private Path temp;
  private SlimJar jar;
  private int outputs;

  @BeforeEach
  void copyTheJar() throws IOException {
    jar = SlimJar.in(temp);
  }

  private void withTheClient() throws IOException {
    Files.copy(CLIENT, temp.resolve(CLIENT.getFileName()));
  }

  private Driver train(String run, String server, String... more) throws IOException {
    Path configuration =
        Files.writeString(
            temp.resolve("run.conf"),
            "hadoop { \"fs.s3a.secret.key\" = \"%s\" }".formatted(property.value()));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                ("train --engine local --kernels portable --hidden 8 --minibatch-size 8"
                        + " --validation 40 --checkpoint-every 1000 --heartbeat-seconds 0.05"
                        + " --takeover-seconds 0.15")
                    .split(" ")));
    arguments.addAll(List.of("--config", configuration.toString()));
    arguments.addAll(List.of("--data", FirstImages.in(temp, 2000).toString()));
    arguments.addAll(List.of("--run-dir", temp.resolve(run).toString()));
    arguments.addAll(List.of(more));
    Map<String, String> environment = new HashMap<>();
    if (!server.isEmpty()) {
      environment.put("MLFLOW_TRACKING_URI", server);
      environment.put("MLFLOW_TRACKING_USERNAME", "somebody");
      environment.put("MLFLOW_TRACKING_PASSWORD", password.value());
    }
    return jar.start(
        Jdk.shortLived(
            "-Dlog4j2.configurationFile="
                + Path.of("conf", "log4j2.properties").toAbsolutePath().toUri(),
            "-Dspark-rnn.log=" + temp.resolve(run + ".log")),
        arguments,
        environment,
        temp.resolve(run + "-" + ++outputs + ".out"));
  }

  /** What it says beside what every run says. */
  private String warnings(Driver driver) throws Exception {
    assertThat(driver.awaitExit()).as(driver.output()).isZero();
    assertThat(driver.output()).contains("test accuracy");
    return String.join("\n", driver.output().lines().filter(MlflowIT::isUnusual).toList());
  }

  private static boolean isUnusual(String line) {
    return line.matches("(WARN|ERROR|INFO|SEVERE|Exception|\\tat).*|.*[mM]lflow.*")
        && !line.contains("incubator");
  }

  private String parametersSha256(String run) throws IOException {
    return new RunState(temp.resolve(run)).result().path("parametersSha256").asText();
  }

  @Test
  void aRunThatIsStoppedAndResumedIsOneThere() throws Exception {
    withTheClient();
    try (TrackingServer server = new TrackingServer()) {
      try (Driver driver = train("run", server.address(), "--epochs", "20")) {
        driver.awaitOutput(" 2/20 ");
        driver.terminate();
        assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
        assertThat(server.runs()).hasSize(1);
        assertThat(server.runs().get(0).at("/info/status").asText()).isEqualTo("KILLED");
      }
      try (Driver driver = train("run", server.address(), "--epochs", "20", "--resume")) {
        assertThat(warnings(driver)).isEmpty();
      }
      JsonNode result = new RunState(temp.resolve("run")).result();
      assertThat(server.runs()).hasSize(1);
      JsonNode run = server.runs().get(0);
      assertThat(run.at("/info/status").asText()).isEqualTo("FINISHED");
      assertThat(run.at("/info/run_name").asText()).isEqualTo(result.path("runId").asText());
      assertThat(TrackingServer.texts(run, "tags"))
          .containsEntry("sparkrnn.attempt", "2")
          .containsEntry("sparkrnn.parametersSha256", result.path("parametersSha256").asText())
          .containsEntry(
              "sparkrnn.data.train-images-idx3-ubyte.sha256",
              result.at("/data/fingerprints/0/sha256").asText());
      assertThat(points(server)).isEqualTo(IntStream.rangeClosed(1, 20).boxed().toList());
      assertThat(TrackingServer.steps(run, "accuracy/test"))
          .containsExactly("20=" + result.at("/test/accuracy").asDouble());
      // Nobody but the server learns the password, and that in the header for it.
      assertThat(server.authorizations()).allMatch(header -> header.startsWith("Basic "));
      assertThat(server.received()).noneMatch(password::isIn).noneMatch(property::isIn);
      Files.delete(temp.resolve("run.conf"));
      Search search = new Search(List.of(password, property));
      search.files(temp);
      assertThat(search.looked()).anyMatch(place -> place.endsWith("run/result.json"));
      assertThat(search.found()).isEmpty();
    }
  }

  private static List<Integer> points(TrackingServer server) {
    return server.runs().stream()
        .flatMap(run -> TrackingServer.steps(run, "loss/training").stream())
        .map(step -> Integer.valueOf(step.replaceFirst("=.*", "")))
        .toList();
  }

  /** Whatever the server does, the run and its result are those of a run without one. */
  @Test
  void noServerMakesADifference() throws Exception {
    try (Driver driver = train("without", "", "--epochs", "3")) {
      assertThat(warnings(driver)).isEmpty();
    }
    try (Driver driver = train("without-client", "http://127.0.0.1:1", "--epochs", "3")) {
      assertThat(warnings(driver))
          .isEqualTo(
              "WARN Cannot track this run in MLflow: expected mlflow-client.jar beside spark-rnn.jar or in --jars, found none; training goes on without");
    }
    withTheClient();
    String nobody;
    try (ServerSocket closed = new ServerSocket(0)) {
      nobody = "http://127.0.0.1:" + closed.getLocalPort();
    }
    try (Driver driver = train("without-server", nobody, "--epochs", "3")) {
      assertThat(warnings(driver))
          .startsWith(
              "WARN Cannot track this run in MLflow: expected an answer of %s, found Connect to"
                  .formatted(nobody))
          .hasLineCount(1);
    }
    try (TrackingServer server = new TrackingServer()) {
      // In the middle of the epochs.
      server.turns(TrackingServer.Mood.BREAKING, 7);
      try (Driver driver = train("with-broken-server", server.address(), "--epochs", "3")) {
        assertThat(warnings(driver))
            .startsWith("WARN Cannot track this run in MLflow: ")
            .hasLineCount(1);
      }
    }
    for (String run : List.of("without-client", "without-server", "with-broken-server")) {
      assertThat(parametersSha256(run)).as(run).isEqualTo(parametersSha256("without"));
    }
  }
}
