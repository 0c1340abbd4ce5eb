package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.sparkrnn.WebPage;
import io.sparkrnn.spark.HistoryServer;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator sees of a run under the real spark-submit: metrics while it trains, its log, and
 * afterwards Spark's history server, as {@code src/docs/monitoring.md} says.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitoringIT {
  private static final String PREFIX =
      "metrics_spark_rnn_driver_plugin_io_sparkrnn_spark_TrainingMetricsPlugin_";

  private static final Pattern PAGE = Pattern.compile("service 'SparkUI' on port (\\d+)");
  private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `([a-z]\\w*)` \\|");
  private static final Pattern SCRAPED = Pattern.compile("metrics_path: (\\S+)");
  private static final Pattern PROGRESS =
      Pattern.compile(
          "\\S+ (INFO|DEBUG) ProgressLog \\[main] "
              + "\\[run (\\S+?)(?:, epoch \\d+, round \\d+)?] (\\w+)((?: \\w+=\\S+)+)");

  @TempDir private static Path temp;
  private Path run;
  private Path log;
  private String runId;
  private final Map<String, Set<String>> scrapes = new LinkedHashMap<>();
  private PrometheusText before;
  private PrometheusText after;
  private List<Map<String, String>> epochs;
  private List<Map<String, String>> rounds;
  private List<Map<String, String>> checkpoints;

  /** Trains until it has been scraped twice, and stops it. */
  @BeforeAll
  void train() throws Exception {
    run = temp.resolve("run");
    log = temp.resolve("run.log");
    Files.createDirectory(temp.resolve("events"));
    Path logging =
        Files.writeString(
            temp.resolve("log4j2.properties"),
            Files.readString(Path.of("conf", "log4j2.properties"))
                .replace("logger.progress.level = info", "logger.progress.level = debug"));
    try (Driver driver = submit(logging)) {
      driver.await("its page", () -> Files.exists(log) && page().isPresent());
      URI metrics = URI.create(page().orElseThrow() + "/metrics/prometheus");
      // Before that, the page says that Spark is starting up.
      driver.await("metrics", () -> WebPage.get(metrics).text().startsWith("metrics_"));
      driver.await(
          "a checkpoint",
          () ->
              PrometheusText.scrape(metrics).samples().getOrDefault(name("totalCheckpoints"), 0.0)
                  > 0);
      before = PrometheusText.scrape(metrics);
      driver.await(
          "more epochs and checkpoints",
          () -> {
            after = PrometheusText.scrape(metrics);
            return after.value(name("epoch")) > before.value(name("epoch")) + 2
                && after.value(name("totalCheckpoints")) > before.value(name("totalCheckpoints"));
          });
      for (MatchResult path : SCRAPED.matcher(document()).results().toList()) {
        URI scraped = URI.create(page().orElseThrow() + path.group(1));
        scrapes.put(path.group(1), PrometheusText.scrape(scraped).samples().keySet());
      }
      driver.terminate();
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
    }
    runId = new ObjectMapper().readTree(run.resolve("run.json").toFile()).path("runId").asText();
    epochs = lines("epoch");
    rounds = lines("round");
    checkpoints = lines("checkpoint");
  }

  private Driver submit(Path logging) throws IOException {
    Path data = FirstImages.in(temp, 400);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                ("train --kernels portable --hidden 8 --workers 2 --averaging-frequency 1"
                        + " --minibatch-size 8 --validation 40 --epochs 1000000")
                    .split(" ")));
    arguments.addAll(List.of("--data", data.toString(), "--run-dir", run.toString()));
    return SlimJar.in(temp)
        .submit(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dlog4j2.configurationFile=" + logging.toUri(),
                "-Dspark-rnn.log=" + log),
            Map.of("SPARK_LOCAL_IP", "127.0.0.1"),
            List.of(
                "--master", "local[2]",
                "--conf", "spark.ui.enabled=true",
                "--conf", "spark.ui.port=0",
                "--conf", "spark.eventLog.enabled=true",
                "--conf", "spark.eventLog.dir=" + temp.resolve("events").toUri()),
            arguments,
            temp.resolve("out"));
  }

  private Optional<String> page() throws IOException {
    Matcher port = PAGE.matcher(Files.readString(log));
    return port.find() ? Optional.of("http://127.0.0.1:" + port.group(1)) : Optional.empty();
  }

  private static String document() throws IOException {
    return Files.readString(Path.of("src", "docs", "monitoring.md"));
  }

  private static String name(String gauge) {
    return PREFIX + gauge + "_Value";
  }

  /** The pairs of all log lines of one kind, in their order. */
  private List<Map<String, String>> lines(String kind) throws IOException {
    List<Map<String, String>> found = new ArrayList<>();
    for (String line : Files.readString(log).lines().toList()) {
      Matcher progress = PROGRESS.matcher(line);
      if (progress.matches() && progress.group(3).equals(kind)) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : progress.group(4).strip().split(" ")) {
          pairs.put(pair.replaceFirst("=.*", ""), pair.replaceFirst("[^=]*=", ""));
        }
        pairs.put("level", progress.group(1));
        pairs.put("context", progress.group(2));
        found.add(pairs);
      }
    }
    return found;
  }

  @Test
  void everyDocumentedGaugeIsScraped() throws IOException {
    List<String> documented =
        DOCUMENTED
            .matcher(document())
            .results()
            .map((MatchResult row) -> name(row.group(1)))
            .toList();
    assertThat(documented).isNotEmpty();
    assertThat(after.samples().keySet().stream().filter(n -> n.matches(PREFIX + "\\w+_Value")))
        .containsExactlyInAnyOrderElementsOf(documented);
    assertThat(documented)
        .allSatisfy(
            name -> {
              if (name.contains("_test")) {
                // Nothing has been tested yet.
                assertThat(after.value(name)).isNaN();
              } else {
                assertThat(after.value(name)).isPositive();
              }
            });
  }

  @Test
  void everyDocumentedScrapeJobHasSomethingToScrape() {
    assertThat(scrapes).containsOnlyKeys("/metrics/prometheus", "/metrics/executors/prometheus");
    assertThat(scrapes.get("/metrics/executors/prometheus"))
        .contains(
            "metrics_executor_memoryUsed_bytes", "metrics_executor_totalGCTime_seconds_total");
  }

  /** They are over gauges that were scraped, and none of them is on before it has lasted. */
  @Test
  void theAlertsAreOfWhatThereIs() throws Exception {
    Path rules = Path.of("conf", "prometheus-rules.yml");
    JsonNode groups = new ObjectMapper(new YAMLFactory()).readTree(rules.toFile()).path("groups");
    assertThat(groups).hasSize(1);
    assertThat(groups.at("/0/rules")).hasSize(3);
    for (JsonNode rule : groups.at("/0/rules")) {
      assertThat(rule.path("for").asText()).matches("10m|1h");
      assertThat(rule.at("/annotations/summary").asText()).startsWith("{{ $labels.instance }}: ");
      assertThat(Pattern.compile("metrics_\\w+").matcher(rule.path("expr").asText()).results())
          .isNotEmpty()
          .allSatisfy(gauge -> assertThat(after.samples()).containsKey(gauge.group()));
    }
    Path said = temp.resolve("promtool");
    String check = "command -v promtool || exit 127; promtool check rules " + rules;
    Process process =
        new ProcessBuilder("bash", "-c", check)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    int status = process.waitFor();
    assumeThat(status).as("promtool is installed").isNotEqualTo(127);
    assertThat(status).as(Files.readString(said)).isZero();
  }

  @Test
  void valuesArePlausible() {
    assertThat(after.value(name("loss"))).isBetween(0.0, 10.0);
    assertThat(after.value(name("validationAccuracy"))).isBetween(0.0, 1.0);
    assertThat(after.value(name("learningRate"))).isBetween(0.002, 0.002045);
    // 360 images for two workers in minibatches of eight.
    assertThat(after.value(name("iteration")))
        .isBetween((after.value(name("epoch")) - 2) * 23, after.value(name("epoch")) * 23 + 46);
    assertThat(after.value(name("totalSamples")) / after.value(name("totalRounds")))
        .isBetween(8.0, 16.0);
    assertThat(after.value(name("checkpointBytes"))).isGreaterThan(1000);
  }

  @Test
  void valuesFollowTheRounds() {
    for (String gauge :
        List.of(
            "epoch",
            "round",
            "iteration",
            "totalRounds",
            "totalSamples",
            "totalRoundSeconds",
            "totalComputeSeconds",
            "totalWaitSeconds",
            "totalAveragingSeconds",
            "totalCheckpoints",
            "totalCheckpointSeconds",
            "totalCheckpointBytes")) {
      assertThat(after.value(name(gauge))).as(gauge).isGreaterThan(before.value(name(gauge)));
    }
    for (String gauge : List.of("loss", "samplesPerSecond", "roundSeconds")) {
      assertThat(after.value(name(gauge))).as(gauge).isNotEqualTo(before.value(name(gauge)));
    }
  }

  @Test
  void theLogHasALineForEveryEpochAndCheckpointAndRound() throws IOException {
    assertThat(epochs).hasSizeGreaterThanOrEqualTo((int) after.value(name("epoch")) - 2);
    assertThat(checkpoints).hasSizeGreaterThanOrEqualTo(2);
    assertThat(rounds).hasSizeGreaterThanOrEqualTo((int) after.value(name("round")));
    for (List<Map<String, String>> kind : List.of(epochs, rounds, checkpoints)) {
      assertThat(kind).extracting(line -> line.get("run")).containsOnly(runId);
      assertThat(kind).extracting(line -> line.get("context")).containsOnly(runId);
      assertThat(kind)
          .extracting(line -> line.get("level"))
          .containsOnly(kind == rounds ? "DEBUG" : "INFO");
    }
    for (int i = 0; i < epochs.size(); i++) {
      assertThat(epochs.get(i))
          .containsEntry("epoch", String.valueOf(i + 1))
          .containsEntry("round", String.valueOf(23 * (i + 1)))
          .containsKeys("loss", "samplesPerSecond", "validationAccuracy", "learningRate");
    }
    for (int i = 0; i < rounds.size(); i++) {
      assertThat(rounds.get(i))
          .containsEntry("epoch", String.valueOf(i / 23 + 1))
          .containsEntry("round", String.valueOf(i + 1))
          .containsKeys("loss", "samplesPerSecond");
    }
    assertThat(Path.of(URI.create(checkpoints.get(checkpoints.size() - 1).get("location"))))
        .hasSize(Long.parseLong(checkpoints.get(checkpoints.size() - 1).get("bytes")));
    System.out.printf(
        "log: %d epochs, %d rounds, %d checkpoints in key=value lines%n",
        epochs.size(), rounds.size(), checkpoints.size());
  }

  @Test
  void whateverTheDriversThreadSaysNamesTheRun() throws IOException {
    List<String> lines = Files.readString(log).lines().toList();
    int first = 0;
    while (!lines.get(first).contains("] [run " + runId)) {
      first++;
    }
    assertThat(lines.subList(first, lines.size()).stream().filter(l -> l.contains(" [main] ")))
        .filteredOn(line -> line.contains("DAGScheduler") || line.contains("ProgressLog"))
        .isNotEmpty()
        .allMatch(line -> line.contains("[main] [run " + runId));
  }

  @Test
  void theHistoryServerShowsTheRun() throws Exception {
    List<Path> files;
    try (Stream<Path> events = Files.list(temp.resolve("events"))) {
      files = events.toList();
    }
    assertThat(files).hasSize(1);
    String application = files.get(0).getFileName().toString();
    List<String> events = Files.readString(files.get(0)).lines().toList();
    assertThat(events.stream().filter(e -> e.contains("\"io.sparkrnn.spark.EpochEvent\"")))
        .hasSize(epochs.size())
        .allMatch(event -> event.contains("\"runId\":\"%s\"".formatted(runId)));
    assertThat(events.stream().filter(e -> e.contains("\"io.sparkrnn.spark.CheckpointEvent\"")))
        .hasSize(checkpoints.size());

    try (HistoryServer history =
        HistoryServer.start(temp.resolve("events"), temp.resolve("history.log"))) {
      JsonNode shown = history.rest(application, "");
      assertThat(shown.path("name").asText()).isEqualTo("spark-rnn " + runId);
      assertThat(shown.at("/attempts/0/completed").asBoolean()).isTrue();
      JsonNode jobs = history.rest(application, "/jobs");
      assertThat(jobs).isNotEmpty();
      assertThat(jobs.findValuesAsText("description")).contains("rounds from epoch 1, round 0");
      assertThat(history.rest(application, "/environment").toString())
          .contains("spark-rnn " + runId);
    }
  }
}
