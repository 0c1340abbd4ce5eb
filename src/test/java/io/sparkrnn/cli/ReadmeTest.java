package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.DocumentsTest;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.spark.predict.SparkPrediction.Input;
import io.sparkrnn.spark.predict.SparkPrediction.Output;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

/** What the documents tell people to type works, and what they list is all there is. */
class ReadmeTest {
  private static final Pattern LAUNCHED =
      Pattern.compile("(?m)(?:^|`)submit/local((?: [^`#\n]*)?)");
  private static final Pattern FLAG = Pattern.compile("(?<![\\w-])(--[a-z][a-z0-9-]*)");
  private static final Pattern MODEL = Pattern.compile("`((?:vanilla|row)-rnn[\\w-]*)`");
  private static final Pattern EXIT_CODE = Pattern.compile("(?m)^\\| (\\d+ \\| .*) \\|$");
  private static final Pattern PROFILE = Pattern.compile("-P([\\w-]+)|`(\\w+-(?:x86_64|arm64))`");

  /** Of spark-submit and of the JVM. */
  private static final Set<String> OTHERS =
      Set.of(
          "--properties-file",
          "--driver-java-options",
          "--add-modules",
          "--packages",
          "--repositories",
          "--supervise",
          "--logdir",
          "--jars");

  /** What they read is not there when a test runs them. */
  private static final Set<String> OF_ANOTHER_MACHINE =
      Set.of("evaluate", "predict", "export", "import", "retrain");

  @TempDir private Path temp;

  private static String readme() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  private static String page(String name) throws IOException {
    return Files.readString(Path.of("src", "docs", name));
  }

  private static String section(String document, String title) {
    int start = document.indexOf("\n## " + title + "\n");
    assertThat(start).as("section %s", title).isNotNegative();
    int end = document.indexOf("\n## ", start + 1);
    return document.substring(start, end < 0 ? document.length() : end);
  }

  private static String block(String document, String language) {
    String fence = "```" + language + "\n";
    int start = document.indexOf(fence) + fence.length();
    return document.substring(start, document.indexOf("```", start));
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }

