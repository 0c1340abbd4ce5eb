package io.sparkrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code retrain} promises to whoever schedules it. */
class RetrainIT {
  private static final String LABELS = "train-labels-idx1-ubyte";
  private static final int LABELS_HEADER_BYTES = 8;

  /** Of a model that guesses. */
  private static final String[] LITTLE = {"--epochs", "1", "--learning-rate", "0.00001"};

  /** Of one that has learnt something. */
  private static final String[] MUCH = {"--epochs", "8", "--learning-rate", "0.01"};

  private static final String[] DIVERGING = {
    "--updater", "sgd", "--learning-rate", "1e30", "--clip-norm", "0"
  };

  @TempDir(factory = OddTempDirectory.class)
  private static Path shared;

  @TempDir private Path temp;

  private static Path data() {
    return FirstImages.in(shared, 2000);
  }

  private Path registry() {
    return temp.resolve("registry");
  }

  /** Trains a tiny network; what comes later overrides what came before. */
  private CommandRun retrain(String runId, Path data, String[] settings, String... more) {
    return CommandRun.of(arguments(runId, data, settings, more));
  }

  private String[] arguments(String runId, Path data, String[] settings, String... more) {
    List<String> arguments = new ArrayList<>(List.of("retrain"));
    arguments.addAll(List.of("--registry", registry().toString(), "--run-id", runId));
    arguments.addAll(List.of("--data", data.toString(), "--minibatch-size", "16"));
    List<String> given = List.of(more);
    if (!given.contains("--engine")) {
      arguments.addAll(List.of("--engine", "local"));
    }
    if (!given.contains("--hidden")) {
      arguments.addAll(List.of("--hidden", "8"));
    }
    arguments.addAll(List.of(settings));
    arguments.addAll(given);
    return arguments.toArray(String[]::new);
  }

  /** As the other, with the one line that it prints for machines. */
  private JsonNode report(int exitCode, String runId, Path data, String[] settings, String... more)
      throws IOException {
    CommandRun run =
        retrain(
            runId,
            data,
            settings,
            Stream.concat(Stream.of("--json"), Stream.of(more)).toArray(String[]::new));
    assertThat(run.exitCode()).as(run.errors()).isEqualTo(exitCode);
    assertThat(run.errors()).doesNotContain("\tat ");
    assertThat(run.output().lines()).hasSize(1);
    JsonNode report = new ObjectMapper().readTree(run.output());
    assertThat(report.path("exitCode").asInt(-1)).isEqualTo(exitCode);
    assertThat(report.path("runId").asText()).isEqualTo(runId);
    return report;
  }

