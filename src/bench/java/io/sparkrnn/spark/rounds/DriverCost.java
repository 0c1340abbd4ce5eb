package io.sparkrnn.spark.rounds;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.sparkrnn.config.Averaging;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.rounds.RoundMessages.Result;
import io.sparkrnn.spark.rounds.SimulatedExecutors.Stretch;
import io.sparkrnn.spark.shards.WorkerGroups;
import io.sparkrnn.train.ParameterAverage;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundPart;
import io.sparkrnn.train.SubtreeSum;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a round costs the driver, a message and a megabyte: rounds without any computation through
 * the real exchange over loopback, with simulated executors in another process. For each size of
 * messages a line is fitted on up to 32 tasks and compared with rounds of 64, 256 and 1,024.
 *
 * <p>{@code src/bench/driver-cost} runs it. Argument: seconds for each measurement. Prints tables,
 * and JSON after them. Minima are used: whatever else the machine does only adds.
 */
final class DriverCost {
  private static final Map<String, List<Integer>> MODELS = new LinkedHashMap<>();
  private static final int ADAM_MOMENTS = 2;
  private static final int WORKERS_PER_SUM = 8;
  private static final List<Integer> FITTED = List.of(2, 4, 8, 16, 32);
  private static final List<Integer> PREDICTED = List.of(64, 256, 1024);
  private static final int LEAST_ROUNDS = 5;
  private static final long STALLED_MILLIS = 30_000;

  /** What all messages of a round in one direction may take of this machine's memory. */
  private static final long MOST_BYTES = 1L << 30;

  static {
    MODELS.put("row-rnn-150", List.of(150));
    MODELS.put("row-rnn-100x2", List.of(100, 100));
    MODELS.put("row-rnn-512x2", List.of(512, 512));
  }

  private final double seconds;
  private final JavaSparkContext context;
  private final Writer executors;
  private long round;

  /** A kind of round that is measured: tasks that each send a result or a sum. */
  private record Kind(String model, int parameters, int tasks, int workersPerTask) {
    long values() {
      return (1L + ADAM_MOMENTS) * parameters;
    }

    /** 4 bytes of every value of the state, which is what a task is sent. */
    double megabytes() {
      return 4e-6 * values();
    }

    boolean folded() {
      return workersPerTask > 1;
    }

    /** The rounds of one line are those that differ in the number of tasks alone. */
    String line() {
      return parameters == 1 ? "none" : model + (folded() ? ", sums" : ", results");
    }

    long receivedBytes() {
      return tasks * values() * (folded() ? Double.BYTES : Float.BYTES);
    }
  }

  /** Milliseconds of a round: some whatever there is to do, and some for each task. */
  private record Line(double megabytes, double roundMillis, double taskMillis) {
    double predictMillis(int tasks) {
      return roundMillis + tasks * taskMillis;
    }
  }

  private record Measured(Kind kind, double leastMillis, double medianMillis, int rounds) {}

  private DriverCost(JavaSparkContext context, Writer executors, double seconds) {
    this.context = context;
    this.executors = executors;
    this.seconds = seconds;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 3;
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                // All messages of a round may be half received at the same time.
                "-XX:MaxDirectMemorySize=6g",
                "-cp",
                System.getProperty("java.class.path"),
                SimulatedExecutors.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (JavaSparkContext context = SmallTraining.context("local[1]");
        Writer executors = process.outputWriter(StandardCharsets.UTF_8)) {
      new DriverCost(context, executors, seconds).measure();
    } finally {
      process.destroy();
    }
  }