  static Stream<String> launches() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path document : DocumentsTest.documents().toList()) {
      // Which reach for a cluster; which name a command without its arguments; which PagesIT runs.
      if (!Set.of("scheduling.md", "benchmarks.md", "nightly.md", "forecasting.md")
          .contains(document.getFileName().toString())) {
        all.append(Files.readString(document));
      }
    }
    return found(LAUNCHED, all.toString()).stream().map(String::strip).distinct();
  }

  @Test
  void theTwoCommandsStandAtTheTop() throws IOException {
    assertThat(readme().lines().limit(10))
        .anyMatch(line -> line.startsWith("submit/local "))
        .anyMatch(line -> line.startsWith("mvn verify "));
    assertThat(Path.of("submit", "local")).isExecutable();
  }

  @ParameterizedTest(name = "submit/local {0}")
  @MethodSource("launches")
  void commandsAreUnderstood(String arguments) throws IOException {
    Path file =
        Files.writeString(temp.resolve("my.conf"), block(page("configuration.md"), "hocon"));
    List<String> words =
        Stream.of(
                arguments
                    // The launcher's own, which SubmitLocalIT tests.
                    .replaceAll("--(driver-memory|spark-conf) \\S+", "")
                    .replace("--print", "")
                    .replace("my.conf", file.toString())
                    .replace("DIR", temp.resolve("run").toString())
                    .split(" +"))
            .filter(word -> !word.isEmpty())
            .collect(Collectors.toList());
    if (words.isEmpty() || words.get(0).startsWith("--")) {
      words.add(0, "train");
    }
    boolean help = words.contains("--help");
    if (words.get(0).equals("train") && !help && !words.contains("--dry-run")) {
      words.add("--dry-run");
    }
    CommandRun run = CommandRun.of(words.toArray(String[]::new));
    if (words.get(0).equals("report") && !help) {
      assertThat(run.errors()).contains("found no result");
      assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    } else if ((OF_ANOTHER_MACHINE.contains(words.get(0))
            || arguments.startsWith("inspect --model"))
        && !help) {
      // The command line is understood, its model or its data are not there.
      assertThat(run.exitCode()).isEqualTo(ExitCode.STORAGE);
    } else {
      assertThat(run.errors()).isEmpty();
      assertThat(run.exitCode()).isZero();
    }
  }

  @Test
  void theSamplesEndAsARunDoes() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NextCommands.print(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        NextCommands.of(Map.of())
            .trained(
                ConfigurationLoader.defaults(),
                Path.of("runs/20261127T215958Z-row-rnn-150-7e9a").toAbsolutePath().toUri()));
    assertThat(List.of(readme(), page("run-directory.md")))
        .allSatisfy(
            document ->
                assertThat(block(document, "text")).endsWith(out.toString(StandardCharsets.UTF_8)));
  }

  @Test
  void theExampleFileIsAConfiguration() throws IOException {
    RunConfiguration configuration =
        ConfigurationLoader.parse(block(page("configuration.md"), "hocon"), "configuration.md");
    assertThat(configuration.model().name()).isEqualTo("row-rnn-100x2");
    assertThat(configuration.hadoop()).containsKey("fs.defaultFS");
  }

  @Test
  void launchersNameEveryCommand() throws IOException {
    String help = CommandRun.of("--help").output();
    List<String> commands =
        found(
                Pattern.compile("(?m)^  ([a-z]+) "),
                help.substring(help.indexOf("Commands:"), help.indexOf("Exit codes:")))
            .stream()
            .toList();
    assertThat(commands).contains("train", "report");
    String launcher = Files.readString(Path.of("submit", "launcher.sh"));
    assertThat(commands).allMatch(command -> launcher.contains("\n  " + command + " "));
  }

  @Test
  void flagsExist() throws IOException {
    Set<String> known = new TreeSet<>(OTHERS);
    for (String command :
        List.of(
            "train",
            "retrain",
            "evaluate",
            "predict",
            "status",
            "inspect",
            "export",
            "import",
            "report")) {
      known.addAll(found(FLAG, CommandRun.of(command, "--help").output()));
    }
    for (String command : List.of("list", "show", "promote", "rollback", "prune")) {
      known.addAll(found(FLAG, CommandRun.of("models", command, "--help").output()));
    }
    known.addAll(found(FLAG, Files.readString(Path.of("submit", "launcher.sh"))));
    known.addAll(found(FLAG, Files.readString(Path.of("submit", "cluster.sh"))));
    for (Path document : DocumentsTest.documents().toList()) {
      // Which has the flags of the programs under src/bench.
      if (!document.endsWith("benchmarks.md")) {
        assertThat(known).as("%s", document).containsAll(found(FLAG, Files.readString(document)));
      }
    }
  }

  @Test
  void theModelsAreThoseOfTheZoo() throws IOException {
    assertThat(Set.copyOf(found(MODEL, page("notebook.md"))))
        .isEqualTo(ModelZoo.models().stream().map(RnnTopology::name).collect(Collectors.toSet()));
  }

  @Test
  void theInputsAndOutputsOfPredictAreAll() throws IOException {
    String section = page("predict.md");
    assertThat(found(Pattern.compile("(?m)^\\| `(idx|png|parquet|orc|csv|table)` \\|"), section))
        .isEqualTo(Stream.of(Input.values()).map(Input::toString).toList());
    assertThat(section)
        .contains(
            Stream.of(Output.values())
                .map(Output::toString)
                .map("`%s`"::formatted)
                .toArray(String[]::new));
  }

  @Test
  void theExitCodesAreAll() throws IOException {
    assertThat(found(EXIT_CODE, section(page("run-directory.md"), "Exit codes")))
        .containsExactly(
            Stream.of(Main.class.getAnnotation(Command.class).exitCodeList())
                .map(code -> code.replaceFirst(":", " | "))
                .toArray(String[]::new));
  }

  @Test
  void theEnginesAreAll() throws IOException {
    List<String> engines =
        found(Pattern.compile("(?m)^\\| `(\\w+)` \\|"), section(page("cluster.md"), "Engines"));
    assertThat(Keys.ENGINE.expected()).isEqualTo("one of " + String.join(", ", engines));
  }

  @Test
  void profilesOfOtherPlatformsExist() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    List<String> profiles =
        PROFILE
            .matcher(section(page("cluster.md"), "Other platforms"))
            .results()
            .map(match -> match.group(1) != null ? match.group(1) : match.group(2))
            .toList();
    assertThat(profiles).hasSize(4);
    assertThat(profiles).allSatisfy(name -> assertThat(pom).contains("<id>" + name + "</id>"));
  }

  @Test
  void valuesThatItCallsDefaultsAre() throws IOException {
    RunConfiguration defaults = ConfigurationLoader.defaults();
    assertThat(defaults.model().name()).isEqualTo("row-rnn-150");
    assertThat(defaults.data().uri()).isEqualTo("builtin:mnist");
    assertThat(defaults.run().keep()).isEqualTo(3);
    assertThat(defaults.run().checkpointEvery()).isEqualTo(1);
    assertThat(Keys.ENGINE.text(defaults)).isEqualTo("spark");
    assertThat(section(page("run-directory.md"), "Entries")).contains("the newest 3 (`--keep`)");
  }

  @Test
  void dataHasItsLicence() throws IOException {
    String source =
        Files.readString(Path.of("src/main/resources/io/sparkrnn/data/mnist/SOURCE.md"));
    assertThat(source).contains("CC BY-SA 3.0");
    assertThat(section(readme(), "Licence")).contains("CC BY-SA 3.0", "Apache License 2.0");
    assertThat(Files.readString(Path.of("LICENSE"))).contains("Version 2.0, January 2004");
  }

  @Test
  void speedsAreThoseOfThePublishedBenchmarks() throws IOException {
    assertThat(section(readme(), "How fast"))
        .contains(
            "| an iteration, one core | %.1f ms | %.1f ms |"
                .formatted(median("iteration", "spark-rnn"), median("iteration", "PyTorch")),
            "| an epoch, two workers that average every 10 iterations | %.2f s | %.1f s |"
                .formatted(
                    median("epoch-2-workers", "spark-rnn, local[2]"),
                    median("epoch-2-workers", "PyTorch, 2 processes, average")))
        .containsPattern(
            "\\| until 97%% of .* recipe \\| %.1f s \\| %.0f s \\|"
                .formatted(accuracy("spark-rnn"), accuracy("PyTorch, the notebook's recipe")))
        .contains(
            "| the same, PyTorch with our recipe | %.1f s | %.0f s |"
                .formatted(accuracy("spark-rnn"), accuracy("PyTorch, spark-rnn's recipe")));
  }

  private static double accuracy(String peer) throws IOException {
    return median("time-to-accuracy", peer);
  }

  /** Of the first of all peers whose name begins so, with the model that is measured first. */
  private static double median(String comparison, String peer) throws IOException {
    JsonNode results = new ObjectMapper().readTree(new File("src/docs/benchmarks.json"));
    for (JsonNode compared : results.path("comparisons")) {
      if (compared.path("comparison").asText().equals(comparison)) {
        for (JsonNode found : compared.path("peers")) {
          if (found.path("name").asText().startsWith(peer)) {
            return found.path("median").asDouble();
          }
        }
      }
    }
    throw new AssertionError("no " + peer + " in " + comparison);
  }
}
