package io.sparkrnn.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.sparkrnn.kernel.ProductBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs JMH with its own command line, then tells what the times are in GFLOP/s and, where the peak
 * was measured in the same run, as a fraction of it.
 */
final class Benchmarks {
  private static final Path DIRECTORY = Path.of("target", "jmh");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Benchmarks() {}

  /** A benchmark's result; no GFLOP/s where nothing is multiplied that counts. */
  record Line(
      String benchmark,
      String model,
      String kernels,
      double micros,
      double errorMicros,
      Double gflopsPerSecond,
      Double fractionOfPeak) {}

  public static void main(String[] arguments)
      throws CommandLineOptionException, RunnerException, IOException {
    CommandLineOptions options = new CommandLineOptions(arguments);
    if (options.shouldHelp()) {
      options.showHelp();
      return;
    }
    if (options.shouldList()) {
      new Runner(options).list();
      return;
    }
    Files.createDirectories(DIRECTORY);
    ChainedOptionsBuilder withDefaults = new OptionsBuilder().parent(options);
    if (!options.getResult().hasValue()) {
      withDefaults
          .resultFormat(ResultFormatType.JSON)
          .result(DIRECTORY.resolve("results.json").toString());
    }
    List<Line> lines = lines(new Runner(withDefaults.build()).run());
    JSON.writeValue(DIRECTORY.resolve("gflops.json").toFile(), lines);
    System.out.print(table(lines));
  }

  private static List<Line> lines(Collection<RunResult> results) {
    OptionalDouble peak =
        results.stream()
            .filter(result -> label(result).equals("fusedMultiplyAdd"))
            .mapToDouble(result -> gflopsPerSecond(result, PeakBenchmark.flops()))
            .findFirst();
    List<Line> lines = new ArrayList<>();
    for (RunResult result : results) {
      String model = result.getParams().getParam("model");
      long flops = flops(label(result), model);
      Double rate = flops == 0 ? null : gflopsPerSecond(result, flops);
      lines.add(
          new Line(
              label(result),
              model,
              result.getParams().getParam("kernels"),
              result.getPrimaryResult().getScore(),
              result.getPrimaryResult().getScoreError(),
              rate,
              rate == null || peak.isEmpty() ? null : rate / peak.getAsDouble()));
    }
    return lines;
  }

  private static String label(RunResult result) {
    return result.getPrimaryResult().getLabel();
  }

  /** Every benchmark gives microseconds. */
  private static double gflopsPerSecond(RunResult result, long flops) {
    return flops / result.getPrimaryResult().getScore() / 1e3;
  }

  private static long flops(String benchmark, String model) {
    if (model == null) {
      return benchmark.equals("products") ? ProductBenchmark.flops() : PeakBenchmark.flops();
    }
    Workload workload = Workload.named(model);
    FlopCount flops = new FlopCount(workload.topology().network(), workload.minibatchSize());
    return switch (benchmark) {
      case "inferencePass" -> flops.forward();
      case "trainingPass", "iteration" -> flops.iteration();
      case "muon" -> flops.orthogonalisation();
      default -> 0;
    };
  }

  private static String table(List<Line> lines) {
    StringBuilder text =
        new StringBuilder(
            """

            | benchmark | model | kernels | microseconds | GFLOP/s | of peak |
            |---|---|---|---:|---:|---:|
            """);
    for (Line line : lines) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %.1f | %s | %s |%n",
              line.benchmark(),
              line.model() == null ? "-" : line.model(),
              line.kernels() == null ? "-" : line.kernels(),
              line.micros(),
              number("%.1f", line.gflopsPerSecond()),
              number("%.2f", line.fractionOfPeak())));
    }
    return text.toString();
  }

  private static String number(String format, Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }
}