  private void measure() throws IOException, InterruptedException {
    Map<String, Map<String, Double>> parts = new LinkedHashMap<>();
    MODELS.keySet().forEach(model -> parts.put(model, parts(parameters(model))));
    System.out.printf(
        "%n%-16s%s%n", "nanoseconds", "  " + parts.values().iterator().next().keySet());
    parts.forEach((model, figures) -> System.out.printf("%-16s  %s%n", model, figures.values()));

    // Compilers first.
    measure(new Kind("none", 1, 64, 1));
    measure(new Kind("row-rnn-150", parameters("row-rnn-150"), 16, 1));
    List<Measured> fitted = measureAll(FITTED);
    Map<String, Line> lines = fit(fitted);
    System.out.printf(
        "%n%-24s %10s %14s %14s %14s%n",
        "line", "megabytes", "a round, ms", "a task, ms", "a megabyte, ms");
    lines.forEach(
        (name, line) ->
            System.out.printf(
                "%-24s %10.3f %14.3f %14.4f %14.3f%n",
                name,
                line.megabytes(),
                line.roundMillis(),
                line.taskMillis(),
                line.taskMillis() / line.megabytes()));
    List<Measured> predicted = measureAll(PREDICTED);
    List<Map<String, Object>> rows = new ArrayList<>();
    System.out.printf(
        "%n%-24s %6s %10s %10s %10s %8s %7s%n",
        "line", "tasks", "least, ms", "median, ms", "line, ms", "error", "rounds");
    fitted.forEach(measured -> rows.add(compare(measured, lines, "fitted")));
    predicted.forEach(measured -> rows.add(compare(measured, lines, "predicted")));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("nanosecondsPerValue", parts);
    json.put("lines", lines);
    json.put("rounds", rows);
    System.out.println(
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json));
  }

  private static int parameters(String model) {
    return Network.elman(28, 28, MODELS.get(model), Activation.TANH, 10).parameterCount();
  }

  private List<Measured> measureAll(List<Integer> tasks) throws IOException, InterruptedException {
    List<Measured> all = new ArrayList<>();
    for (int count : tasks) {
      all.add(measure(new Kind("none", 1, count, 1)));
      for (String model : MODELS.keySet()) {
        for (int workersPerTask : new int[] {1, WORKERS_PER_SUM}) {
          Kind kind = new Kind(model, parameters(model), count, workersPerTask);
          if (kind.receivedBytes() <= MOST_BYTES) {
            all.add(measure(kind));
          }
        }
      }
    }
    return all;
  }

  private Measured measure(Kind kind) throws IOException, InterruptedException {
    int workers = kind.tasks() * kind.workersPerTask();
    TrainingState state =
        new TrainingState(
            new float[kind.parameters()],
            new float[ADAM_MOMENTS * kind.parameters()],
            0,
            0,
            0,
            0,
            0,
            0);
    List<Double> millis = new ArrayList<>();
    try (RoundExchange exchange =
        new RoundExchange(context.getConf(), workers, Averaging.PARAMETERS)) {
      ExchangeEndpoint endpoint = exchange.beginStretch(WorkerGroups.of(workers, kind.tasks()));
      Stretch stretch =
          new Stretch(
              endpoint,
              kind.tasks(),
              kind.workersPerTask(),
              (1 + ADAM_MOMENTS) * kind.parameters());
      executors.write(stretch.line() + "\n");
      executors.flush();
      // Until every task is connected.
      run(exchange, state);
      long began = System.nanoTime();
      while (millis.size() < LEAST_ROUNDS || System.nanoTime() - began < seconds * 1e9) {
        long start = System.nanoTime();
        run(exchange, state);
        millis.add((System.nanoTime() - start) / 1e6);
      }
    }
    double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Measured(kind, sorted[0], sorted[sorted.length / 2], sorted.length);
  }

  private void run(RoundExchange exchange, TrainingState state) throws InterruptedException {
    exchange.begin(new Round(round, 0, 0, 1, round, false, 1), state);
    round++;
    while (!exchange.isComplete()) {
      if (!exchange.poll(STALLED_MILLIS)) {
        throw new IllegalStateException("a simulated executor has lost its connection");
      }
    }
    exchange.result();
  }

  private static Map<String, Line> fit(List<Measured> measured) {
    Map<String, List<Measured>> byLine = new LinkedHashMap<>();
    measured.forEach(
        one -> byLine.computeIfAbsent(one.kind().line(), line -> new ArrayList<>()).add(one));
    Map<String, Line> lines = new LinkedHashMap<>();
    byLine.forEach((name, rounds) -> lines.put(name, line(rounds)));
    return lines;
  }

  /** Relative errors count alike, hence each row is divided by its time. */
  private static Line line(List<Measured> measured) {
    double[][] terms = new double[measured.size()][];
    double[] ones = new double[measured.size()];
    for (int i = 0; i < terms.length; i++) {
      double millis = measured.get(i).leastMillis();
      terms[i] = new double[] {1 / millis, measured.get(i).kind().tasks() / millis};
      ones[i] = 1;
    }
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
    regression.setNoIntercept(true);
    regression.newSampleData(ones, terms);
    double[] constants = regression.estimateRegressionParameters();
    return new Line(measured.get(0).kind().megabytes(), constants[0], constants[1]);
  }

  private static Map<String, Object> compare(
      Measured measured, Map<String, Line> lines, String use) {
    Kind kind = measured.kind();
    double predicted = lines.get(kind.line()).predictMillis(kind.tasks());
    System.out.printf(
        "%-24s %6d %10.2f %10.2f %10.2f %7.0f%% %7d  %s%n",
        kind.line(),
        kind.tasks(),
        measured.leastMillis(),
        measured.medianMillis(),
        predicted,
        100 * (predicted / measured.leastMillis() - 1),
        measured.rounds(),
        use);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("use", use);
    row.put("line", kind.line());
    row.put("tasks", kind.tasks());
    row.put("leastMillis", measured.leastMillis());
    row.put("medianMillis", measured.medianMillis());
    row.put("predictedMillis", predicted);
    return row;
  }

  /** The parts of the driver's work, each alone, in nanoseconds a value. */
  private Map<String, Double> parts(int parameters) {
    int values = (1 + ADAM_MOMENTS) * parameters;
    int pairs = 4;
    WorkerResult result = new WorkerResult(0, new float[values], 64, 1, 1);
    Map<String, Double> nanos = new LinkedHashMap<>();
    nanos.put(
        "fold a result",
        leastNanos(
            2L * pairs * values,
            () -> {
              ParameterAverage average = new ParameterAverage(2 * pairs);
              for (int worker = 0; worker < 2 * pairs; worker++) {
                average.add(new WorkerResult(worker, result.vector(), 64, 1, 1));
              }
              return average.sum();
            }));
    SubtreeSum left = new SubtreeSum(0, 8, new double[values], 8, 1, new long[8]);
    SubtreeSum right = new SubtreeSum(8, 8, new double[values], 8, 1, new long[8]);
    nanos.put(
        "fold a sum",
        leastNanos(
            values,
            () -> {
              ParameterAverage average = new ParameterAverage(16);
              average.add(left);
              average.add(right);
              return average.sum();
            }));
    nanos.put("decode a result", leastNanos(values, decoding(result)));
    nanos.put("decode a sum", leastNanos(values, decoding(left)));
    TrainingState state =
        new TrainingState(new float[parameters], new float[values - parameters], 0, 0, 0, 0, 0, 0);
    RoundMessages.RunRound message =
        new RoundMessages.RunRound(new int[0], new Round(0, 0, 0, 1, 0, false, 1), state);
    nanos.put("encode a state", leastNanos(values, () -> RoundMessages.encode(message)));
    return nanos;
  }

  private static Supplier<Object> decoding(RoundPart part) {
    ByteBuffer bytes = RoundMessages.encode(new Result(0, 0, 0, part));
    return () -> RoundMessages.decodeRequest(bytes.duplicate());
  }

  private double leastNanos(long values, Supplier<Object> work) {
    long end = System.nanoTime() + (long) (seconds * 5e8);
    long least = Long.MAX_VALUE;
    int results = 0;
    for (int i = 0; i < 20 || System.nanoTime() < end; i++) {
      long start = System.nanoTime();
      // Not its own hash: a buffer's is of all its bytes.
      results += System.identityHashCode(work.get()) == 0 ? 1 : 0;
      least = Math.min(least, System.nanoTime() - start);
    }
    // What nobody looks at need not be computed.
    return results < 0 ? 0 : Math.round(1000.0 * least / values) / 1000.0;
  }
}
