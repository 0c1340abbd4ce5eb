package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.FullProof;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.run.Console;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.TrainingLoop.Budget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code src/bench/compare.py}, where there is a Python; PyTorch is not needed. */
class ComparisonsIT {
  private static final Path BENCH = Path.of("src", "bench").toAbsolutePath();
  private static final Pattern IN_DOCUMENT =
      Pattern.compile("(?m)^\\| `([\\w-]+)` \\|.* \\| \\d+ min \\|$");
  private static final Pattern LISTED = Pattern.compile("(?m)^([\\w-]+): .*; about ");

  @TempDir Path directory;

  private record Output(int status, String out, String err) {}

  @BeforeEach
  void requirePython() throws Exception {
    boolean found;
    try {
      found = python("-c", "import sys; sys.exit(sys.version_info < (3, 10))").status() == 0;
    } catch (IOException e) {
      found = false;
    }
    assumeThat(found).as("Python 3.10 on the PATH").isTrue();
  }

  private Output python(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Output(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private Output compare(String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(BENCH.resolve("compare.py").toString()));
    words.addAll(List.of(arguments));
    return python(words.toArray(String[]::new));
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }

  @Test
  void theListIsTheOneInTheDocument() throws Exception {
    Output output = compare("--list");

    assertThat(output.status()).isZero();
    assertThat(found(LISTED, output.out()))
        .isNotEmpty()
        .isEqualTo(found(IN_DOCUMENT, Files.readString(Path.of("src", "docs", "benchmarks.md"))));
    assertThat(output.out()).contains("PyTorch, 1 thread", "DL4J SimpleRnn, 1 thread");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'expected at least one comparison of iteration, '",
    "horses, 'found horses'",
    "iteration --runs 0, 'argument --runs: invalid positive number value'",
    "iteration --model vanilla-rnn, 'argument --model: invalid choice'",
    "iteration --speed 3, 'unrecognized arguments: --speed'",
  })
  void aWrongCommandLineIsRefusedInOneLine(String arguments, String reason) throws Exception {
    Output output = compare(arguments.isEmpty() ? new String[0] : arguments.split(" "));

    assertThat(output.status()).isEqualTo(ExitCode.USAGE);
    assertThat(output.out()).isEmpty();
    assertThat(output.err().lines()).singleElement().asString().contains(reason);
  }

  @ParameterizedTest
  @CsvSource({"row-rnn-150", "row-rnn-512x2"})
  void ourCommandsAreUnderstood(String model) throws Exception {
    Output output =
        compare(
            "--print",
            "--model",
            model,
            "epoch-1-worker",
            "epoch-2-workers",
            "stock",
            "time-to-accuracy",
            "--master",
            "spark://host:7077");

    List<String> commands =
        output.out().lines().filter(line -> line.contains("submit/local ")).toList();
    assertThat(commands)
        .hasSizeGreaterThan(6)
        .anyMatch(command -> command.contains("--master spark://host:7077"));
    for (String command : commands) {
      List<String> words = Arrays.asList(command.replace("{seed}", "1").split(" "));
      List<String> train = new ArrayList<>(words.subList(words.indexOf("train"), words.size()));
      train.add("--dry-run");
      CommandRun run = CommandRun.of(train.toArray(String[]::new));
      assertThat(run.errors()).as(command).isEmpty();
      assertThat(run.exitCode()).isZero();
    }
  }

  @Test
  void withoutPyTorchTheOthersRun() throws Exception {
    Output output =
        compare(
            "iteration",
            "--runs",
            "2",
            "--seconds",
            "0.1",
            "--no-build",
            "--python",
            "no-such-python",
            "--out",
            "results");

    assertThat(output.err()).isEmpty();
    assertThat(output.status()).isZero();
    assertThat(output.out()).contains("PyTorch is left out: no-such-python cannot import torch");
    JsonNode results =
        new ObjectMapper().readTree(directory.resolve("results/results.json").toFile());
    JsonNode peers = results.at("/comparisons/iteration/peers");
    assertThat(peers).hasSize(1);
    assertThat(peers.at("/0/name").asText()).isEqualTo("spark-rnn, 1 thread");
    assertThat(peers.at("/0/values")).hasSize(2);
    assertThat(peers.at("/0/median").asDouble()).isPositive();
    JsonNode runs = results.at("/comparisons/iteration/runs");
    assertThat(runs.findValues("command")).hasSize(2);
    assertThat(runs.at("/1/seed").asInt()).isEqualTo(2);
    assertThat(results.at("/machine/cpu").asText()).isNotEmpty();
    assertThat(directory.resolve("results/results.md"))
        .content()
        .contains("| spark-rnn, 1 thread | 2 |");
  }

  @Test
  @FullProof
  void aPeerThatFailsIsLeftOut() throws Exception {
    // Python without the option that compare.py gives: it is there, so PyTorch seems to be, too.
    Path python = Files.writeString(directory.resolve("python"), "#!/bin/sh\n[ \"$1\" = -c ]\n");
    assertThat(python.toFile().setExecutable(true)).isTrue();
    Output output =
        compare(
            "iteration",
            "--runs",
            "2",
            "--seconds",
            "0.1",
            "--no-build",
            "--python",
            python.toString(),
            "--out",
            "results");

    assertThat(output.status()).isEqualTo(1);
    assertThat(output.out())
        .contains("PyTorch, 1 thread: expected exit code 0, found 1 of")
        .containsOnlyOnce("PyTorch, 1 thread is left out from now on.");
    assertThat(directory.resolve("results/results.md")).content().contains("spark-rnn, 1 thread");
  }

  @Test
  void theScreenTellsWhenAnAccuracyWasReached() throws Exception {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(screen, true, StandardCharsets.UTF_8),
            new RoundPlan(10, 5, 5),
            new Budget(3));
    console.engine("somewhere");
    console.onEpoch(epoch(1, 969));
    console.onEpoch(epoch(2, 970));
    console.onEpoch(epoch(3, 990));
    Path lines =
        Files.writeString(directory.resolve("lines"), screen.toString(StandardCharsets.UTF_8));

    Output output =
        python(
            "-c",
            """
            import json, sys
            sys.path.insert(0, sys.argv[1])
            import compare
            lines = open(sys.argv[2], encoding="utf-8").read().splitlines()
            print(json.dumps(compare.time_to_accuracy(list(enumerate(lines)))))
            """,
            BENCH.toString(),
            lines.toString());

    assertThat(output.err()).isEmpty();
    JsonNode found = new ObjectMapper().readTree(output.out());
    assertThat(found.at("/validationAccuracies").toString()).isEqualTo("[0.969,0.97,0.99]");
    assertThat(found.at("/reached").asBoolean()).isTrue();
    // The numbers of lines stand for seconds: the engine, nothing, the heading, epochs 1 and 2.
    assertThat(found.at("/secondsToAccuracy").asInt()).isEqualTo(4);
  }

  private static EpochReport epoch(int number, int rightOfThousand) {
    ConfusionMatrix confusion =
        ConfusionMatrix.of(new long[] {rightOfThousand, 1000 - rightOfThousand, 0, 0}, 2);
    return new EpochReport(
        number,
        470L * number,
        0.5,
        0.001,
        55_000,
        2.5,
        2,
        0.1,
        List.of(2.0),
        Optional.of(new EvaluationResult(confusion, 0.5, 1000, List.of())));
  }

  @Test
  void helpOfPyTorchsSideNeedsNoPyTorch() throws Exception {
    Output help = python(BENCH.resolve("python/torch_peer.py").toString(), "--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("--exchange {ddp,average}");
  }
}
