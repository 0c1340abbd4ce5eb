package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.Proof;
import io.sparkrnn.WebPage;
import io.sparkrnn.spark.HistoryServer;
import io.sparkrnn.spark.StandaloneCluster;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets that an operator gives in the ways there are show up nowhere, on a standalone cluster of
 * processes with {@code conf/spark-defaults.conf}. Looks into every file that is left, every page
 * that Spark shows, and what the program prints.
 */
class SecretsIT {
  private static final Pattern PAGE = Pattern.compile("service 'SparkUI' on port (\\d+)");
  private static final Pattern MASTER_PAGE = Pattern.compile("MasterUI' on port (\\d+)");
  private static final String VARIABLE = "OPERATORS_VARIABLE";

  private final Canary inConfigurationFile = Canary.named("of the configuration file");
  private final Canary inSparkOption = Canary.named("of --conf");
  private final Canary authentication = Canary.named("of spark.authenticate.secret");
  private final Canary inEnvironment = Canary.named("of the environment");
  private final Search search =
      new Search(List.of(inConfigurationFile, inSparkOption, authentication, inEnvironment));

  @TempDir private Path temp;

  /** What the operator keeps for himself: the only place where nobody looks. */
  private Path secrets;

  /** All that anybody writes. */
  private Path written;

  @BeforeEach
  void prepare() throws IOException {
    secrets = Files.createDirectory(temp.resolve("secrets"));
    written = Files.createDirectory(temp.resolve("written"));
    Files.createDirectory(written.resolve("events"));
    Files.createDirectory(written.resolve("cluster"));
    Files.createDirectory(written.resolve("tmp"));
  }

