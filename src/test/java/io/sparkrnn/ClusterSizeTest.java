package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.NetworkShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of src/docs/cluster-size.md follows from the constants above it. */
class ClusterSizeTest {
  private static final Map<String, List<Integer>> HIDDEN = new LinkedHashMap<>();

  static {
    HIDDEN.put("row-rnn-150", List.of(150));
    HIDDEN.put("row-rnn-100x2", List.of(100, 100));
    HIDDEN.put("row-rnn-512x2", List.of(512, 512));
  }

  @Test
  void theTableIsTheModel() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src", "docs", "cluster-size.md"));
    List<String> rows = lines.stream().filter(line -> line.matches("\\| \\d+ \\|.*")).toList();

    assertThat(rows).hasSizeGreaterThan(5);
    for (String row : rows) {
      int workers = Integer.parseInt(row.split("\\|")[1].strip());
      assertThat(row).isEqualTo(expected(workers, lines));
    }
  }

  private static String expected(int workers, List<String> lines) {
    List<String> cells = new ArrayList<>();
    HIDDEN.forEach(
        (model, hidden) -> {
          double step = constant(lines, "step, `" + model + "`, ms");
          double megabytes =
              12e-6 * new NetworkShape(28, 28, hidden, Activation.TANH, 10).parameterCount();
          double transfer = 2 / constant(lines, "bandwidth, megabytes a ms");
          double fold = constant(lines, "fold, ms a megabyte");
          double round = constant(lines, "latency, ms") + workers * megabytes * (transfer + fold);
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
