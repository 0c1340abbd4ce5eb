package io.sparkrnn.spark.rounds;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.images.ImageTrainingData;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.StandaloneCluster;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Rules;
import io.sparkrnn.train.updater.Updater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a round costs beyond its slowest worker's computation, beside an empty Spark job of as many
 * tasks: row-rnn-150 on MNIST, two workers, one iteration a round, in local mode and on a
 * standalone cluster of two executor processes. All kinds take turns, so that they meet the same
 * machine.
 *
 * <p>{@code src/bench/round-cost} runs it. Arguments: blocks to measure, rounds a block. Prints a
 * table, and JSON after it.
 */
final class RoundCost {
  private static final int WORKERS = 2;
  private static final int WARM_UP_ROUNDS = 20;

  private final JavaSparkContext context;
  private final Recipe recipe;
  private final String kernels;
  private final ImageTrainingData data;
  private final TrainingState state;
  private final int rounds;
  private final JavaRDD<Integer> two;
  private final List<Double> emptyMillis = new ArrayList<>();
  private final Times job = new Times(new ArrayList<>(), new ArrayList<>());
  private final Times resident = new Times(new ArrayList<>(), new ArrayList<>());
  private long round;

  /** Of each round: all of its time, and its slowest worker's computation. */
  private record Times(List<Double> totalMillis, List<Double> computeMillis) {
    void clear() {
      totalMillis.clear();
      computeMillis.clear();
    }

    List<Double> overheadMillis() {
      List<Double> overhead = new ArrayList<>();
      for (int i = 0; i < totalMillis.size(); i++) {
        overhead.add(totalMillis.get(i) - computeMillis.get(i));
      }
      return overhead;
    }

    double computeShare() {
      return sum(computeMillis) / sum(totalMillis);
    }

    private static double sum(List<Double> values) {
      return values.stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  private RoundCost(JavaSparkContext context, int rounds) {
    RunConfiguration defaults = new Rules(ConfigurationLoader.defaults()).decided();
    this.context = context;
    this.rounds = rounds;
    this.kernels = KernelProvider.choose("auto").name();
    this.data =
        ImageTrainingData.read(
            defaults.data(), defaults.hadoop(), WORKERS, defaults.training().seed());
    RnnTopology topology = ModelZoo.find("row-rnn-150").orElseThrow();
    this.recipe =
        new Recipe(
            topology,
            defaults.training().minibatchSize(),
            1,
            Updater.of(defaults.updater(), defaults.samplesOfStep()),
            new LearningRateSchedule(
                defaults.schedule(), defaults.updater().learningRate(), 1_000_000),
            defaults.training().clipNorm(),
            defaults.training().l2(),
            defaults.training().seed());
    this.state =
        TrainingState.initial(
            ParameterInitializer.ORTHOGONAL.initialise(topology, 1), recipe.updater());
    this.two = context.parallelize(List.of(0, 1), WORKERS);
  }

  public static void main(String[] arguments) throws IOException {
    int blocks = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
    Map<String, Map<String, Double>> figures = new LinkedHashMap<>();
    figures.put("local[2]", measure("local[2]", blocks, rounds));
    Path directory = Files.createTempDirectory("round-cost");
    try (StandaloneCluster cluster = StandaloneCluster.start(directory, WORKERS, Map.of())) {
      figures.put("standalone, 2 executors", measure(cluster.master(), blocks, rounds));
    }
    print(figures);
  }

  private static Map<String, Double> measure(String master, int blocks, int rounds) {
    Map<String, String> settings =
        Map.of(
            "spark.executor.memory",
            "1g",
            "spark.locality.wait",
            "200ms",
            "spark.executor.extraJavaOptions",
            "--add-modules=jdk.incubator.vector");
    try (JavaSparkContext context = SmallTraining.context(master, settings)) {
      return new RoundCost(context, rounds).measure(blocks);
    }
  }

  private Map<String, Double> measure(int blocks) {
    try (RoundRunner jobs = SmallTraining.jobs(context, recipe, kernels, data)) {
      for (int block = 0; block <= blocks; block++) {
        for (int i = 0; i < rounds; i++) {
          emptyJob();
          round(jobs, job);
        }
        try (RoundRunner tasksThatStay = SmallTraining.resident(context, recipe, kernels, data)) {
          Times warmUp = new Times(new ArrayList<>(), new ArrayList<>());
          for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            round(tasksThatStay, warmUp);
          }
          for (int i = 0; i < rounds; i++) {
            round(tasksThatStay, resident);
          }
        }
        if (block == 0) {
          // Compilers were still at work.
          emptyMillis.clear();
          job.clear();
          resident.clear();
        }
      }
    }
    return figures();
  }

  private void emptyJob() {
    long began = System.nanoTime();
    two.foreachPartition(elements -> {});
    emptyMillis.add((System.nanoTime() - began) / 1e6);
  }

  private void round(RoundRunner runner, Times times) {
    Round next = new Round(round, 0, (int) (round % 400), 1, round, false, 1);
    round++;
    long began = System.nanoTime();
    RoundResult result = runner.run(state, next);
    times.totalMillis().add((System.nanoTime() - began) / 1e6);
    times.computeMillis().add(result.computeNanos() / 1e6);
  }

  private Map<String, Double> figures() {
    double emptyMedian = quantile(emptyMillis, 0.5);
    double jobMedian = quantile(job.overheadMillis(), 0.5);
    double residentMedian = quantile(resident.overheadMillis(), 0.5);
    Map<String, Double> figures = new LinkedHashMap<>();
    putQuantiles(figures, "emptyJobMillis", emptyMillis);
    putQuantiles(figures, "jobOverheadMillis", job.overheadMillis());
    putQuantiles(figures, "jobComputeMillis", job.computeMillis());
    putQuantiles(figures, "residentOverheadMillis", resident.overheadMillis());
    putQuantiles(figures, "residentComputeMillis", resident.computeMillis());
    figures.put("jobOverheadPerEmptyJob", jobMedian / emptyMedian);
    figures.put("jobOverheadPerResidentOverhead", jobMedian / residentMedian);
    figures.put("residentComputeShare", resident.computeShare());
    return figures;
  }

  /** On a machine that has other work, the tenth part is nearer to a quiet one than the median. */
  private static void putQuantiles(Map<String, Double> figures, String name, List<Double> values) {
    figures.put(name + "P10", quantile(values, 0.1));
    figures.put(name + "Median", quantile(values, 0.5));
    figures.put(name + "P90", quantile(values, 0.9));
  }

  private static double quantile(List<Double> values, double fraction) {
    return values.stream().sorted().toList().get((int) (fraction * (values.size() - 1)));
  }

  private static void print(Map<String, Map<String, Double>> figures) throws IOException {
    System.out.printf("%-32s", "");
    figures.keySet().forEach(master -> System.out.printf(" %24s", master));
    System.out.println();
    for (String figure : figures.values().iterator().next().keySet()) {
      System.out.printf("%-32s", figure);
      figures.values().forEach(of -> System.out.printf(" %24.3f", of.get(figure)));
      System.out.println();
    }
    System.out.println(
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(figures));
  }
}