  private Path secret(String name, String text) throws IOException {
    Path file = secrets.resolve(name);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text);
  }

  private String defaults(String more) throws IOException {
    return Files.readString(Path.of("conf", "spark-defaults.conf")) + more;
  }

  private Map<String, String> security() {
    return Map.of(
        "spark.authenticate", "true",
        "spark.authenticate.secret", authentication.value(),
        "spark.network.crypto.enabled", "true",
        "spark.io.encryption.enabled", "true");
  }

  /** Spark's properties and the program's configuration in files of mode 0600. */
  private Driver submit(String output, String moreSpark, String moreHadoop, List<String> options)
      throws IOException {
    StringBuilder properties = new StringBuilder();
    security().forEach((key, value) -> properties.append(key + " " + value + "\n"));
    Path spark = secret("spark.conf", defaults("\n" + properties + moreSpark));
    Path configuration =
        secret(
            "run.conf",
            "hadoop {\n  \"fs.s3a.secret.key\" = \"%s\"\n  \"fs.example.token\" = ${?%s}\n%s}\n"
                .formatted(inConfigurationFile.value(), VARIABLE, moreHadoop));
    List<String> submitOptions =
        new ArrayList<>(
            List.of(
                "--properties-file",
                spark.toString(),
                "--conf",
                "spark.hadoop.fs.example.password=" + inSparkOption.value(),
                "--conf",
                "spark.ui.enabled=true",
                "--conf",
                "spark.ui.port=0",
                "--conf",
                "spark.eventLog.enabled=true",
                "--conf",
                "spark.eventLog.dir=" + written.resolve("events").toUri()));
    submitOptions.addAll(options);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                ("train --kernels portable --hidden 8 --workers 2 --averaging-frequency 1"
                        + " --minibatch-size 8 --validation 40 --epochs 1000000")
                    .split(" ")));
    arguments.addAll(List.of("--config", configuration.toString()));
    arguments.addAll(List.of("--data", FirstImages.in(temp, 400).toString(), "--shared-paths"));
    arguments.addAll(List.of("--run-dir", written.resolve("run").toString()));
    return SlimJar.in(temp)
        .submit(
            Jdk.shortLived("-Djava.io.tmpdir=" + written.resolve("tmp")),
            Map.of("SPARK_LOCAL_IP", "127.0.0.1", VARIABLE, inEnvironment.value()),
            submitOptions,
            arguments,
            written.resolve(output));
  }

  /** With what Spark's daemons would get from a file of theirs. */
  private StandaloneCluster cluster() {
    return StandaloneCluster.start(written.resolve("cluster"), 2, security());
  }

  private boolean hasCheckpoint() {
    return new RunState(written.resolve("run")).newestCheckpoint().isPresent();
  }

  private URI masterPage() throws IOException {
    return page(MASTER_PAGE, Files.readString(written.resolve("cluster/master.log"))).orElseThrow();
  }

  private static Optional<URI> page(Pattern port, String log) {
    Matcher found = port.matcher(log);
    return found.find()
        ? Optional.of(URI.create("http://127.0.0.1:" + found.group(1)))
        : Optional.empty();
  }

  /** While it trains: everything that the driver and the daemons show, and the files so far. */
  private void searchPages(URI driver, List<URI> more) throws Exception {
    String applications = driver + "/api/v1/applications";
    String id =
        new ObjectMapper().readTree(WebPage.text(URI.create(applications))).at("/0/id").asText();
    List<URI> roots = new ArrayList<>(more);
    for (String path :
        List.of(
            "/jobs/",
            "/stages/",
            "/storage/",
            "/environment/",
            "/executors/",
            "/executors/threadDump/?executorId=driver",
            "/metrics/prometheus",
            "/metrics/json/",
            "/metrics/executors/prometheus",
            "/api/v1/applications",
            "/api/v1/version")) {
      roots.add(URI.create(driver + path));
    }
    for (String what : restOf(id)) {
      roots.add(URI.create(applications + what));
    }
    search.pages(roots);
    search.files(written);
  }

  private static List<String> restOf(String id) {
    return Stream.of(
            "", "/environment", "/executors", "/allexecutors", "/jobs", "/stages", "/storage/rdd")
        .map(what -> "/" + id + what)
        .toList();
  }

  /** Afterwards. */
  private void searchWhatIsLeft() throws Exception {
    List<Path> events;
    try (Stream<Path> files = Files.list(written.resolve("events"))) {
      events = files.toList();
    }
    assertThat(events).hasSize(1);
    String id = events.get(0).getFileName().toString().replace(".inprogress", "");
    try (HistoryServer history =
        HistoryServer.start(written.resolve("events"), written.resolve("history.log"))) {
      assertThat(history.rest(id, "").path("name").asText()).startsWith("spark-rnn ");
      List<URI> roots = new ArrayList<>(List.of(history.page("/")));
      for (String page : List.of("jobs/", "stages/", "environment/", "executors/")) {
        roots.add(history.page("/history/" + id + "/" + page));
      }
      for (String what : restOf(id)) {
        roots.add(history.page("/api/v1/applications" + what));
      }
      search.pages(roots);
    }
    search.files(written);
  }

  private void assertLookedAt(String... places) {
    for (String place : places) {
      assertThat(search.looked()).anyMatch(looked -> looked.contains(place));
    }
  }

  private void assertLookedAtEverything() {
    assertLookedAt(
        "/environment/",
        "/api/v1/applications/",
        "/metrics/prometheus",
        "/logPage/",
        "/history/",
        "run/run.json",
        "run/spark-rnn.conf",
        "run/result.json",
        "run/checkpoints/",
        "/stderr",
        "cluster/master.log",
        "cluster/worker-1.log",
        "history.log",
        "events/");
  }

  @Test
  void areNowhereInClientMode() throws Exception {
    assumeTrue(Proof.times(1, 0) == 1, "only with -Dproof=full: cluster mode has a driver, too");
    try (StandaloneCluster cluster = cluster();
        Driver driver = submit("client.out", "", "", cluster.submission("client"))) {
      driver.await("its page", () -> page(PAGE, driver.output()).isPresent());
      driver.await("a checkpoint", this::hasCheckpoint);
      searchPages(page(PAGE, driver.output()).orElseThrow(), List.of(masterPage()));
      driver.terminate();
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
    }
    searchWhatIsLeft();
    assertLookedAtEverything();
    assertLookedAt("client.out");
    assertThat(search.found()).isEmpty();
    System.out.printf("client mode: 4 secrets in none of %d places%n", search.looked().size());
  }

  @Test
  void areNowhereInClusterMode() throws Exception {
    try (StandaloneCluster cluster = cluster()) {
      String id;
      try (Driver submission = submit("cluster.out", "", "", cluster.submission("cluster"))) {
        id = submission.awaitSubmission();
        ProcessHandle driver = cluster.driver(id).orElseThrow();
        while (!hasCheckpoint() || page(PAGE, cluster.driverOutput(id)).isEmpty()) {
          assertThat(driver.isAlive()).as(cluster.driverOutput(id)).isTrue();
          Thread.sleep(20);
        }
        searchPages(page(PAGE, cluster.driverOutput(id)).orElseThrow(), List.of(masterPage()));
        driver.destroy();
        driver.onExit().get(3, TimeUnit.MINUTES);
      }
    }
    searchWhatIsLeft();
    assertLookedAtEverything();
    assertLookedAt("driver-", "cluster.out");
    assertThat(search.found()).isEmpty();
    System.out.printf("cluster mode: 4 secrets in none of %d places%n", search.looked().size());
  }

  /** The same search where masking is switched off, and a secret has a harmless name. */
  @Test
  @FullProof
  void wouldBeFound() throws Exception {
    String planted = "  \"fs.example.hint\" = \"%s\"\n".formatted(inConfigurationFile.value());
    try (Driver driver =
        submit(
            "planted.out",
            "spark.redaction.regex matches-nothing-at-all\n",
            planted,
            List.of("--master", "local[2]"))) {
      driver.await("its page", () -> page(PAGE, driver.output()).isPresent());
      driver.await("a checkpoint", this::hasCheckpoint);
      searchPages(page(PAGE, driver.output()).orElseThrow(), List.of());
      driver.terminate();
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(143);
    }
    searchWhatIsLeft();
    for (String where :
        List.of(
            "run/run.json: " + inConfigurationFile.name(),
            "run/spark-rnn.conf: " + inConfigurationFile.name(),
            ".srnn: " + inConfigurationFile.name(),
            "/environment/: " + inSparkOption.name(),
            "/environment: " + inSparkOption.name(),
            "/environment: " + authentication.name())) {
      assertThat(search.found()).anyMatch(found -> found.endsWith(where));
    }
    // The history server masks what the event log does not: it has its own setting.
    assertThat(search.found())
        .anyMatch(found -> found.contains("events/") && found.endsWith(inSparkOption.name()))
        .noneMatch(found -> found.contains("/history/"));
    System.out.printf("without masking: found in %d places%n", search.found().size());
  }

  @Test
  void wouldBeFoundInAnyForm() throws IOException {
    int number = 0;
    for (String form : inEnvironment.forms()) {
      Files.writeString(written.resolve("file-" + number++), "before " + form + " after");
    }
    search.files(written);
    assertThat(search.found()).hasSize(number);
    search.text("a page", "nothing");
    assertThat(search.found()).hasSize(number);
  }
}
