package io.sparkrnn.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.checkpoint.Ownership;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.checkpoint.RunBusyException;
import io.sparkrnn.checkpoint.Vacancy;
import io.sparkrnn.config.Engine;
import io.sparkrnn.config.Problem;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TrainingConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.ImageTrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.export.Dl4jZip;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.report.TrainingHistory;
import io.sparkrnn.spark.SparkEngine;
import io.sparkrnn.spark.StartingSpark;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.rounds.ExchangeUnreachableException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import io.sparkrnn.train.Listeners;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.TrainingStoppedException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One training run: data, rounds, evaluation, and everything that is left in the run directory. */
public final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final PrintStream out;
  private final MonotonicClock clock;
  private final RunConfiguration configuration;
  private final RunDirectory directory;
  private final Storage storage;
  private final Supplier<ImageTrainingData> data;
  private final CheckpointStore store;
  private final ResultFile result;
  private final ProgressLog progress;
  private final MlflowLog mlflow;
  private final StopSignals signals;
  private final StopRequest stop;
  private volatile boolean failing;
  private TrainingHistory history;

  public TrainingRun(
      PrintStream out,
      MonotonicClock clock,
      RunConfiguration configuration,
      RunDirectory directory,
      Storage storage) {
    this(
        out,
        clock,
        configuration,
        directory,
        storage,
        () -> read(configuration),
        new StopSignals());
  }

  /**
   * As the other.
   *
   * @param data those of the configuration; read where they are needed first
   * @param signals listened to from the start of training on, if not already
   */
  public TrainingRun(
      PrintStream out,
      MonotonicClock clock,
      RunConfiguration configuration,
      RunDirectory directory,
      Storage storage,
      Supplier<ImageTrainingData> data,
      StopSignals signals) {
    this.out = out;
    this.signals = signals;
    this.stop = this::isToStop;
    this.clock = clock;
    this.configuration = configuration;
    this.directory = directory;
    this.storage = storage;
    this.data = data;
    this.store =
        CheckpointStore.open(
            storage,
            directory.location(),
            directory.runId(),
            configuration.run().keep(),
            new Retry(
                seconds(configuration.run().retrySeconds()),
                () -> failing || signals.isMade(),
                clock));
    this.result = new ResultFile(configuration, directory.runId());
    this.progress = new ProgressLog(directory.runId());
    this.mlflow = new MlflowLog(directory.runId());
  }

  /** Demands what can be said of a configuration before anything is read. */
  public static void requireRunnable(RunConfiguration configuration) {
    Topologies.of(configuration.model());
    if (configuration.training().engine() == Engine.DL4J && !Dl4jZip.available()) {
      throw new UsageException(
          "Cannot train with the engine dl4j: expected spark-rnn-dl4j.jar beside spark-rnn.jar or in --jars, found none");
    }
    ClusterPaths.of(configuration).requireRunnable();
  }

  /** Before anything is read or written: with another Spark nothing would come of it. */
  public static void requireSpark(RunConfiguration configuration) {
    if (configuration.training().engine() != Engine.LOCAL) {
      SparkEngine.requireCompatible();
    }
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  /** Runs and returns the exit code. */
  public int run() {
    // Before any waiting.
    List<Problem> drift = directory.allowedDrift(configuration);
    Vacancy vacancy = store.awaitVacancy(ownership(), out::println);
    Optional<JsonNode> newest = directory.newestResult(store);
    // Who resumes by hand has changed something; a cluster that tries again has not.
    if (vacancy.reason() == Vacancy.Reason.NEXT_TRY) {
      newest.ifPresent(result -> directory.requireMendable(result, vacancy.attempt(), ""));
    }
    Optional<JsonNode> finished =
        newest.filter(result -> result.path("exitCode").asInt(-1) == ExitCode.DONE);
    if (finished.isPresent()) {
      requireNone(drift);
      if (vacancy.reason() != Vacancy.Reason.GIVEN_UP) {
        tidyUp(vacancy);
      }
      return reportAgain(finished.get(), data.get());
    }
    if (!directory.isNew()
        && !configuration.run().resume()
        && vacancy.reason() != Vacancy.Reason.NEXT_TRY) {
      throw new UsageException(
          "Cannot start a new run in %s: expected an empty directory, found the unfinished run %s; continue it with --resume"
              .formatted(Storage.describe(directory.location()), directory.runId()));
    }
    if (configuration.training().engine() == Engine.LOCAL) {
      return run(vacancy, Optional.empty());
    }
    // Spark takes seconds to start, in which the data can be read.
    try (StartingSpark spark =
        StartingSpark.begin(
            "spark-rnn " + directory.runId(),
            configuration.spark().master(),
            configuration.training().threadsPerWorker())) {
      return run(vacancy, Optional.of(spark));
    }
  }

  /** After a driver that was killed when it had published the run's result. */
  private void tidyUp(Vacancy vacancy) {
    try (store) {
      store.claimAttempt(vacancy);
      store.copyLatestResult();
    }
  }

  /** A complete run has its model; with other settings there would have to be another one. */
  private void requireNone(List<Problem> drift) {
    if (!drift.isEmpty()) {
      throw new UsageException(
          "Cannot resume in %s with other settings: expected an unfinished run, found a complete one; give another --run-dir"
              .formatted(Storage.describe(directory.location())));
    }
  }

  private Ownership ownership() {
    return new Ownership(
        ThisProcess.owner(System.getenv()),
        seconds(configuration.run().heartbeatSeconds()),
        seconds(configuration.run().takeoverSeconds()),
        signals.sleepingBy(clock));
  }

  private int run(Vacancy vacancy, Optional<StartingSpark> spark) {
    RunSetup setup = RunSetup.of(configuration, data.get());
    // A checkpoint has all of it.
    Optional<InitialModel> initial =
        directory.isNew()
            ? InitialModel.read(configuration, storage, setup.topology())
            : Optional.empty();
    signals.listen();
    // Closing the store gives the run directory up.
    try (mlflow;
        progress;
        store) {
      int attempt = store.claimAttempt(vacancy);
      history = new TrainingHistory(attempt);
      result.attempt(attempt, history);
      nameRun(initial);
      train(setup, initial, spark);
      return ExitCode.DONE;
    } catch (TrainingStoppedException e) {
      throw signals.stopped(e);
    }
  }

  /** The data of a configuration. */
  public static ImageTrainingData read(RunConfiguration configuration) {
    TrainingConfiguration training = configuration.training();
    return ImageTrainingData.read(
        configuration.data(), configuration.hadoop(), training.workers(), training.seed());
  }

  private int reportAgain(JsonNode finished, ImageTrainingData data) {
    List<String> before = new ArrayList<>();
    finished.at("/data/fingerprints").forEach(file -> before.add(file.path("sha256").asText()));
    List<String> now = data.fingerprints().stream().map(DataFingerprint::sha256).toList();
    if (!before.equals(now)) {
      throw new UsageException(
          "Cannot use %s as run directory: expected the data of its complete run, of SHA-256 %s, found %s"
              .formatted(Storage.describe(directory.location()), before, now));
    }
    out.printf("This run is complete: %s%n", Storage.describe(directory.location()));
    out.printf(
        Locale.ROOT, "test accuracy %.2f%%%n", 100 * finished.at("/test/accuracy").asDouble());
    return ExitCode.DONE;
  }

  private void nameRun(Optional<InitialModel> initial) {
    String effective = configuration.redacted().render();
    if (directory.isNew()) {
      try {
        store.publishFile(
            RunDirectory.RUN_FILE, ResultFile.runFile(directory.runId(), effective, initial));
      } catch (TargetExistsException e) {
        throw new RunBusyException(
            "Cannot start a new run in %s: another driver has begun one there at the same time"
                .formatted(Storage.describe(directory.location())));
      }
    }
    // A driver that was killed just before this has written the first file only.
    if (!storage.exists(Storage.resolve(directory.location(), RunDirectory.CONFIGURATION_FILE))) {
      store.publishFile(
          RunDirectory.CONFIGURATION_FILE, effective.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void record(Throwable failure) {
    failing = true;
    if (failure instanceof RunBusyException) {
      // What is written there is another's now.
      return;
    }
    mlflow.failed(failure);
    try {
      store.publishResult(result.failed(failure, store.list()));
    } catch (RuntimeException e) {
      LOG.warn("the result of the failed run could not be written", e);
    }
  }

  /** What an engine needs to train. */
  private record Job(
      RunSetup setup,
      Recipe recipe,
      String kernels,
      RunStart start,
      Console console,
      List<TrainingListener> listeners) {}

  private void train(
      RunSetup setup, Optional<InitialModel> initial, Optional<StartingSpark> spark) {
    try {
      begin(setup, initial, spark);
    } catch (TrainingStoppedException e) {
      record(signals.stopped(e));
      throw e;
    } catch (SparkJobException | ExchangeUnreachableException e) {
      RuntimeException named = ExitCode.isPermanent(e) ? e : unavailable(e);
      record(named);
      throw named;
    } catch (RuntimeException | Error e) {
      record(e);
      throw e;
    }
  }

  /** The cluster has failed, not the run: says how to go on. */
  private UnavailableException unavailable(RuntimeException failure) {
    return new UnavailableException(
        "%s; %s, go on with --resume --run-dir %s (retrain: with the same --run-id)"
            .formatted(failure.getMessage(), progress(), Storage.describe(directory.location())),
        failure);
  }

  private String progress() {
    try {
      return newestCheckpoint()
          .map(checkpoint -> "the newest checkpoint is " + checkpoint)
          .orElse("there is no checkpoint yet");
    } catch (StorageException e) {
      return e.getMessage();
    }
  }

  private Optional<String> newestCheckpoint() {
    List<CheckpointEntry> checkpoints = store.list();
    return checkpoints.stream()
        .reduce((older, newer) -> newer)
        .map(newest -> Storage.describe(newest.location()));
  }

  private void begin(
      RunSetup setup, Optional<InitialModel> initial, Optional<StartingSpark> spark) {
    TrainingConfiguration training = configuration.training();
    KernelProvider kernels = KernelProvider.choose(training.kernels().toString());
    Recipe recipe = setup.recipe();
    boolean dl4j = training.engine() == Engine.DL4J;
    RunIdentity identity =
        new RunIdentity(
            configuration,
            setup.topology(),
            recipe.schedule(),
            setup.data().fingerprints(),
            dl4j ? "dl4j" : kernels.reason(),
            Optional.empty(),
            List.of());
    RunStart start = start(setup, identity, initial);
    Console console = new Console(out, setup.plan(), training.epochs());
    console.heading(setup, directory);
    result.describe(setup.data(), setup.topology(), dl4j ? "dl4j" : kernels.name());
    result.drift(start.identity().drift());
    start.identity().initialSha256().ifPresent(result::initial);
    if (!dl4j) {
      console.kernels(kernels);
    }
    Optional<SparkEngine> engine = spark.map(starting -> starting.await(stop));
    List<TrainingListener> listeners =
        new ArrayList<>(List.of(console, result, history, progress, mlflow));
    mlflow.begin(configuration, setup.data().fingerprints(), store.latestAttempt());
    if (!configuration.run().tensorboard().isEmpty()) {
      listeners.add(
          new TensorBoardLog(
              Storage.ofUmask(configuration.hadoop()),
              Locations.uri(configuration.run().tensorboard()),
              directory.runId(),
              store.latestAttempt(),
              Clock.systemUTC()));
    }
    engine.ifPresent(started -> listeners.addAll(started.listeners(directory.runId())));
    Job job = new Job(setup, recipe, kernels.name(), start, console, listeners);
    try {
      switch (training.engine()) {
        case LOCAL -> trainHere(job);
        case SPARK -> trainOnSpark(job, engine.orElseThrow());
        case DL4J -> trainWithDl4j(job, engine.orElseThrow());
      }
    } finally {
      console.close();
    }
  }

  private void trainHere(Job job) {
    job.console().engine("this JVM alone, without Spark");
    try (RoundRunner runner =
        new LocalRoundRunner(
            job.recipe(), RnnKernels.named(job.kernels()), job.setup().data(), stop)) {
      complete(job, loop(job, runner), runner::evaluate);
    }
  }

  private void trainOnSpark(Job job, SparkEngine spark) {
    try (RoundRunner runner =
        spark.rounds(
            configuration.training().rounds(),
            job.recipe(),
            job.kernels(),
            job.setup().data(),
            stop)) {
      job.console().engine(spark.description());
      complete(job, loop(job, runner), runner::evaluate);
    }
  }

  private TrainingState loop(Job job, RoundRunner runner) {
    TrainingLoop.Options options =
        job.setup().options(job.kernels(), runner, clock::nanoTime, stop);
    return job.start()
        .train(
            new TrainingLoop(
                options,
                runner,
                (state, validation) -> checkpoint(job.start().identity(), state, validation),
                job.listeners()));
  }

  private boolean isToStop() {
    store.requireOwnership();
    return signals.isMade();
  }

  private void trainWithDl4j(Job job, SparkEngine spark) {
    try (RoundRunner runner =
        spark.dl4jRounds(
            job.setup().description(),
            job.recipe(),
            job.setup().data(),
            configuration.training().averagingFrequency(),
            job.kernels(),
            stop)) {
      job.console().engine("DL4J on " + spark.description());
      complete(job, loop(job, runner), runner::evaluate);
    }
  }

  private CheckpointEntry checkpoint(
      RunIdentity identity, TrainingState state, Optional<EvaluationResult> validation) {
    OptionalDouble score =
        validation.isPresent()
            ? OptionalDouble.of(validation.get().accuracy())
            : OptionalDouble.empty();
    Map<String, byte[]> sections = identity.sections(state, validation);
    sections.put(TrainingHistory.SECTION, history.section(state.epoch()));
    CheckpointEntry saved = store.save(state.round(), sections, score);
    store.takeWarnings().forEach(LOG::warn);
    return saved;
  }

  private RunStart start(RunSetup setup, RunIdentity identity, Optional<InitialModel> initial) {
    Optional<Checkpoint> found = directory.isNew() ? Optional.empty() : store.latest();
    store.takeWarnings().forEach(out::println);
    if (found.isEmpty()) {
      return RunStart.initial(
          setup, identity, directory.isNew() ? initial : initialAgain(setup.topology()));
    }
    RunStart start = RunStart.resuming(setup, identity, found.get());
    history.resume(
        found.get().sections().getOrDefault(TrainingHistory.SECTION, new byte[0]),
        Storage.describe(found.get().location()));
    store.retain();
    out.printf(
        "Resuming from %s, after epoch %d, round %d%n",
        Storage.describe(found.get().location()), start.state().epoch(), start.state().round());
    return start;
  }

  private Optional<InitialModel> initialAgain(RnnTopology topology) {
    Optional<InitialModel> model = InitialModel.read(configuration, storage, topology);
    directory.requireInitial(model);
    return model;
  }

  /** After the last epoch; all of it is done again by a run that is resumed after that. */
  private void complete(
      Job job, TrainingState end, BiFunction<float[], Part, EvaluationResult> evaluation) {
    try {
      evaluateAndPublish(job, end, evaluation);
    } catch (TrainingStoppedException e) {
      throw new TrainingStoppedException(end.round(), newestCheckpoint().orElseThrow());
    }
  }

  private void evaluateAndPublish(
      Job job, TrainingState end, BiFunction<float[], Part, EvaluationResult> evaluation) {
    boolean stops = configuration.training().earlyStoppingEpochs() > 0;
    TrainingState model = (stops ? best(job, end) : end).evaluated();
    // Of the last epoch, unless it is another's model or was resumed after that.
    if (job.setup().data().size(Part.VALIDATION) > 0 && (stops || !result.hasValidation())) {
      result.put("validation", evaluation.apply(model.parameters(), Part.VALIDATION));
    }
    EvaluationResult test = evaluation.apply(model.parameters(), Part.TEST);
    stop.check();
    new Listeners(job.listeners()).tell(listener -> listener.onTest(test));
    FinalReport report = new FinalReport(configuration, storage, store);
    ImageTrainingData data = job.setup().data();
    job.start()
        .identity()
        .initialSha256()
        .ifPresent(
            sha256 ->
                report.compareWithInitial(
                    result,
                    sha256,
                    job.setup().topology(),
                    model.parameters(),
                    job.kernels(),
                    data,
                    stop));
    stop.check();
    new FinalModel(storage, store, directory)
        .publish(job.setup().topology(), model, job.setup().description());
    stop.check();
    // What failed to be deleted after the last checkpoint has no next one to be tried again after.
    store.retain();
    store.best().ifPresent(result::best);
    byte[] json = result.succeeded(model, test, store.list());
    Optional<URI> page = report.publish(json, data);
    store.publishResult(json);
    mlflow.succeeded(model.parametersSha256());
    job.console().summary(test, directory, page);
  }

  private TrainingState best(Job job, TrainingState end) {
    StoppedTraining stopped = StoppedTraining.of(end, configuration.training().epochs(), store);
    result.stopped(stopped);
    job.console().stopped(stopped);
    return stopped.best();
  }
}