  private List<String> tree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.map(file -> directory.relativize(file).toString()).sorted().toList();
    }
  }

  private List<String> names(String below) {
    String[] names = registry().resolve(below).toFile().list();
    return names == null ? List.of() : Stream.of(names).sorted().toList();
  }

  /** A copy of data with other bytes in one of its files. */
  private Path changed(String name, String file, UnaryOperator<byte[]> change) throws IOException {
    Path copy = Files.createDirectory(temp.resolve(name));
    for (String each : data().toFile().list()) {
      byte[] bytes = Files.readAllBytes(data().resolve(each));
      Files.write(copy.resolve(each), each.equals(file) ? change.apply(bytes) : bytes);
    }
    return copy;
  }

  /** A copy of data with other labels. */
  private Path relabelled(String name, IntUnaryOperator change) throws IOException {
    return changed(
        name,
        LABELS,
        bytes -> {
          for (int at = LABELS_HEADER_BYTES; at < bytes.length; at++) {
            bytes[at] = (byte) change.applyAsInt(bytes[at]);
          }
          return bytes;
        });
  }

  /** Every image has the label of another class. */
  private Path mislabelled(String name) throws IOException {
    return relabelled(name, label -> (label + 1) % 10);
  }

  @Test
  void theFirstIsPromotedThenWhatIsBetterAndNothingElse() throws IOException {
    JsonNode first = report(0, "first", data(), LITTLE);
    assertThat(first.path("decision").asText()).isEqualTo("promoted");
    assertThat(first.path("version").asInt()).isEqualTo(1);
    assertThat(first.path("current").asInt()).isEqualTo(1);
    assertThat(first.path("previous").isNull()).isTrue();
    assertThat(first.path("mcnemar").isNull()).isTrue();
    assertThat(first.path("reason").asText()).contains("there is no current version");
    assertThat(first.at("/data/labelCounts")).hasSize(10);
    assertThat(first.at("/data/pixelMean").asDouble()).isBetween(0.12, 0.14);

    JsonNode better = report(0, "better", data(), MUCH);
    assertThat(better.path("decision").asText()).isEqualTo("promoted");
    assertThat(better.path("accuracy").asDouble())
        .isGreaterThan(better.path("currentAccuracy").asDouble());
    assertThat(better.path("currentAccuracy").asDouble())
        .isEqualTo(first.path("accuracy").asDouble());
    assertThat(better.at("/mcnemar/pValue").asDouble()).isLessThan(0.05);
    assertThat(better.path("reason").asText()).contains(": significantly better (p ");
    assertThat(better.path("previous").asInt()).isEqualTo(1);

    JsonNode worse = report(0, "worse", mislabelled("mislabelled"), MUCH);
    assertThat(worse.path("decision").asText()).isEqualTo("kept");
    assertThat(worse.path("reason").asText()).contains("lower by more than 0.005");
    assertThat(worse.path("version").asInt()).isEqualTo(3);
    assertThat(worse.path("current").asInt()).isEqualTo(2);
    assertThat(worse.path("error").isNull()).isTrue();

    JsonNode told = report(3, "worse", temp.resolve("gone"), MUCH, "--kept-exit-code", "3");
    assertThat(told.path("decision").asText()).isEqualTo("kept");
    assertThat(report(0, "better", temp.resolve("gone"), MUCH, "--kept-exit-code", "3"))
        .isNotNull();

    CommandRun human = retrain("too-low", data(), LITTLE, "--min-accuracy", "1");
    assertThat(human.exitCode()).isZero();
    assertThat(human.output())
        .contains("kept      version 4: accuracy ", "is below the least allowed, 1.0")
        .contains("current   version 2");
  }

  @Test
  void aWarmStartIsOneFromTheCurrentVersion() throws IOException {
    JsonNode first = report(0, "first", data(), MUCH);
    JsonNode warm = report(0, "warm", data(), LITTLE);
    JsonNode fresh = report(0, "fresh", data(), LITTLE, "--start", "fresh");

    assertThat(result(warm).path("initialParametersSha256").asText())
        .isEqualTo(result(first).path("parametersSha256").asText());
    assertThat(result(fresh).has("initialParametersSha256")).isFalse();
    CommandRun other = retrain("other", data(), LITTLE, "--hidden", "9");
    assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(other.errors())
        .contains("expected a model of 28 x 28 -> 9 tanh -> 10", "--start fresh");
    JsonNode otherFresh = report(0, "other", data(), MUCH, "--hidden", "9", "--start", "fresh");
    assertThat(otherFresh.at("/mcnemar/b").isNumber()).isTrue();
  }

  private static JsonNode result(JsonNode report) throws IOException {
    return RunState.result(Path.of(report.path("runDirectory").asText()));
  }

  @Test
  void theSameRunAgainIsToldAgainAndChangesNothing() throws IOException {
    JsonNode first = report(0, "once", data(), MUCH);
    report(0, "other", data(), LITTLE, "--evidence", "not-worse");
    List<String> before = tree(registry());

    // Nothing is read: neither settings nor data matter any more.
    JsonNode again = report(0, "once", temp.resolve("gone"), LITTLE, "--hidden", "9");

    assertThat(((ObjectNode) again).without("seconds").toString())
        .isEqualTo(((ObjectNode) first).without("seconds").toString());
    assertThat(tree(registry())).isEqualTo(before);
    CommandRun human = retrain("once", temp.resolve("gone"), LITTLE);
    assertThat(human.output()).contains("promoted  version 1: ").doesNotContain("epoch");
  }

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {"  1/1 ,after epoch 1", "test accuracy,This run is complete"})
  void aRunThatIsStoppedInItsFinalTestOrDecisionGoesOnFromThere(String printed, String resumed)
      throws IOException {
    report(0, "first", data(), LITTLE);
    CommandRun stopped = CommandRun.stoppedAt(printed, arguments("second", data(), LITTLE));
    assertThat(stopped.exitCode()).as(stopped.errors()).isEqualTo(143);
    assertThat(stopped.errors()).startsWith("spark-rnn: Stopped as asked");
    assertThat(names("log")).hasSize(1);

    CommandRun again = retrain("second", data(), LITTLE);
    assertThat(again.exitCode()).as(again.errors()).isZero();
    assertThat(again.output()).contains(resumed, "version 2: ");
  }

  @Test
  void afterAPermanentFailureItStopsAtOnceUntilTheCauseChanges() throws IOException {
    JsonNode diverged = report(1, "run", data(), DIVERGING);
    assertThat(diverged.path("permanent").asBoolean()).isTrue();
    assertThat(diverged.path("decision").asText()).isEqualTo("failed");
    assertThat(diverged.path("error").asText()).contains("diverged");
    List<String> before = tree(registry());

    JsonNode again = report(1, "run", data(), DIVERGING);
    assertThat(again.path("permanent").asBoolean()).isTrue();
    assertThat(again.path("error").asText())
        .startsWith("Cannot go on in " + diverged.path("runDirectory").asText())
        .contains("diverged", "begin anew");
    assertThat(tree(registry())).isEqualTo(before);

    // Other data: it is trained again, and diverges elsewhere.
    JsonNode elsewhere = report(1, "run", mislabelled("other"), DIVERGING);
    assertThat(elsewhere.path("error").asText()).doesNotContain("Cannot go on");
    assertThat(names("runs/run")).hasSize(2);
    assertThat(names("log")).isEmpty();

    // Other settings: it succeeds, and nothing of the failures is left.
    JsonNode done = report(0, "run", data(), MUCH);
    assertThat(names("runs/run"))
        .containsExactly(Path.of(done.path("runDirectory").asText()).getFileName().toString());
    assertThat(names("log")).containsExactly("000000001.json");
  }

  @Test
  void dataThatAreNotLikeTheOthersAreRefused() throws IOException {
    JsonNode few = report(65, "few", data(), MUCH, "--min-samples", "2001");
    assertThat(few.path("error").asText())
        .isEqualTo(
            "Cannot train on %s: expected at least 2001 training samples, found 2000; --min-samples allows fewer"
                .formatted(data()));
    assertThat(few.path("permanent").asBoolean()).isTrue();
    Path without = relabelled("without", label -> label == 3 ? 8 : label);
    assertThat(report(65, "class", without, MUCH).path("error").asText())
        .contains("every class, found none of class 3");
    Path damaged = changed("damaged", LABELS, bytes -> new byte[3]);
    assertThat(report(65, "damaged", damaged, MUCH).path("data").isNull()).isTrue();
    assertThat(registry()).doesNotExist();

    report(0, "first", data(), MUCH);
    List<String> before = tree(registry());
    AtomicInteger place = new AtomicInteger();
    Path skewed = relabelled("skewed", label -> place.getAndIncrement() < 660 ? 7 : label);
    JsonNode labels = report(65, "skewed", skewed, MUCH);
    assertThat(labels.path("error").asText())
        .contains(
            "as those of version 1", "distance of at most 0.1, found 0.", "--max-label-drift");
    assertThat(labels.path("current").asInt()).isEqualTo(1);
    Path inverted =
        changed(
            "inverted",
            "train-images-idx3-ubyte",
            bytes -> {
              for (int at = 16; at < bytes.length; at++) {
                bytes[at] = (byte) ~bytes[at];
              }
              return bytes;
            });
    assertThat(report(65, "inverted", inverted, MUCH).path("error").asText())
        .contains("at most 0.25 deviations away", "--max-pixel-drift");
    Path narrow = changed("narrow", "", bytes -> bytes);
    for (String file : List.of("train-images-idx3-ubyte", "t10k-images-idx3-ubyte")) {
      byte[] bytes = Files.readAllBytes(narrow.resolve(file));
      // Twice as many rows of half the length.
      bytes[11] = 56;
      bytes[15] = 14;
      Files.write(narrow.resolve(file), bytes);
    }
    assertThat(report(65, "narrow", narrow, MUCH).path("error").asText())
        .contains("expected sequences of 28 x 28 in 10 classes as version 1", "found 56 x 14");
    assertThat(tree(registry())).isEqualTo(before);

    assertThat(
            report(0, "allowed", skewed, MUCH, "--max-label-drift", "1").path("decision").asText())
        .isEqualTo("kept");
    // Which does not make the usual ones odd, and more of the same are usual by now.
    report(0, "usual", data(), LITTLE);
    report(0, "allowed-again", skewed, LITTLE, "--max-label-drift", "1");
    report(0, "skewed", skewed, LITTLE);
  }

  @Test
  void aRunWithoutANameHasThatOfTheDay() throws IOException {
    List<String> arguments =
        List.of("retrain", "--registry", registry().toString(), "--data", "gone", "--json");
    LocalDate before = LocalDate.now(ZoneOffset.UTC);
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    LocalDate after = LocalDate.now(ZoneOffset.UTC);
    assertThat(new ObjectMapper().readTree(run.output()).path("runId").asText())
        .isIn("nightly-" + before, "nightly-" + after);
  }

  @Test
  void mistakesAreToldToMachinesToo() throws IOException {
    for (String[] mistake :
        new String[][] {
          {"--evidence", "none"},
          {"--min-accuracy", "2"},
          {"--min-samples", "0"},
          {"--kept-exit-code", "1"},
          {"--run-dir", "x"},
          {"--epochs", "many"},
          {"--notify", "ftp://host/secret"},
        }) {
      JsonNode refused = report(64, "run", data(), new String[0], mistake);
      assertThat(refused.path("error").asText()).isNotEmpty().doesNotContain("secret");
      assertThat(refused.path("permanent").asBoolean()).isTrue();
    }
    Path file = Files.writeString(temp.resolve("my.conf"), "run.dir = /tmp/mine");
    CommandRun own = retrain("run", data(), MUCH, "--config", file.toString());
    assertThat(own.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(own.errors()).contains("Cannot retrain with run.dir: expected none in " + file);
    assertThat(retrain("../run", data(), MUCH).errors()).contains("expected a run's id of 1 to");
    assertThat(registry()).doesNotExist();
  }

  @Test
  void everybodyGetsTheSameReport() throws Exception {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          int status = exchange.getRequestURI().getPath().equals("/good") ? 204 : 500;
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    try {
      String host = "http://localhost:%d/".formatted(server.getAddress().getPort());
      Path piped = temp.resolve("piped.json");
      Path file = temp.resolve("return.json");
      String[] outputs = {
        "--notify", host + "good",
        "--notify-command", "cat > '%s'; echo no part of the report".formatted(piped),
        "--result-file", file.toString()
      };
      JsonNode done = report(0, "run", data(), LITTLE, outputs);
      assertThat(received.take()).isEqualTo(done.toString());
      assertThat(Files.readString(piped)).isEqualTo(done + "\n");
      assertThat(Files.readString(file)).isEqualTo(done + "\n");

      JsonNode failed = report(65, "few", data(), LITTLE, join(outputs, "--min-samples", "9999"));
      assertThat(received.take()).isEqualTo(failed.toString());
      assertThat(Files.readString(piped)).isEqualTo(failed + "\n");
      assertThat(Files.readString(file)).isEqualTo(failed + "\n");

      CommandRun warned =
          retrain("run", data(), LITTLE, "--notify", host + "secret", "--notify-command", "exit 3");
      assertThat(warned.exitCode()).isZero();
      assertThat(warned.errors().lines())
          .containsExactly(
              "spark-rnn: Cannot notify localhost: expected an answer of status 200 to 299, found status 500; nothing else changes",
              "spark-rnn: Cannot notify the command: expected exit code 0, found exit code 3; nothing else changes");
    } finally {
      server.stop(0);
    }
    CommandRun nobody = retrain("run", data(), LITTLE, "--notify", "http://localhost:1/");
    assertThat(nobody.exitCode()).isZero();
    assertThat(nobody.errors()).startsWith("spark-rnn: Cannot notify localhost: ");
  }

  private static String[] join(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void aResultFileThatCannotBeWrittenIsAFailureThatTheNextTryMends() throws IOException {
    Path file = temp.resolve("xcom/return.json");
    JsonNode failed = report(74, "run", data(), LITTLE, "--result-file", file.toString());
    assertThat(failed.path("decision").asText()).isEqualTo("failed");
    assertThat(failed.path("error").asText()).contains(file.getParent().toString());

    Files.createDirectory(file.getParent());
    JsonNode done = report(0, "run", data(), LITTLE, "--result-file", file.toString());
    assertThat(done.path("decision").asText()).isEqualTo("promoted");
    assertThat(Files.readString(file)).isEqualTo(done + "\n");
    assertThat(names("log")).containsExactly("000000001.json");
  }

  @Test
  void sparkTrainsTheSame() throws IOException {
    JsonNode local = report(0, "local", data(), MUCH, "--start", "fresh");
    JsonNode spark =
        report(
            0,
            "spark",
            data(),
            MUCH,
            "--start",
            "fresh",
            "--engine",
            "spark",
            "--master",
            "local[2]");

    assertThat(result(spark).path("parametersSha256").asText())
        .isEqualTo(result(local).path("parametersSha256").asText());
    assertThat(spark.path("decision").asText()).isEqualTo("kept");
    assertThat(spark.at("/mcnemar/pValue").asDouble()).isEqualTo(1);
  }
}
