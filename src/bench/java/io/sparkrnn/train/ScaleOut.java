package io.sparkrnn.train;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.run.Backend;
import io.sparkrnn.run.Topologies;
import io.sparkrnn.spark.RunDataReader;
import io.sparkrnn.train.ScaleOutRun.Point;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
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
 * What more workers save: iterations, epochs and seconds to a score on held-out samples, and the
 * best one, for logical workers that share this machine's cores. Test samples are looked at only
 * where that is asked for, to check a rule on data that no constant of it was chosen on. Bits are
 * the program's, whatever the number of cores.
 */
public final class ScaleOut {
  private static final int EVALUATIONS = 32;

  private final RunConfiguration configuration;
  private final RunData data;
  private final Training<RunData> training;
  private final Part part;
  private final double target;
  private final int threads;

  private ScaleOut(RunConfiguration asked, Part part, double target, int threads) {
    this.data = RunDataReader.read(asked, new Backend.Local());
    this.training =
        new Training<>(
            asked,
            data,
            Topologies.of(asked, data),
            data.preparation().map(Preparation::targets).orElse(TargetScale.IDENTITY));
    this.configuration = training.configuration();
    this.part = part;
    this.target = target;
    this.threads = threads;
  }

  /**
   * Runs all combinations.
   *
   * @param arguments {@code --workers 1,8 --averaging parameters,gradients,auto --seeds 1,2,3
   *     --target 0.98 --part validation --threads 2 --config FILE --json FILE --svg FILE}, each
   *     with a default or left out; all others are settings: {@code training.epochs=1}
   */
  public static void main(String[] arguments) throws IOException {
    Map<String, String> options =
        new HashMap<>(
            Map.of(
                "--workers", "1,2,4,8,16,32,64,128",
                "--averaging", "parameters,gradients",
                "--seeds", "1,2,3",
                "--target", "0.98",
                "--part", "validation",
                "--threads", String.valueOf(Runtime.getRuntime().availableProcessors())));
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith("--")) {
        options.put(arguments[i], arguments[++i]);
      } else {
        settings.put(arguments[i].split("=", 2)[0], arguments[i].split("=", 2)[1]);
      }
    }
    Part part = Part.valueOf(options.get("--part").toUpperCase(Locale.ROOT));
    if (part == Part.VALIDATION && settings.keySet().stream().noneMatch(ScaleOut::isOfTables)) {
      settings.putIfAbsent("data.validation", "5000");
    }
    PrintStream out = System.out;
    out.println(ScaleOutRun.HEADER);
    List<ScaleOutRun> runs = new ArrayList<>();
    for (String averaging : options.get("--averaging").split(",")) {
      for (String workers : options.get("--workers").split(",")) {
        for (String seed : options.get("--seeds").split(",")) {
          settings.put("training.averaging", averaging);
          settings.put("training.workers", workers);
          settings.put("training.seed", seed);
          RunConfiguration asked =
              ConfigurationLoader.load(
                  Optional.ofNullable(options.get("--config")).map(Path::of), settings);
          ScaleOutRun run =
              new ScaleOut(
                      asked,
                      part,
                      Double.parseDouble(options.get("--target")),
                      Integer.parseInt(options.get("--threads")))
                  .run();
          out.println(run.line());
          runs.add(run);
        }
      }
    }
    ScaleOutSummary summary = ScaleOutSummary.of(runs);
    summary.lines().forEach(out::println);
    if (options.containsKey("--json")) {
      Files.write(Path.of(options.get("--json")), summary.json());
    }
    if (options.containsKey("--svg")) {
      Files.writeString(Path.of(options.get("--svg")), ScaleOutPicture.svg(runs));
    }
  }

  private static boolean isOfTables(String key) {
    return key.startsWith("table.");
  }

  private ScaleOutRun run() {
    Ops kernels = Ops.named(KernelProvider.choose("auto").name());
    RoundPlan plan = training.plan();
    TrainingState state = training.randomStart();
    long every = Math.max(1, training.iterations() / EVALUATIONS);
    LocalEvaluation evaluation =
        new LocalEvaluation(kernels, training.recipe().evaluator(), data, StopRequest.NEVER);
    ScoreKind kind = training.scoreKind();
    double merit = new Score(kind, target).merit();
    boolean validates = data.size(Part.VALIDATION) > 0;
    boolean fewEpochs = configuration.training().epochs() <= EVALUATIONS;
    List<Double> merits = new ArrayList<>();
    List<Point> curve = new ArrayList<>();
    double seconds = 0;
    try (Rounds rounds = new Rounds(training.recipe(), kernels, data, threads)) {
      while (state.epoch() < training.budget().end(merits)) {
        Round round = plan.next(state);
        long began = System.nanoTime();
        RoundResult result = rounds.run(state.forWorkers(), round);
        seconds += (System.nanoTime() - began) / 1e9;
        if (!result.finite()) {
          break;
        }
        long before = state.iteration() / every;
        state = state.after(round, result);
        if (round.lastOfEpoch() && validates) {
          merits.add(score(evaluation, state, Part.VALIDATION).merit());
        }
        boolean ends = state.epoch() == training.budget().end(merits);
        if (state.iteration() / every > before || round.lastOfEpoch() && (fewEpochs || ends)) {
          Score found = score(evaluation, state, part);
          double epochs = state.iteration() / (double) plan.minibatchesPerEpoch();
          curve.add(
              new Point(state.iteration(), epochs, seconds, found.value(), found.merit() >= merit));
        }
      }
    }
    return new ScaleOutRun(
        configuration.averaging().toString(),
        configuration.training().workers(),
        configuration.training().seed(),
        configuration.updater().name().toString(),
        configuration.updater().learningRate(),
        state.epoch(),
        state.iteration(),
        training.samplesSeen() / configuration.training().epochs() * state.epoch(),
        kind,
        seconds,
        curve);
  }

  private Score score(LocalEvaluation evaluation, TrainingState state, Part of) {
    EvaluationResult found = training.decided(evaluation.evaluate(state.parameters(), of));
    return found.score();
  }

  /** Rounds of workers that take turns on some threads. */
  private static final class Rounds implements AutoCloseable {
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Shard> shards;
    private final RoundStep step;
    private final ExecutorService threads;

    Rounds(Recipe recipe, Ops kernels, TrainingData data, int count) {
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
