package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** The tables of src/docs/cluster-size.md follow from the constants above them. */
class ClusterSizeTest {
  private static final int SAMPLES = 6_000_000;
  private static final Map<String, List<Integer>> HIDDEN = new LinkedHashMap<>();

  static {
    HIDDEN.put("row-rnn-150", List.of(150));
    HIDDEN.put("row-rnn-100x2", List.of(100, 100));
    HIDDEN.put("row-rnn-512x2", List.of(512, 512));
  }

  @Test
  void theTableIsTheModel() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src", "docs", "cluster-size.md"));
    assertRows(rows(lines, "## What it predicts"), workers -> round(workers, lines));
  }

  @Test
  void theEpochsAreTheModel() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src", "docs", "cluster-size.md"));
    List<String> rows = rows(lines, "## An epoch, from 1 to 1,000 executors");
    assertRows(rows, workers -> epoch(workers, lines));
    assertThat(rows.get(rows.size() - 1)).startsWith("| 1000 |");
  }

  /** Of averaged gradients: 4 bytes a parameter each way, and one step of the driver's a round. */
  @Test
  void theSecondsToAnAccuracyAreTheModel() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src", "docs", "cluster-size.md"));
    List<String> rows = rows(lines, "## How long to 98 %");
    assertThat(rows).hasSize(8);
    for (String row : rows) {
      int workers = Integer.parseInt(row.split("\\|")[1].strip());
      int iterations = Integer.parseInt(row.split("\\|")[2].strip());
      double fast = constant(lines, "bandwidth, megabytes a ms");
      assertThat(row)
          .isEqualTo(
              String.format(
                  Locale.ROOT,
                  "| %d | %d | %.1f | %.1f |",
                  workers,
                  iterations,
                  iterations * gradientsMillis(workers, lines, fast) / 1e3,
                  iterations * gradientsMillis(workers, lines, fast / 10) / 1e3));
    }
  }

  /** Of a round of averaged gradients, all of it. */
  private static double gradientsMillis(int workers, List<String> lines, double bandwidth) {
    return constant(lines, "step, `row-rnn-150`, ms")
        + constant(lines, "muon, `row-rnn-150`, ms")
        + roundMillis(4e-6 * parameters("row-rnn-150"), bandwidth, workers, lines);
  }

  private static List<String> rows(List<String> lines, String heading) {
    return lines.stream()
        .dropWhile(line -> !line.equals(heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.matches("\\| \\d+ \\|.*"))
        .toList();
  }

  private static void assertRows(List<String> rows, IntFunction<String> expected) {
    assertThat(rows).hasSizeGreaterThan(5);
    for (String row : rows) {
      assertThat(row).isEqualTo(expected.apply(Integer.parseInt(row.split("\\|")[1].strip())));
    }
  }

  private static String epoch(int workers, List<String> lines) {
    List<String> cells = new ArrayList<>();
    for (String model : HIDDEN.keySet()) {
      double seconds = epochSeconds(model, workers, lines);
      double efficiency = epochSeconds(model, 1, lines) / (workers * seconds);
      cells.add(String.format(Locale.ROOT, "%.1f | %.2f", seconds, efficiency));
    }
    return "| " + workers + " | " + String.join(" | ", cells) + " |";
  }

  private static double epochSeconds(String model, int workers, List<String> lines) {
    int iterations = (SAMPLES + workers * 64 - 1) / (workers * 64);
    int rounds = (iterations + 9) / 10;
    double step = constant(lines, "step, `" + model + "`, ms");
    return (iterations * step + rounds * roundMillis(model, workers, lines)) / 1e3;
  }

  /** Of a round of averaged parameters, beyond its iterations. */
  private static double roundMillis(String model, int workers, List<String> lines) {
    double bandwidth = constant(lines, "bandwidth, megabytes a ms");
    return roundMillis(12e-6 * parameters(model), bandwidth, workers, lines);
  }

  private static double roundMillis(
      double megabytes, double bandwidth, int workers, List<String> lines) {
    return constant(lines, "latency, ms")
        + constant(lines, "round trip, ms")
        + (workers + 1) * (megabytes / bandwidth)
        + workers * megabytes * constant(lines, "fold, ms a megabyte");
  }

  private static int parameters(String model) {
    return Network.elman(28, 28, HIDDEN.get(model), Activation.TANH, 10).parameterCount();
  }

  private static String round(int workers, List<String> lines) {
    List<String> cells = new ArrayList<>();
    HIDDEN.forEach(
        (model, hidden) -> {
          double step = constant(lines, "step, `" + model + "`, ms");
          double round = roundMillis(model, workers, lines);
          int often = Math.max(1, (int) Math.ceil(4 * round / step));
          cells.add(
              String.format(
                  Locale.ROOT, "%.1f | %d | %.2f", round, often, 10 * step / (10 * step + round)));
        });
    return "| " + workers + " | " + String.join(" | ", cells) + " |";
  }

  private static double constant(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith("| " + name + " |"))
        .map(line -> Arrays.asList(line.split("\\|")).get(2).strip())
        .mapToDouble(Double::parseDouble)
        .findFirst()
        .orElseThrow();
  }
}
