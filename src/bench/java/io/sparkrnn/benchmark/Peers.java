package io.sparkrnn.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.DatasetSplit;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.images.DataSource;
import io.sparkrnn.data.images.ImageTrainingData;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.StopRequest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.nd4j.linalg.dataset.DataSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The sides of a comparison that run in a JVM without Spark. Each prints one line of JSON. */
@Command(name = "peers", mixinStandardHelpOptions = true)
final class Peers {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String MODEL =
      "${DEFAULT-VALUE} unless given; or row-rnn-100x2, row-rnn-512x2.";

  private Peers() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Peers()).execute(arguments));
  }

  @Command(description = "Our iterations, as a worker runs them: median milliseconds of one.")
  void iteration(
      @Option(names = "--model", defaultValue = Workload.ROW_RNN_150, description = MODEL)
          String model,
      @Option(names = "--kernels", defaultValue = "vector", description = "vector or portable.")
          String kernels,
      @Option(names = "--threads", defaultValue = "1", description = "Threads of the worker.")
          int threads,
      @Option(names = "--clip-norm", defaultValue = "0", description = "0: no clipping.")
          double clipNorm,
      @Option(
              names = "--seconds",
              defaultValue = "10",
              description = "To measure; warm-up as long.")
          double seconds)
      throws JsonProcessingException {
    Workload workload = Workload.named(model);
    KernelProvider provider = KernelProvider.choose(kernels);
    SteadyIterations iterations =
        new SteadyIterations(workload, Ops.named(provider.name()), threads, clipNorm);
    print(
        iterationMillis(
            workload,
            Measurement.medianMillis(iterations::round, SteadyIterations.PER_ROUND, seconds)));
  }

  @Command(description = "Our predictions of an IDX file, without Spark and output: images/s.")
  void prediction(
      @Option(names = "--model", required = true, description = "A model.srnn.") String model,
      @Option(names = "--images", required = true, description = "An IDX file.") String images,
      @Option(names = "--threads", defaultValue = "1", description = "As many tasks.") int threads,
      @Option(
              names = "--seconds",
              defaultValue = "10",
              description = "To measure; warm-up as long.")
          double seconds)
      throws Exception {
    String kernels = KernelProvider.choose("vector").name();
    SteadyPrediction prediction = new SteadyPrediction(model, images, kernels, seconds);
    print(Map.of("imagesPerSecond", prediction.imagesPerSecond(threads)));
  }

  @Command(
      name = "dl4j-iteration",
      description = "DL4J's MultiLayerNetwork.fit of one minibatch: median milliseconds.")
  void dl4jIteration(
      @Option(names = "--model", defaultValue = Workload.ROW_RNN_150, description = MODEL)
          String model,
      @Option(
              names = "--seconds",
              defaultValue = "10",
              description = "To measure; warm-up as long.")
          double seconds)
      throws JsonProcessingException {
    Workload workload = Workload.named(model);
    Dl4jTraining training = new Dl4jTraining(workload, Workload.mnist().shard(0).samples());
    Cycle minibatches = new Cycle(training.minibatches(0));
    print(
        iterationMillis(
            workload,
            Measurement.medianMillis(
                () -> {
                  for (int i = 0; i < SteadyIterations.PER_ROUND; i++) {
                    training.iteration(minibatches.next());
                  }
                },
                SteadyIterations.PER_ROUND,
                seconds)));
  }

  private static Map<String, Object> iterationMillis(Workload workload, double millis) {
    long flops = new FlopCount(workload.topology().network(), workload.minibatchSize()).iteration();
    return Map.of("iterationMillis", millis, "gflopsPerSecond", flops / millis / 1e6);
  }

  /** Whole minibatches, again and again. */
  private static final class Cycle {
    private final List<DataSet> minibatches;
    private Iterator<DataSet> rest;

    Cycle(List<DataSet> minibatches) {
      this.minibatches = minibatches;
      this.rest = minibatches.iterator();
    }

    DataSet next() {
      if (!rest.hasNext()) {
        rest = minibatches.iterator();
      }
      return rest.next();
    }
  }

  @Command(
      name = "dl4j-epochs",
      description = "Epochs of DL4J's MultiLayerNetwork.fit: seconds of each, test accuracy.")
  void dl4jEpochs(
      @Option(names = "--model", defaultValue = Workload.ROW_RNN_150, description = MODEL)
          String model,
      @Option(names = "--epochs", defaultValue = "3", description = "Passes over the images.")
          int epochs)
      throws JsonProcessingException {
    Workload workload = Workload.named(model);
    ImageTrainingData data = Workload.mnist();
    Dl4jTraining training = new Dl4jTraining(workload, data.shard(0).samples());
    double[] seconds = new double[epochs];
    for (int epoch = 0; epoch < epochs; epoch++) {
      List<DataSet> minibatches = training.minibatches(epoch);
      long start = System.nanoTime();
      training.epoch(minibatches);
      seconds[epoch] = (System.nanoTime() - start) / 1e9;
    }
    var test =
        new LocalEvaluation(Ops.named("portable"), workload.topology(), data, StopRequest.NEVER)
            .evaluate(training.parameters(), Part.TEST);
    print(Map.of("epochSeconds", seconds, "testAccuracy", test.accuracy()));
  }

  @Command(
      name = "held-out",
      description = "The training images that spark-rnn holds out for validation, by number.")
  void heldOut(
      @Option(names = "--validation", defaultValue = "5000", description = "How many.")
          int validation,
      @Option(names = "--seed", defaultValue = "1", description = "The run's.") long seed) {
    var images =
        DataSource.load(
            new DataConfiguration(
                "builtin:mnist", "", "", "", "", 0, 0, List.of(), false, false, 1, validation),
            Storage.of(Map.of()));
    System.out.println(
        Arrays.stream(DatasetSplit.of(images.training(), validation, seed).validation())
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(" ")));
  }

  private static void print(Map<String, Object> measured) throws JsonProcessingException {
    System.out.println(JSON.writeValueAsString(measured));
  }
}
