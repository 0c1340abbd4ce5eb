package io.sparkrnn.train;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.images.ImageTrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.run.Topologies;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * What more workers save: iterations, epochs and seconds to a score on held-out images, and the
 * best one, for logical workers that share this machine's cores. Nothing is chosen on test images,
 * which are never looked at. Bits are the program's, whatever the number of cores.
 */
public final class ScaleOut {
  private static final int EVALUATIONS = 32;

  private static final String HEADER =
      "averaging,workers,seed,updater,learning_rate,epochs,iterations,samples,to_target_iterations,to_target_epochs,to_target_seconds,best,final,seconds";

  private final RunConfiguration configuration;
  private final ImageTrainingData data;
  private final Training<ImageTrainingData> training;
  private final double target;
  private final int threads;

  /** When a run first reached the target. */
  private record Reached(long iterations, double epochs, double seconds) {}

  private ScaleOut(RunConfiguration asked, double target, int threads) {
    this.data = ImageTrainingData.read(asked);
    this.training = new Training<>(asked, data, Topologies.of(asked, data));
    this.configuration = training.configuration();
    this.target = target;
    this.threads = threads;
  }

  /**
   * Runs all combinations.
   *
   * @param arguments {@code --workers 1,8 --averaging parameters,gradients --seeds 1,2,3 --target
   *     0.98 --threads 2 --config FILE}, each with a default; all others are settings: {@code
   *     training.epochs=1}
   */
  public static void main(String[] arguments) {
    Map<String, String> options =
        new HashMap<>(
            Map.of(
                "--workers", "1,2,4,8,16,32,64,128",
                "--averaging", "parameters,gradients",
                "--seeds", "1,2,3",
                "--target", "0.98",
                "--threads", String.valueOf(Runtime.getRuntime().availableProcessors())));
    Map<String, String> settings = new HashMap<>(Map.of("data.validation", "5000"));
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith("--")) {
        options.put(arguments[i], arguments[++i]);
      } else {
        settings.put(arguments[i].split("=", 2)[0], arguments[i].split("=", 2)[1]);
      }
    }
    PrintStream out = System.out;
    out.println(HEADER);
    for (String averaging : options.get("--averaging").split(",")) {
      for (String workers : options.get("--workers").split(",")) {
        for (String seed : options.get("--seeds").split(",")) {
          settings.put("training.averaging", averaging);
          settings.put("training.workers", workers);
          settings.put("training.seed", seed);
          RunConfiguration asked =
              ConfigurationLoader.load(
                  Optional.ofNullable(options.get("--config")).map(Path::of), settings);
          out.println(
              new ScaleOut(
                      asked,
                      Double.parseDouble(options.get("--target")),
                      Integer.parseInt(options.get("--threads")))
                  .run());
        }
      }
    }
  }

  /** One run, as a line of the table. */
  private String run() {
    Ops kernels = Ops.named(KernelProvider.choose("auto").name());
    RoundPlan plan = training.plan();
    TrainingState state = training.randomStart();
    long every = Math.max(1, training.iterations() / EVALUATIONS);
    LocalEvaluation evaluation =
        new LocalEvaluation(kernels, training.recipe().evaluator(), data, StopRequest.NEVER);
    Reached reached = null;
    double best = Double.NEGATIVE_INFINITY;
    double last = Double.NaN;
    double seconds = 0;
    try (Rounds rounds = new Rounds(training.recipe(), kernels, data, threads)) {
      while (state.epoch() < configuration.training().epochs()) {
        Round round = plan.next(state);
        long began = System.nanoTime();
        RoundResult result = rounds.run(state.forWorkers(), round);
        seconds += (System.nanoTime() - began) / 1e9;
        if (!result.finite()) {
          break;
        }
        long before = state.iteration() / every;
        state = state.after(round, result);
        if (state.iteration() / every > before || round.lastOfEpoch()) {
          EvaluationResult found =
              training.decided(evaluation.evaluate(state.parameters(), Part.VALIDATION));
          last = found.score().value();
          best = Math.max(best, found.score().merit());
          if (reached == null && last >= target) {
            double epochs = state.iteration() / (double) plan.minibatchesPerEpoch();
            reached = new Reached(state.iteration(), epochs, seconds);
          }
        }
      }
    }
    return line(reached, best, last, seconds);
  }

  private String line(Reached reached, double best, double last, double seconds) {
    return String.format(
        Locale.ROOT,
        "%s,%d,%d,%s,%s,%d,%d,%d,%s,%.4f,%.4f,%.2f",
        configuration.averaging(),
        configuration.training().workers(),
        configuration.training().seed(),
        configuration.updater().name(),
        configuration.updater().learningRate(),
        configuration.training().epochs(),
        training.iterations(),
        training.samplesSeen(),
        reached == null
            ? ",,"
            : String.format(
                Locale.ROOT,
                "%d,%.2f,%.2f",
                reached.iterations(),
                reached.epochs(),
                reached.seconds()),
        best,
        last,
        seconds);
  }

  /** Rounds of workers that take turns on some threads. */
  private static final class Rounds implements AutoCloseable {
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Shard> shards;
    private final RoundStep step;
    private final ExecutorService threads;

    Rounds(Recipe recipe, Ops kernels, ImageTrainingData data, int count) {
      this.shards = IntStream.range(0, data.workers()).mapToObj(data::shard).toList();
      this.step = new RoundStep(recipe, kernels);
      this.threads = Executors.newFixedThreadPool(count);
      for (int i = 0; i < Math.min(count, shards.size()); i++) {
        replicas.add(new Replica(recipe, Ops.named(kernels.name())));
      }
    }

    RoundResult run(TrainingState state, Round round) {
      ParameterAverage average = step.average(shards.size());
      TrainingState sent = step.sent(state);
      List<Future<List<WorkerResult>>> results = new ArrayList<>();
      for (int i = 0; i < replicas.size(); i++) {
        int first = i;
        results.add(threads.submit(() -> run(first, sent, round)));
      }
      for (Future<List<WorkerResult>> result : results) {
        await(result).forEach(average::add);
      }
      return step.result(state, round, average.result());
    }

    private List<WorkerResult> run(int first, TrainingState sent, Round round) {
      List<WorkerResult> results = new ArrayList<>();
      for (int worker = first; worker < shards.size(); worker += replicas.size()) {
        results.add(replicas.get(first).run(sent, shards.get(worker), round));
      }
      return results;
    }

    private static <T> T await(Future<T> result) {
      try {
        return result.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while workers were computing", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a worker failed", e.getCause());
      }
    }

    @Override
    public void close() {
      threads.shutdownNow();
    }
  }
}
