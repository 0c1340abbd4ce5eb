package io.sparkrnn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.config.Engine;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TrainingConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.ImageTrainingData;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.export.Dl4jZip;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.SparkEngine;
import io.sparkrnn.spark.SparkEvaluation;
import io.sparkrnn.spark.StockDl4jEngine;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.LearningRateSchedule;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.TrainingStoppedException;
import io.sparkrnn.train.Updater;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One training run: data, rounds, evaluation, and everything that is left in the run directory. */
final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final PrintStream out;
  private final RunConfiguration configuration;
  private final RunDirectory directory;
  private final Storage storage;
  private final CheckpointStore store;
  private final ResultFile result;

  TrainingRun(
      PrintStream out, RunConfiguration configuration, RunDirectory directory, Storage storage) {
    this.out = out;
    this.configuration = configuration;
    this.directory = directory;
    this.storage = storage;
    this.store =
        CheckpointStore.open(
            storage, directory.location(), directory.runId(), configuration.run().keep());
    this.result = new ResultFile(configuration, directory.runId());
  }

  /** Runs and returns the exit code. */
  int run() {
    if (!directory.isNew()) {
      Optional<JsonNode> finished = directory.finishedResult(storage);
      if (finished.isPresent()) {
        directory.requireSameConfiguration(configuration);
        out.printf("This run is complete: %s%n", Storage.describe(directory.location()));
        out.printf(
            "test accuracy %.2f%%%n",
            100 * finished.get().path("test").path("accuracy").asDouble());
        return ExitCode.DONE;
      }
      if (!configuration.run().resume()) {
        throw new UsageException(
            "Cannot start a new run in %s: expected an empty directory, found the unfinished run %s; continue it with --resume"
                .formatted(Storage.describe(directory.location()), directory.runId()));
      }
      directory.requireSameConfiguration(configuration);
    }
    TrainingConfiguration training = configuration.training();
    ImageTrainingData data =
        ImageTrainingData.read(
            configuration.data(), configuration.hadoop(), training.workers(), training.seed());
    RnnTopology topology =
        Topologies.of(configuration.model())
            .withData(data.timeSteps(), data.inputSize(), data.classes());
    StopSignals signals = StopSignals.listen();
    store.claimAttempt();
    try {
      if (directory.isNew()) {
        store.publishFile(
            RunDirectory.CONFIGURATION_FILE,
            configuration.redacted().render().getBytes(StandardCharsets.UTF_8));
        store.publishFile(RunDirectory.RUN_FILE, ResultFile.runFile(directory.runId()));
      }
      train(data, topology, signals);
      return ExitCode.DONE;
    } catch (TrainingStoppedException e) {
      throw failed(new StoppedBySignalException(signals.number(), e));
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  private RuntimeException failed(RuntimeException failure) {
    try {
      store.publishResult(result.failed(ExitCode.of(failure), failure.getMessage(), store.list()));
    } catch (RuntimeException e) {
      LOG.warn("the result of the failed run could not be written", e);
    }
    return failure;
  }

  private void train(ImageTrainingData data, RnnTopology topology, StopSignals signals) {
    TrainingConfiguration training = configuration.training();
    boolean stock = training.engine() == Engine.DL4J;
    KernelProvider kernels = KernelProvider.choose(training.kernels().toString());
    Recipe recipe = recipe(data, topology);
    int firstFrequency = training.firstEpochAveragingFrequency();
    RoundPlan plan =
        new RoundPlan(
            data.minibatchesPerEpoch(training.minibatchSize()),
            training.averagingFrequency(),
            firstFrequency == 0 ? training.averagingFrequency() : firstFrequency);
    TrainingState start = startState(data, topology, recipe.updater());
    result.describe(data, topology, stock ? "dl4j" : kernels.name());
    Console console = new Console(out, plan, training.epochs());
    console.heading(configuration, topology, data, directory);
    if (!stock) {
      console.kernels(kernels);
    }
    TrainingLoop.Options options =
        new TrainingLoop.Options(
            training.epochs(),
            plan,
            recipe.schedule(),
            configuration.run().checkpointEvery(),
            data.size(Part.VALIDATION) > 0,
            signals::requested);
    Function<TrainingState, URI> checkpoints =
        state -> store.save(state.round(), sections(state, topology, data));
    List<TrainingListener> listeners = List.of(console, result);
    try {
      if (training.engine() == Engine.LOCAL) {
        console.engine("this JVM alone, without Spark");
        try (RoundRunner runner =
            new LocalRoundRunner(recipe, RnnKernels.named(kernels.name()), data)) {
          TrainingLoop loop = new TrainingLoop(options, runner, checkpoints, listeners);
          complete(loop.run(start), runner::evaluate, topology, console);
        }
        return;
      }
      try (SparkEngine spark =
          SparkEngine.start("spark-rnn " + directory.runId(), configuration.master())) {
        console.engine((stock ? "DL4J on " : "") + spark.description());
        if (stock) {
          StockDl4jEngine engine =
              new StockDl4jEngine(
                  spark, description(topology), recipe, data, training.averagingFrequency());
          TrainingState end =
              engine.train(
                  start,
                  training.epochs(),
                  (state, report) -> {
                    listeners.forEach(listener -> listener.onEpoch(report));
                    URI location = checkpoints.apply(state);
                    listeners.forEach(listener -> listener.onCheckpoint(location, state));
                  });
          try (SparkEvaluation evaluation = spark.evaluation(kernels.name(), topology, data)) {
            complete(end, evaluation::evaluate, topology, console);
          }
        } else {
          try (RoundRunner runner = spark.rounds(training.rounds(), recipe, kernels.name(), data)) {
            TrainingLoop loop = new TrainingLoop(options, runner, checkpoints, listeners);
            complete(loop.run(start), runner::evaluate, topology, console);
          }
        }
      }
    } finally {
      console.close();
    }
  }

  private Recipe recipe(ImageTrainingData data, RnnTopology topology) {
    TrainingConfiguration training = configuration.training();
    long iterations = (long) data.minibatchesPerEpoch(training.minibatchSize()) * training.epochs();
    return new Recipe(
        topology,
        training.minibatchSize(),
        training.threadsPerWorker(),
        Updater.of(configuration.updater()),
        new LearningRateSchedule(
            configuration.schedule(), configuration.updater().learningRate(), iterations),
        training.clipNorm(),
        training.l2(),
        training.seed());
  }

  private NetworkDescription description(RnnTopology topology) {
    return new NetworkDescription(
        topology, configuration.updater(), configuration.schedule(), configuration.training().l2());
  }

  private TrainingState startState(ImageTrainingData data, RnnTopology topology, Updater updater) {
    Optional<Checkpoint> checkpoint = directory.isNew() ? Optional.empty() : store.latest();
    store.warnings().forEach(out::println);
    if (checkpoint.isEmpty()) {
      ParameterInitializer initializer =
          ParameterInitializer.valueOf(configuration.model().recurrentInit().name());
      return TrainingState.initial(
          initializer.initialise(topology, configuration.training().seed()), updater);
    }
    String where = Storage.describe(checkpoint.get().location());
    String now = fingerprints(data);
    String before =
        new String(
            checkpoint.get().sections().getOrDefault("data", new byte[0]), StandardCharsets.UTF_8);
    if (!before.equals(now)) {
      throw new DataException(
          "Cannot resume from %s: expected data of SHA-256 %s, found %s"
              .formatted(where, before.lines().toList(), now.lines().toList()));
    }
    TrainingState state = StateSections.read(checkpoint.get().sections(), where);
    out.printf("Resuming from %s, after epoch %d, round %d%n", where, state.epoch(), state.round());
    return state;
  }

  private static String fingerprints(ImageTrainingData data) {
    return data.fingerprints().stream()
        .map(DataFingerprint::sha256)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private void complete(
      TrainingState end,
      BiFunction<float[], Part, EvaluationResult> evaluation,
      RnnTopology topology,
      Console console) {
    EvaluationResult test = evaluation.apply(end.parameters(), Part.TEST);
    store.publishFile(
        RunDirectory.MODEL_FILE,
        new ModelFile(topology, end.parameters(), Versions.all()).encode(directory.runId()));
    // A run that was killed just here has written it: zips hold times, so the bytes would differ.
    if (Dl4jZip.available()
        && !storage.exists(Storage.resolve(directory.location(), RunDirectory.DL4J_FILE))) {
      NetworkState network =
          new NetworkState(
              end.parameters(), end.updaterState(), Math.toIntExact(end.iteration()), end.epoch());
      store.publishFile(RunDirectory.DL4J_FILE, Dl4jZip.encode(description(topology), network));
    }
    store.publishResult(result.succeeded(end, test, store.list()));
    console.summary(test, directory);
  }

  private Map<String, byte[]> sections(
      TrainingState state, RnnTopology topology, ImageTrainingData data) {
    Map<String, byte[]> sections = new LinkedHashMap<>(StateSections.of(state));
    sections.put("topology", bytes(topology.encode()));
    sections.put("configuration", bytes(configuration.redacted().render()));
    sections.put("data", bytes(fingerprints(data)));
    sections.put(
        "provenance",
        bytes(
            Versions.all().entrySet().stream()
                .map(version -> version.getKey() + "=" + version.getValue())
                .collect(Collectors.joining("\n", "", "\n"))));
    return sections;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
